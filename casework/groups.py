"""The queue with one row a seller: his best listing, and how many of his wait beside it.

Kept by the database (m0017_desk), for the whole queue; a list that a filter narrowed is
shown listing by listing.
"""

from casework.asking import TOP, Place
from casework.queue import COLUMNS, Waiting, row_of
from pipeline.store.open import Database
from pipeline.store.text import storable

_KEY = (
    "coalesce(nullif(json_extract({row}content, '$.seller.site_id'), ''), '#' || {row}listing_id)"
)
"""As the index ``listings_waiting_of`` has it."""

_PAGE = f"""
    select {COLUMNS}, g.members from queue_groups as g
      cross join listings as l on l.listing_id = g.listing_id
     where (g.score, g.listing_id) < (:score, :listing_id)
     order by g.score desc, g.listing_id desc limit :limit
"""  # noqa: S608 - constants of ours, no value
_COUNT = "select count(*) from queue_groups"
_OF = f"""
    select source, {_KEY.format(row="")} from listings
     where listing_id = ? and state = 'waiting' and content <> ''
"""  # noqa: S608 - constants of ours, no value
_MEMBERS = f"""
    select {COLUMNS} from listings as l
     where l.state = 'waiting' and l.content <> ''
       and l.source = :source and {_KEY.format(row="l.")} = :seller
     order by l.score desc, l.listing_id desc limit :limit
"""  # noqa: S608 - constants of ours, no value


def page(db: Database, after: Place | None = None, limit: int = 50) -> list[Waiting]:
    """Return the next rows; a listing that names no seller is a row of its own."""
    place = after or TOP
    values = {"score": place.score, "listing_id": place.listing_id, "limit": limit}
    return [row_of(row) for row in db.conn.execute(_PAGE, values)]


def count(db: Database) -> int:
    """Return how many rows there are in all."""
    return int(db.conn.execute(_COUNT).fetchone()[0])


def members(db: Database, listing_id: str, *, limit: int) -> list[Waiting]:
    """Return what waits of the seller of a listing, itself too, best first."""
    key = db.conn.execute(_OF, (storable(listing_id),)).fetchone()
    if key is None:
        return []
    values = {"source": key[0], "seller": key[1], "limit": limit}
    return [row_of(row) for row in db.conn.execute(_MEMBERS, values)]
