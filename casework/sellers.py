"""What else a seller put up on the same source, and what was decided about it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.base.clock import unstamp
from pipeline.store import listings
from pipeline.store.listings import Stored
from pipeline.store.open import Database

MOST_SHOWN = 8

_SAME = """
      from listings
     where source = :source and content <> ''
       and json_extract(content, '$.seller.site_id') = :seller
       and listing_id <> :listing_id and state in ('waiting', 'judged', 'below')
       and (:cities = '[]' or substr(place_code, 1, 4) in (select value from json_each(:cities)))
"""
_COUNTS = f"select state, call, count(*) {_SAME} group by state, call"
_NEWEST = f"""
    select listing_id, title, score, state, call, first_seen_at {_SAME}
     order by first_seen_at desc, listing_id limit {MOST_SHOWN}
"""


@dataclass(frozen=True, slots=True)
class Other:
    """Another listing of the same seller."""

    listing_id: str
    title: str
    score: int
    state: str
    call: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Others:
    """All that a seller has beside one listing.

    Attributes:
        count: all of them; ``newest`` are at most eight.
        calls: how many carry each verdict.
        waiting: how many wait.
    """

    count: int = 0
    waiting: int = 0
    calls: dict[str, int] = field(default_factory=dict)
    newest: tuple[Other, ...] = ()


def others_of(db: Database, stored: Stored, *, cities: str) -> Others:
    """Return what the seller of a listing has beside it, by the site's own id of the seller.

    ``cities``: JSON list of what place codes must begin with; "[]" is the province.
    """
    seller = listings.content_of(stored).seller.site_id
    if not seller:
        return Others()
    values: dict[str, Any] = {
        "source": stored.source,
        "seller": seller,
        "listing_id": stored.listing_id,
        "cities": cities,
    }
    rows = db.conn.execute(_COUNTS, values).fetchall()
    calls: dict[str, int] = {}
    for _state, call, count in rows:
        if call:
            calls[call] = calls.get(call, 0) + count
    newest = tuple(
        Other(listing_id, title, score, state, call, unstamp(seen))
        for listing_id, title, score, state, call, seen in db.conn.execute(_NEWEST, values)
    )
    waiting = sum(count for state, _call, count in rows if state == "waiting")
    return Others(sum(count for *_which, count in rows), waiting, calls, newest)
