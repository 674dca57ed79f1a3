"""The sums of a run: listed = stored + known + refused (by reason) + failed (by reason)."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from pipeline.store.open import Database

WALLS = ("login_wall", "challenge")

_OUTCOMES = """
    select outcome, what, reason, count(*), sum(is_flagged) from run_listings
     where run_id = ? group by outcome, what, reason
"""
_PAGES = """
    select state, kind, page, reason, count(*), sum(size_bytes) from run_pages
     where run_id = ? group by state, kind, page, reason
"""
_FILLED = """
    select filled, count(*) from run_listings
     where run_id = ? and outcome in ('stored', 'known') group by filled
"""


@dataclass(slots=True)
class Sums:
    """What one run came to.

    Attributes:
        pages: fetched and judged, or failed; ``due`` are still to be fetched.
        open: listings that a broken-off run has still to settle.
        kinds: pages by what they turned out to be.
        lists: index pages alone, by what they turned out to be, or why there was no answer.
        filled: listings read, by field that was there.
    """

    pages: int = 0
    due: int = 0
    walls: int = 0
    bytes: int = 0
    listed: int = 0
    stored: int = 0
    known: int = 0
    open: int = 0
    flagged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    what: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    page_failures: Counter[str] = field(default_factory=Counter)
    page_refusals: Counter[str] = field(default_factory=Counter)
    lists: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)

    @property
    def is_whole(self) -> bool:
        """Whether the sum holds. It cannot fail to, unless the ledger is broken."""
        parts = self.stored + self.known + self.refused.total() + self.failed.total() + self.open
        return self.listed == parts

    @property
    def list_failures(self) -> int:
        """Index pages that could not be had or not be read."""
        return sum(count for page, count in self.lists.items() if page not in {"normal", "empty"})

    @property
    def read(self) -> int:
        """Listings that were read: stored or known."""
        return self.stored + self.known

    def as_json(self) -> dict[str, Any]:
        """Return them as ``runs.counts`` keeps them."""
        return {
            "pages": self.pages,
            "due": self.due,
            "walls": self.walls,
            "bytes": self.bytes,
            "listed": self.listed,
            "stored": self.stored,
            "known": self.known,
            "open": self.open,
            "refused": dict(self.refused),
            "failed": dict(self.failed),
            "new": self.what["new"],
            "changed": self.what["changed"],
            "returned": self.what["returned"],
            "gone": self.what["gone"],
            "flagged": self.flagged,
            "kinds": dict(self.kinds),
            "page_failures": dict(self.page_failures),
            "page_refusals": dict(self.page_refusals),
            "lists": dict(self.lists),
            "filled": dict(self.filled),
        }


def sums_of(db: Database, run_id: str) -> Sums:
    """Add up the ledger of a run."""
    sums = Sums()
    for row in db.conn.execute(_OUTCOMES, (run_id,)):
        _add_outcome(sums, row)
    for state, kind, page, reason, count, size in db.conn.execute(_PAGES, (run_id,)):
        sums.bytes += size or 0
        if state == "due":
            sums.due += count
            continue
        if kind == "index":
            sums.lists[page or reason] += count
        if state == "refused":
            sums.page_refusals[reason] += count
            continue
        sums.pages += count if page or state == "done" else 0
        sums.kinds[page] += count if page else 0
        sums.walls += count if page in WALLS else 0
        if state == "failed":
            sums.page_failures[reason] += count
    for filled, count in db.conn.execute(_FILLED, (run_id,)):
        for name in filled.split():
            sums.filled[name] += count
    return sums


def _add_outcome(sums: Sums, row: tuple[str, str, str, int, int | None]) -> None:
    outcome, what, reason, count, flagged = row
    sums.flagged += flagged or 0
    if what:
        sums.what[what] += count
    if outcome == "rechecked":
        return
    sums.listed += count
    match outcome:
        case "listed":
            sums.open += count
        case "stored":
            sums.stored += count
        case "known":
            sums.known += count
        case "refused":
            sums.refused[reason] += count
        case _:
            sums.failed[reason] += count
