"""Contacts stay masked until somebody says why he must see one: one field, one row in the log."""

from casework import rights
from casework.people import Person
from casework.rights import Action
from pipeline.base.clock import Clock
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.contacts import masked
from pipeline.listing import Listing
from pipeline.store import audit, listings
from pipeline.store.open import Database
from pipeline.store.text import storable

WHY = ("identify_seller", "compare_cases", "check_evidence", "prepare_referral", "other")
"""Why somebody may need to see a contact; ``other`` wants a sentence."""

LONGEST_NOTE = 300


def hidden_in(listing: Listing) -> tuple[str, ...]:
    """Return the names of the fields in which something is masked."""
    return tuple(name for name, text in listing.words().items() if masked(text) != text)


def reveal(
    db: Database, listing_id: str, field: str, *, why: str, note: str, by: Person, clock: Clock
) -> str:
    """Return one field as the seller wrote it, once it is in the log who saw it and why.

    Raises:
        NotFound: there is no such listing, or not for this person.
        BadInput: no reason was given, or nothing is masked in that field.
    """
    said = storable(note.strip())[:LONGEST_NOTE]
    if why not in WHY or (why == "other" and not said):
        raise BadInput("why", _("查看联系方式要写明理由"), _("选一个理由；选“其他”时写一句"))
    stored = listings.get(db, listing_id)
    rights.check(by, Action.REVEAL, stored, listing_id)
    listing = listings.content_of(stored)
    if field not in hidden_in(listing):
        raise BadInput("field", _("这一项没有遮盖的内容"), _("请重新打开这条信息"))
    with db.atomic():
        details = {"field": field, "why": why, "note": said, "version": stored.version}
        audit.write(
            db, clock=clock, who=by.name, did="contact.revealed", what=listing_id, details=details
        )
    return listing.words()[field]
