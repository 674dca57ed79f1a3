"""All that is known of one listing: what it said and when, what we made of it, who decided."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from casework import sending, verdicts
from casework.differences import Piece, between
from casework.sending import Note
from casework.verdicts import Given, Papers
from pipeline.base.clock import unstamp
from pipeline.listing import Listing, Price
from pipeline.store import judgements, listings, snapshots
from pipeline.store.judgements import Judgement
from pipeline.store.listings import Stored
from pipeline.store.open import Database
from pipeline.store.snapshots import Kept

_VERSIONS = """
    select version, seen_at, content, changed from listing_versions
     where listing_id = ? order by version
"""
_EVENTS = """
    select at, what, version, run_id from listing_events where listing_id = ? order by event_id
"""


@dataclass(frozen=True, slots=True)
class Version:
    """What a listing said from ``seen_at`` on.

    Attributes:
        changed: the parts in which it differs from the version before.
        listing: None where the text was removed after its time.
        differences: title, text, price -> word-level difference to the version before.
    """

    version: int
    seen_at: datetime
    changed: tuple[str, ...]
    listing: Listing | None
    differences: dict[str, tuple[Piece, ...]]


@dataclass(frozen=True, slots=True)
class Event:
    """first_seen, changed, gone, returned."""

    at: datetime
    what: str
    version: int
    run_id: str


@dataclass(frozen=True, slots=True)
class Known:
    """One listing with its whole past; ``versions`` oldest first, the last is today's."""

    stored: Stored
    listing: Listing
    versions: tuple[Version, ...]
    events: tuple[Event, ...]
    judgements: tuple[Judgement, ...]
    verdicts: tuple[Given, ...]
    snapshots: tuple[Kept, ...]
    notes: tuple[Note, ...] = ()
    papers: Mapping[int, Papers] = field(default_factory=dict)

    @property
    def judgement(self) -> Judgement | None:
        """The reading that the score rests on; None where no word touched it."""
        of_version = [each for each in self.judgements if each.version == self.stored.score_version]
        return of_version[-1] if of_version else None


def known(db: Database, listing_id: str) -> Known:
    """Return all that is known of a listing.

    Raises:
        NotFound: there is none of that name.
    """
    stored = listings.get(db, listing_id)
    name = stored.listing_id
    return Known(
        stored,
        listings.content_of(stored),
        _versions(db, stored),
        tuple(Event(unstamp(at), *rest) for at, *rest in db.conn.execute(_EVENTS, (name,))),
        tuple(judgements.of(db, name)),
        tuple(verdicts.of(db, name)),
        tuple(snapshots.of(db, name)),
        tuple(sending.notes_of(db, name)),
        verdicts.papers_of(db, name),
    )


def asked(price: Price) -> str:
    """Return a price as people read it: as printed, else the sum."""
    if price.raw:
        return price.raw
    return "" if price.yuan is None else f"{price.yuan:f}元"


def differences(
    before: Listing | None,
    after: Listing | None,
    *,
    shown: Callable[[str], str] = str,
) -> dict[str, tuple[Piece, ...]]:
    """Return title, text, price -> what changed word by word, of each as ``shown`` shows it."""
    if before is None or after is None:
        return {}
    pairs = {
        "title": (before.title, after.title),
        "text": (before.text, after.text),
        "price": (asked(before.price), asked(after.price)),
    }
    return {
        name: between(shown(was), shown(now)) for name, (was, now) in pairs.items() if was != now
    }


def _versions(db: Database, stored: Stored) -> tuple[Version, ...]:
    rows = [*db.conn.execute(_VERSIONS, (stored.listing_id,))]
    rows.append((stored.version, stored.content_at, stored.content, "[]"))
    found: list[Version] = []
    before: Listing | None = None
    changed: tuple[str, ...] = ()
    for version, seen_at, content, changed_after in rows:
        listing = listings.from_json(content) if content else None
        found.append(
            Version(version, unstamp(seen_at), changed, listing, differences(before, listing))
        )
        before, changed = listing, tuple(json.loads(changed_after))
    return tuple(found)
