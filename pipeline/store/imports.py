"""Files that somebody brought, and the listings that were read out of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.base.clock import Clock, stamp
from pipeline.store.open import Database
from pipeline.store.text import storable

_NEW = """
    insert into imports
        (file_name, sha256, size_bytes, kind, brought_by, note, at, pages, listings)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_LISTING = """
    insert into import_listings (import_id, listing_id, url, seen_at) values (?, ?, ?, ?)
    on conflict do nothing
"""
_OF = """
    select i.file_name, i.sha256, i.brought_by, i.note, i.at
      from import_listings l join imports i using (import_id)
     where l.listing_id = ? order by i.import_id
"""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as a listing's past tells of it; ``at`` as ``stamp`` writes it."""

    file_name: str
    sha256: str
    brought_by: str
    note: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file that is read in."""

    file_name: str
    sha256: str
    size_bytes: int
    kind: str
    brought_by: str
    note: str
    pages: int


def keep(
    db: Database, one: Import, listings: Iterable[tuple[str, str, str]], *, clock: Clock
) -> int:
    """Record a file and the listings (id, page, time it was fetched) it gave; return its number.

    Belongs inside the caller's transaction.
    """
    given = list(listings)
    cursor = db.conn.execute(
        _NEW,
        (
            storable(one.file_name),
            one.sha256,
            one.size_bytes,
            one.kind,
            storable(one.brought_by),
            storable(one.note),
            stamp(clock.now()),
            one.pages,
            len(given),
        ),
    )
    number = int(cursor.lastrowid or 0)
    for listing_id, url, seen_at in given:
        db.conn.execute(_LISTING, (number, storable(listing_id), storable(url), seen_at))
    return number


def of(db: Database, listing_id: str) -> list[Brought]:
    """Return the files that a listing came in."""
    return [Brought(*row) for row in db.conn.execute(_OF, (listing_id,)).fetchall()]
