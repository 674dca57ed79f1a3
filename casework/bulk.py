"""One decision on many listings: each keeps a verdict and an audit row of its own, one undo."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from casework import verdicts
from casework.verdicts import Given, Overtaken, Verdict
from pipeline.base.clock import Clock
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.listing import ListingId
from pipeline.store.open import Database

MOST_AT_ONCE = 300
"""Listings that one decision takes: as many as a person can still look over on one page."""

_TOGETHER = "insert or ignore into bulk_verdicts (verdict_id, bulk_key) values (?, ?)"
_KEY_OF = "select bulk_key from bulk_verdicts where verdict_id = ?"
_OF_KEY = "select verdict_id from bulk_verdicts where bulk_key = ? order by verdict_id"


@dataclass(frozen=True, slots=True)
class Picked:
    """A listing as it stood on the page from which the decision was made."""

    listing_id: str
    seen_version: int


@dataclass(frozen=True, slots=True)
class Together:
    """What came of a decision on many.

    Attributes:
        given: the verdicts, in the order they were picked.
        left_out: what had changed or been judged meanwhile: nothing was decided about it.
    """

    given: tuple[Given, ...]
    left_out: tuple[str, ...]


def give(
    db: Database, picked: Sequence[Picked], decision: Verdict, *, clock: Clock, once_key: str
) -> Together:
    """Give the same verdict on all that was picked, in one transaction.

    Args:
        db: the store.
        picked: which listings, each as it was on the screen.
        decision: the verdict; its ``listing_id`` is not looked at.
        clock: tells when.
        once_key: made with the form; sent again, it decides nothing anew.

    Raises:
        BadInput: nothing was picked, too much, or the verdict itself may not be.
    """
    if not picked:
        raise BadInput("pick", _("一条也没有选"), _("至少勾选一条"))
    if len(picked) > MOST_AT_ONCE:
        raise BadInput(
            "pick", _("一次选得太多"), _("一次不超过 {most} 条").format(most=MOST_AT_ONCE)
        )
    given, left_out = [], []
    with db.atomic():
        for each in picked:
            verdict = replace(decision, listing_id=ListingId(each.listing_id))
            key = f"{once_key} {each.listing_id}"
            try:
                one = verdicts.give(
                    db, verdict, seen_version=each.seen_version, clock=clock, once_key=key
                )
            except (Overtaken, NotFound):
                left_out.append(each.listing_id)
                continue
            given.append(one)
            db.conn.execute(_TOGETHER, (one.verdict_id, once_key))
    return Together(tuple(given), tuple(left_out))


def undo(db: Database, *, by: str, clock: Clock, once_key: str = "") -> list[Given]:
    """Take back the last decision of a person: one verdict, or all that were given with it.

    Of many, those that somebody else has judged since stay as they are.

    Raises:
        NotFound: there is none left to take back.
        Overtaken: somebody else has judged that listing since.
    """
    with db.atomic():
        first = verdicts.undo(db, by=by, clock=clock, once_key=once_key)
        taken = [first]
        for number in _with(db, first.verdict_id):
            other = verdicts.one(db, number)
            if other.is_undone:
                continue
            try:
                taken.append(verdicts.take_back(db, other, by=by, clock=clock))
            except (Overtaken, NotFound):
                continue
        return taken


def _with(db: Database, verdict_id: int) -> list[int]:
    """Return the verdicts that were given together with one."""
    row = db.conn.execute(_KEY_OF, (verdict_id,)).fetchone()
    if row is None:
        return []
    return [number for (number,) in db.conn.execute(_OF_KEY, row) if number != verdict_id]
