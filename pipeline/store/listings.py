"""What is kept of a listing: reads and writes of ``listings`` and what hangs on it."""

import json
import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from pipeline.base.clock import stamp, unstamp
from pipeline.base.errors import NotFound
from pipeline.listing import Listing, ListingId, Place, Price, Seller
from pipeline.store.open import Database
from pipeline.store.text import storable

State = Literal["waiting", "judged", "below", "untouched", "faded", "postponed"]
"""waiting for a verdict | has one | words hit, but below the line | no word | only counters
| waiting, but put off to a day."""

STATES: tuple[State, ...] = ("waiting", "judged", "below", "untouched", "faded", "postponed")

SnapshotState = Literal["", "wanted", "sealed", "failed"]

_LINE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_COLUMNS = """
    listing_id, source, site_id, url, state, call, version, seen_version, title, score,
    score_version, species, lexicon, read_at, place_code, posted_at, first_seen_at,
    last_seen_at, last_run_id, sightings, gone_at, snapshot, content_at, is_stripped,
    fingerprint, content
"""
_GET = f"select {_COLUMNS} from listings where listing_id = ?"  # noqa: S608 - our own columns
_WANTING = """
    select listing_id, url, source, version
      from listings where snapshot = 'wanted' order by score desc limit ?
"""
_SET_SNAPSHOT = "update listings set snapshot = ? where listing_id = ? and version = ?"
_SET_SNAPSHOT_ANYHOW = "update listings set snapshot = ? where listing_id = ?"
_EVENT = "insert into listing_events (listing_id, at, what, version, run_id) values (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Stored:
    """A listing as it is kept; times are UTC, as :func:`pipeline.base.clock.stamp` writes them.

    Attributes:
        call: the verdict that stands ("confirmed", ...), "" where none does.
        version: of the content; 1 is the first.
        seen_version: rises with all that a person must look at anew: a change of the
            content, a verdict, an undo. A verdict names the one that was on the screen.
        score_version: the version that ``score`` and ``species`` speak of: a listing that
            was washed clean while it waited is still queued for what it said before.
        content_at: when this version was first seen.
        is_stripped: seller, pictures and contacts were taken out of ``content``.
        content: the listing as JSON; "" when faded.
    """

    listing_id: ListingId
    source: str
    site_id: str
    url: str
    state: State
    call: str
    version: int
    seen_version: int
    title: str
    score: int
    score_version: int
    species: tuple[str, ...]
    lexicon: str
    read_at: str
    place_code: str
    posted_at: str | None
    first_seen_at: str
    last_seen_at: str
    last_run_id: str
    sightings: int
    gone_at: str | None
    snapshot: SnapshotState
    content_at: str
    is_stripped: bool
    fingerprint: str
    content: str


@dataclass(frozen=True, slots=True)
class Wanting:
    """A listing whose page is to be kept (固定) this night."""

    listing_id: ListingId
    url: str
    source: str
    version: int


def find(db: Database, listing_id: str) -> Stored | None:
    """Return a listing, or None where there is none of that name."""
    row = db.conn.execute(_GET, (listing_id,)).fetchone()
    return _stored(row) if row else None


def get(db: Database, listing_id: str) -> Stored:
    """Return a listing.

    Raises:
        NotFound: there is none of that name.
    """
    found = find(db, storable(listing_id))
    if found is None:
        raise NotFound(listing_id, "库里没有这条信息", "用 `shouyi queue` 查看编号")
    return found


def content_of(stored: Stored) -> Listing:
    """Return what the page said; for a faded listing only its name and times."""
    if stored.content:
        return from_json(stored.content)
    return Listing(
        source=stored.source, site_id=stored.site_id, seen_at=unstamp(stored.last_seen_at)
    )


def wanting_snapshot(db: Database, limit: int | None = None) -> list[Wanting]:
    """Return the listings whose page must be kept, highest score first."""
    rows = db.conn.execute(_WANTING, (-1 if limit is None else limit,))
    return [Wanting(*row) for row in rows]


def set_snapshot(
    db: Database, listing_id: str, state: SnapshotState, *, version: int | None = None
) -> None:
    """Record how the snapshot of a listing stands.

    Args:
        db: the store.
        listing_id: the listing; one that is not there is no error.
        state: "sealed", "failed" or "wanted".
        version: the version that was on the page. Where the listing has changed since,
            nothing is written: the newer version is still wanted.
    """
    with db.atomic():
        if version is None:
            db.conn.execute(_SET_SNAPSHOT_ANYHOW, (state, listing_id))
        else:
            db.conn.execute(_SET_SNAPSHOT, (state, listing_id, version))


def add_event(
    db: Database, listing_id: str, *, at: str, what: str, version: int, run_id: str
) -> None:
    """Append to the life of a listing: first_seen, changed, gone, returned."""
    db.conn.execute(_EVENT, (listing_id, at, what, version, run_id))


def to_json(listing: Listing) -> str:
    """Return a listing as one line of JSON that :func:`from_json` reads back.

    What says nothing is left out; sums are strings, times as ``stamp`` writes them.
    """
    price, place, seller = listing.price, listing.place, listing.seller
    name = {
        "source": listing.source,
        "site_id": listing.site_id,
        "seen_at": stamp(listing.seen_at),
    }
    told: dict[str, Any] = {
        "url": listing.url,
        "title": listing.title,
        "text": listing.text,
        "price": _told(
            raw=price.raw,
            yuan=_sum(price.yuan),
            high_yuan=_sum(price.high_yuan),
            per=price.per,
            is_placeholder=price.is_placeholder,
            note=price.note,
        ),
        "place": _told(raw=place.raw, code=place.code),
        "seller": _told(name=seller.name, site_id=seller.site_id, url=seller.url),
        "posted_at": stamp(listing.posted_at) if listing.posted_at else None,
        "posted_raw": listing.posted_raw,
        "images": list(listing.images),
        "tags": list(listing.tags),
        "ocr": listing.ocr,
        "comments": list(listing.comments),
        "reviews": list(listing.reviews),
        "suggestions": list(listing.suggestions),
        "kind": listing.kind,
        "is_damaged": listing.is_damaged,
        "notes": dict(listing.notes),
    }
    return storable(_LINE.encode({**name, **_told(**told)}))


def from_json(line: str) -> Listing:
    """Return the listing that :func:`to_json` wrote."""
    told = json.loads(line)
    price, posted = told.get("price", {}), told.get("posted_at")
    told["price"] = Price(
        **{
            **price,
            "yuan": _decimal(price.get("yuan")),
            "high_yuan": _decimal(price.get("high_yuan")),
        }
    )
    told["place"] = Place(**told.get("place", {}))
    told["seller"] = Seller(**told.get("seller", {}))
    told["seen_at"] = unstamp(told["seen_at"])
    told["posted_at"] = unstamp(posted) if posted else None
    told["images"] = tuple(told.get("images", ()))
    for name in ("tags", "comments", "reviews", "suggestions"):
        told[name] = tuple(told.get(name, ()))
    told["notes"] = MappingProxyType(told.get("notes", {}))
    return Listing(**told)


def _told(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _sum(yuan: Decimal | None) -> str | None:
    return None if yuan is None else str(yuan)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _stored(row: sqlite3.Row | tuple[Any, ...]) -> Stored:
    values = list(row)
    values[11] = tuple(json.loads(values[11]))
    values[23] = bool(values[23])
    return Stored(*values)
