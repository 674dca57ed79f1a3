"""The ledger of one run: every page due, done or failed, and what became of every listing.

What is written here is written in the transaction that keeps the listings themselves, so a
process that is killed at any point leaves both or neither, and the next one goes on with the
pages that are still due. All counts of a run are asked of these rows; none is kept beside
them, so none can come to differ from them.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from pipeline.base.clock import Clock, stamp
from pipeline.store.open import Database

PageState = Literal["due", "done", "failed", "refused"]
Kind = Literal["index", "listing", "recheck"]
Outcome = Literal["stored", "known", "refused", "failed", "rechecked"]
What = Literal["", "new", "changed", "returned", "known", "gone"]

GIVE_UP_RUNS = 5
"""A page that failed in so many runs one after the other is left alone, and said so."""

_ADD = """
    insert into run_pages (run_id, key, url, kind, state, meta, at)
    values (?, ?, ?, ?, 'due', ?, ?)
    on conflict (run_id, key) do nothing
"""
_REFUSE = """
    insert into run_pages (run_id, key, url, kind, state, reason, at)
    values (?, ?, ?, ?, 'refused', ?, ?)
    on conflict (run_id, key) do nothing
"""
_DUE = """
    select page_id, key, url, kind, attempts, meta from run_pages
     where run_id = ? and state = 'due' and page_id > ?
     order by page_id limit ?
"""
_FINISH = """
    update run_pages
       set state = ?, page = ?, reason = ?, status = ?, size_bytes = size_bytes + ?,
           request = ?, attempts = attempts + 1,
           meta = case ? when 'done' then '{}' else meta end, at = ?
     where page_id = ? and state = 'due'
"""
_LIST = """
    insert into run_listings (run_id, site_id, outcome, reason, url, at) values (?, ?, ?, ?, ?, ?)
    on conflict (run_id, site_id) do update set sightings = sightings + 1
"""
_SETTLE = """
    insert into run_listings
        (run_id, site_id, outcome, what, reason, url, is_flagged, filled, at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (run_id, site_id) do update
       set outcome = excluded.outcome, what = excluded.what, reason = excluded.reason,
           is_flagged = excluded.is_flagged, filled = excluded.filled, at = excluded.at
     where run_listings.outcome in ('listed', 'failed')
"""
_LEAVE_PAGES = """
    update run_pages set state = 'failed', reason = ?, at = ? where run_id = ? and state = 'due'
"""
_LEAVE_LISTINGS = """
    update run_listings set outcome = 'failed', reason = ?, at = ?
     where run_id = ? and outcome = 'listed'
"""
_FORGET = "delete from run_listings where run_id = ? and outcome in ('listed', 'failed')"
_FAILING = """
    select key, url, kind, meta, reason from run_pages
     where run_id = ? and state = 'failed' and kind = 'listing'
"""
_UNSEEN = """
    select site_id, url from listings
     where source = :source and gone_at is null and url <> '' and not exists (
           select 1 from run_listings
            where run_id = :run_id and run_listings.site_id = listings.site_id)
       and (not :only_in_time or not exists (
           select 1 from remembered_pages as page
            where page.source = :source and page.key = 'item:' || listings.site_id
              and page.look_again_at > :now))
     order by last_seen_at limit :limit
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A page that is to be fetched.

    Attributes:
        key: what makes it one page of the run: its canonical address, or ``item:`` and an id.
        attempts: how often it was tried in this run, by this process or one before it.
        meta: what the spider must know again after a restart; JSON values.
    """

    page_id: int = 0
    key: str
    url: str
    kind: Kind
    attempts: int = 0
    meta: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What became of a page: ``page`` is its kind as judged, ``reason`` why it is not done."""

    page_id: int
    state: PageState
    page: str = ""
    reason: str = ""
    status: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a listing of the run."""

    site_id: str
    outcome: Outcome
    what: What = ""
    reason: str = ""
    url: str = ""
    is_flagged: bool = False
    filled: tuple[str, ...] = ()


class Ledger:
    """The rows of one run. Writes belong inside the caller's ``db.atomic()``."""

    def __init__(self, db: Database, run_id: str, *, clock: Clock) -> None:
        self.db = db
        self.run_id = run_id
        self._clock = clock
        self.requests: dict[int, str] = {}
        """Page -> how it was asked for, as JSON: written with what became of it."""

    def add(self, pages: Iterable[Due]) -> None:
        """Add pages that are to be fetched; one that is there already stays as it is."""
        now = stamp(self._clock.now())
        for page in pages:
            meta = json.dumps(dict(page.meta), ensure_ascii=False) if page.meta else "{}"
            self.db.conn.execute(_ADD, (self.run_id, page.key, page.url, page.kind, meta, now))

    def refuse(self, page: Due, reason: str) -> None:
        """Note a page that is not fetched at all, and why: a limit, the gate."""
        now = stamp(self._clock.now())
        values = (self.run_id, page.key, page.url, page.kind, reason, now)
        self.db.conn.execute(_REFUSE, values)

    def due(self, *, after: int = 0, limit: int = 1000) -> list[Due]:
        """Return pages to fetch, in the order they were found, from the one after ``after``."""
        rows = self.db.conn.execute(_DUE, (self.run_id, after, limit)).fetchall()
        return [
            Due(
                page_id=row[0],
                key=row[1],
                url=row[2],
                kind=row[3],
                attempts=row[4],
                meta=json.loads(row[5]) if row[5] != "{}" else {},
            )
            for row in rows
        ]

    def finish(self, page: Finished) -> None:
        """Write what became of a page. ``due`` as the state counts one attempt and no more."""
        now = stamp(self._clock.now())
        state, reason = page.state, page.reason
        self.db.conn.execute(
            _FINISH,
            (
                state,
                page.page,
                reason,
                page.status,
                page.size_bytes,
                self.requests.pop(page.page_id, ""),
                state,
                now,
                page.page_id,
            ),
        )

    def show(self, site_id: str, *, url: str = "", lost: str = "") -> None:
        """Note that a list of the site shows a listing; ``lost``: why it cannot be read."""
        now = stamp(self._clock.now())
        outcome = "failed" if lost else "listed"
        self.db.conn.execute(_LIST, (self.run_id, site_id, outcome, lost, url, now))

    def settle(self, listing: Settled) -> None:
        """Write what became of a listing. What is settled well is not unsettled again."""
        now = stamp(self._clock.now())
        self.db.conn.execute(
            _SETTLE,
            (
                self.run_id,
                listing.site_id,
                listing.outcome,
                listing.what,
                listing.reason,
                listing.url,
                int(listing.is_flagged),
                " ".join(listing.filled),
                now,
            ),
        )

    def leave(self, reason: str) -> None:
        """Close what is still open, because the run ends without it."""
        now = stamp(self._clock.now())
        self.db.conn.execute(_LEAVE_PAGES, (reason, now, self.run_id))
        self.db.conn.execute(_LEAVE_LISTINGS, (reason, now, self.run_id))

    def start_over(self) -> None:
        """Forget the pages, and what is not settled well: the next ones are other pages."""
        self.db.conn.execute("delete from run_pages where run_id = ?", (self.run_id,))
        self.db.conn.execute(_FORGET, (self.run_id,))

    def has_trouble(self) -> bool:
        """Return whether an index page failed: then what is not listed proves nothing."""
        sql = "select 1 from run_pages where run_id = ? and kind = 'index' and state = 'failed'"
        return self.db.conn.execute(sql, (self.run_id,)).fetchone() is not None

    def shown(self) -> set[str]:
        """Return the ids of the listings that the lists of this run have shown so far."""
        sql = "select site_id from run_listings where run_id = ?"
        return {row[0] for row in self.db.conn.execute(sql, (self.run_id,))}

    def keys(self) -> set[str]:
        """Return the keys of all pages of the run, whatever became of them."""
        sql = "select key from run_pages where run_id = ?"
        return {row[0] for row in self.db.conn.execute(sql, (self.run_id,))}

    def carry_over(self, before_run_id: str) -> None:
        """Make due again what failed in the run before; give up only by rule, and say so."""
        for key, url, kind, meta, reason in self.db.conn.execute(
            _FAILING, (before_run_id,)
        ).fetchall():
            known = json.loads(meta)
            failed_runs = int(known.get("failed_runs", 0)) + 1
            site_id = key.removeprefix("item:")
            self.show(site_id, url=url)
            if failed_runs >= GIVE_UP_RUNS:
                why = f"given up after {failed_runs} runs: {reason}"
                self.settle(Settled(site_id=site_id, outcome="refused", reason=why, url=url))
                continue
            self.add([Due(key=key, url=url, kind=kind, meta={**known, "failed_runs": failed_runs})])

    def unseen(
        self, source: str, limit: int, *, only_in_time: bool = False
    ) -> list[tuple[str, str]]:
        """Return (site id, address) of what we hold as up and no list of this run showed.

        ``only_in_time``: the list was not read to its end, so that most are up all the same;
        then only those whose time has come to be looked at again.
        """
        values: dict[str, Any] = {"source": source, "run_id": self.run_id, "limit": limit}
        values |= {"only_in_time": int(only_in_time), "now": stamp(self._clock.now())}
        return [(row[0], row[1]) for row in self.db.conn.execute(_UNSEEN, values)]
