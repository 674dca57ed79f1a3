"""Put off to a day: the listing leaves the queue, and comes back by itself that morning."""

from datetime import date

from casework import people
from casework.verdicts import LONGEST_NOTE, Overtaken
from pipeline.base.clock import Clock, beijing_day, stamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.store import audit, listings
from pipeline.store.open import Database
from pipeline.store.text import storable

LONGEST_DAYS = 366

_PUT_OFF = """
    update listings set state = 'postponed', look_again_on = ?, seen_version = seen_version + 1
     where listing_id = ?
"""
_NOTE = """
    insert into notes (listing_id, did, by, at, note, look_again_on)
    values (?, 'postponed', ?, ?, ?, ?)
"""
_DUE = "select 1 from listings where state = 'postponed' and look_again_on <= ? limit 1"
_WAKE = """
    update listings set state = 'waiting', look_again_on = '', seen_version = seen_version + 1
     where state = 'postponed' and look_again_on <= ?
"""


def postpone(
    db: Database,
    listing_id: str,
    *,
    to: date,
    by: str,
    seen_version: int,
    clock: Clock,
    note: str = "",
) -> None:
    """Put a listing off to a Beijing date, with a note for whoever sees it then.

    Raises:
        BadInput: the day is not ahead of us, or that person gives no verdicts.
        NotFound: there is no such listing, or not for this person.
        Overtaken: it no longer waits, or changed since it was on the screen.
    """
    today = beijing_day(clock.now())
    if not 0 < (to - today).days <= LONGEST_DAYS:
        raise BadInput("look_again_on", _("日期不合适"), _("选明天到一年之内的一天"))
    told = storable(note.strip())[:LONGEST_NOTE]
    with db.atomic():
        people.who_judges(db, by)
        listing = listings.get(db, listing_id)
        if listing.state not in {"waiting", "postponed"} or listing.seen_version != seen_version:
            raise Overtaken(listing.listing_id, _("在您查看之后有了变化"), None)
        db.conn.execute(_PUT_OFF, (to.isoformat(), listing.listing_id))
        db.conn.execute("delete from holds where listing_id = ?", (listing.listing_id,))
        now = stamp(clock.now())
        db.conn.execute(_NOTE, (listing.listing_id, by, now, told, to.isoformat()))
        audit.write(
            db,
            clock=clock,
            who=by,
            did="listing.postponed",
            what=listing.listing_id,
            details={"look_again_on": to.isoformat()},
        )


def is_any_due(db: Database, *, clock: Clock) -> bool:
    """Tell whether something was put off to today or before."""
    today = beijing_day(clock.now()).isoformat()
    return db.conn.execute(_DUE, (today,)).fetchone() is not None


def wake(db: Database, *, clock: Clock) -> int:
    """Bring back what was put off to today or before; return how many."""
    if not is_any_due(db, clock=clock):
        return 0
    today = beijing_day(clock.now()).isoformat()
    with db.atomic():
        return db.conn.execute(_WAKE, (today,)).rowcount
