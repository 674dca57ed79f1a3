"""Sent back: a verdict goes to who gave it, with a sentence that says what to look at."""

from dataclasses import dataclass
from datetime import datetime

from casework import people, rights, verdicts
from casework.rights import Action
from casework.verdicts import LONGEST_NOTE, Overtaken
from pipeline.base.clock import Clock, stamp, unstamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.store import audit, listings
from pipeline.store.open import Database
from pipeline.store.text import storable

_BACK = """
    update listings set state = 'waiting', call = '', assigned_to = ?,
                        seen_version = seen_version + 1
     where listing_id = ?
"""
_NOTE = """
    insert into notes (listing_id, did, by, at, note, sent_to) values (?, 'sent_back', ?, ?, ?, ?)
"""
_OF = """
    select did, by, at, note, look_again_on, sent_to
      from notes where listing_id = ? order by note_id
"""


@dataclass(frozen=True, slots=True)
class Note:
    """What was put off or sent back, and why; ``did`` is ``postponed`` or ``sent_back``."""

    did: str
    by: str
    at: datetime
    note: str
    look_again_on: str
    sent_to: str


def send_back(
    db: Database, listing_id: str, *, by: str, note: str, seen_version: int, clock: Clock
) -> str:
    """Let a listing wait again for who judged it; return who that is. The verdict stays on record.

    Raises:
        BadInput: no reason is given, or there is no verdict to send back.
        NotFound: there is no such listing, or not for this person.
        Overtaken: it is no longer what was on the screen.
    """
    told = storable(note.strip())[:LONGEST_NOTE]
    if not told:
        raise BadInput("note", _("没有写为什么"), _("写一句，让对方知道看什么"))
    with db.atomic():
        judge = people.who_judges(db, by)
        listing = listings.get(db, listing_id)
        rights.check(judge, Action.JUDGE, listing, listing.listing_id)
        if listing.seen_version != seen_version:
            raise Overtaken(listing.listing_id, _("在您查看之后有了变化"), None)
        standing = verdicts.standing(db, listing.listing_id)
        if listing.state != "judged" or standing is None:
            raise BadInput(listing.listing_id, _("这条信息还没有结论，不能退回"), _("请先判断"))
        db.conn.execute(_BACK, (standing.by, listing.listing_id))
        now = stamp(clock.now())
        db.conn.execute(_NOTE, (listing.listing_id, by, now, told, standing.by))
        audit.write(
            db,
            clock=clock,
            who=by,
            did="listing.sent_back",
            what=listing.listing_id,
            details={"to": standing.by, "verdict_id": standing.verdict_id},
        )
        return standing.by


def notes_of(db: Database, listing_id: str) -> list[Note]:
    """Return every note on a listing, oldest first."""
    rows = db.conn.execute(_OF, (storable(listing_id),))
    return [Note(did, by, unstamp(at), *rest) for did, by, at, *rest in rows]
