"""Which listing next: those that wait, best first. The queue is a question, not a table."""

import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from casework.reasons import Call
from pipeline.base.clock import unstamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.listing import ListingId
from pipeline.store import listings
from pipeline.store.listings import STATES, State
from pipeline.store.open import Database
from pipeline.store.text import storable

_COLUMNS = """
    listing_id, score, title, species, source, url, first_seen_at, last_seen_at, gone_at,
    state, call, version, seen_version, place_code, snapshot, sightings
"""
_PAGE = """
    select {columns} from listings
     where state = :state and (score, listing_id) < (:score, :listing_id) {more}
     order by score desc, listing_id desc limit :limit
"""
_ABOVE = """
    select {columns} from listings
     where state = :state and (score, listing_id) > (:score, :listing_id) {more}
     order by score, listing_id limit 1
"""
_COUNT = "select count(*) from listings where state = :state {more}"
_SOURCES = "select distinct source from listings where state = :state {more} order by 1"
_SPECIES = """
    select bird.value, count(*) from listings, json_each(listings.species) as bird
     where state = :state {more} group by 1 order by 2 desc, 1
"""
_COUNTS = "select state, call, count from listing_counts"
_PLACE = re.compile(r"(?P<score>[0-9]{1,3}):(?P<listing_id>.{1,600})", re.DOTALL)
_MORE = {
    "source": "and source = :source",
    "species": "and exists (select 1 from json_each(species) where value = :species)",
    "species_among": """and exists (select 1 from json_each(species) as bird
                        join json_each(:species_among) as among on among.value = bird.value)""",
    "words": """and (title like :words escape '!' or content <> '' and (
                        json_extract(content, '$.text') like :words escape '!'
                     or json_extract(content, '$.ocr') like :words escape '!'
                     or json_extract(content, '$.tags') like :words escape '!'
                     or json_extract(content, '$.seller.name') like :words escape '!'))""",
    "place_code": "and place_code glob :place_code || '*'",
    "cities": "and substr(place_code, 1, 4) in (select value from json_each(:cities))",
    "call": "and call = :call",
    "score_from": "and score >= :score_from",
}


class Place(NamedTuple):
    """A place in the queue: the page goes on after it. Written as ``score:listing_id``."""

    score: int
    listing_id: str

    @classmethod
    def read(cls, text: str) -> "Place":
        """Return the place that ``str()`` wrote.

        Raises:
            BadInput: it is none.
        """
        found = _PLACE.fullmatch(storable(text))
        if found is None:
            raise BadInput("after", _("不是队列中的位置"), _("从第一页开始"))
        return cls(int(found["score"]), found["listing_id"])

    def __str__(self) -> str:
        return f"{self.score}:{self.listing_id}"


_TOP = Place(101, "")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the queue.

    Attributes:
        version: ``seen_version`` of the listing; a verdict names it.
        content_version: of the words, price and pictures; rises when the page changes.
        call: the verdict that stands, "" where none does.
    """

    listing_id: ListingId
    score: int
    title: str
    species: tuple[str, ...]
    source: str
    url: str
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    state: State
    call: str
    content_version: int
    version: int
    place_code: str
    snapshot: str
    sightings: int

    @property
    def place(self) -> Place:
        """Its place in the queue."""
        return Place(self.score, self.listing_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which listings: all that wait, unless told otherwise. Empty means any.

    ``place_code``: GB/T 2260 or its beginning ("21", "2102"); ``call``: a verdict;
    ``species_among``: at least one of these birds; ``cities``: what the place code begins with
    (casework/rights.py); ``words``: stands in the listing as typed.
    """

    state: State = "waiting"
    source: str = ""
    species: str = ""
    species_among: tuple[str, ...] = ()
    words: str = ""
    place_code: str = ""
    cities: tuple[str, ...] = ()
    call: str = ""
    score_from: int = 0


ALL_WAITING = Wanted()


def waiting(
    db: Database,
    after: Place | Waiting | None = None,
    limit: int = 50,
    *,
    wanted: Wanted = ALL_WAITING,
) -> list[Waiting]:
    """Return the next listings to judge, highest score (0..100) first.

    Pages by the last row seen, not by offset: a listing that arrives while the analyst
    scrolls is neither skipped nor shown twice.
    """
    start = after.place if isinstance(after, Waiting) else after or _TOP
    values = {**_values(wanted), "score": start.score, "listing_id": start.listing_id}
    sql = _PAGE.format(columns=_COLUMNS, more=_more(wanted))
    return [_waiting(row) for row in db.conn.execute(sql, {**values, "limit": limit})]


def count(db: Database, wanted: Wanted = ALL_WAITING) -> int:
    """Return how many listings there are of those wanted."""
    if wanted == Wanted(state=wanted.state, call=wanted.call):
        return sum(
            number
            for state, call, number in db.conn.execute(_COUNTS)
            if state == wanted.state and wanted.call in {"", call}
        )
    row = db.conn.execute(_COUNT.format(more=_more(wanted)), _values(wanted)).fetchone()
    return int(row[0])


def above(db: Database, place: Place, *, wanted: Wanted = ALL_WAITING) -> Waiting | None:
    """Return the listing that stands just above a place in the queue."""
    values = {**_values(wanted), "score": place.score, "listing_id": place.listing_id}
    sql = _ABOVE.format(columns=_COLUMNS, more=_more(wanted))
    row = db.conn.execute(sql, values).fetchone()
    return _waiting(row) if row else None


def sources_of(db: Database, wanted: Wanted = ALL_WAITING) -> list[str]:
    """Return the keys of the sources that these listings come from."""
    sql = _SOURCES.format(more=_more(wanted))
    return [key for (key,) in db.conn.execute(sql, _values(wanted))]


def species_of(db: Database, wanted: Wanted = ALL_WAITING) -> list[str]:
    """Return the birds that these listings name, the most frequent first."""
    sql = _SPECIES.format(more=_more(wanted))
    return [name for name, _count in db.conn.execute(sql, _values(wanted))]


def counts(db: Database) -> dict[str, int]:
    """Return how many listings are in each state, and of the judged by each verdict."""
    found: dict[str, int] = dict.fromkeys((*STATES, *Call), 0)
    for state, call, number in db.conn.execute(_COUNTS):
        found[state] += number
        if state == "judged":
            found[call] += number
    return found


def next_up(
    db: Database, after_listing: str | None = None, *, wanted: Wanted = ALL_WAITING
) -> Waiting | None:
    """Return the listing to judge next; None when nothing waits.

    Args:
        db: the store.
        after_listing: the one that was just judged or passed over: the next below it is
            given, and after the last one the first again.
        wanted: which listings.
    """
    if after_listing is not None:
        passed = listings.find(db, storable(after_listing))
        if passed is not None:
            below = waiting(db, Place(passed.score, passed.listing_id), 1, wanted=wanted)
            if below:
                return below[0]
    top = waiting(db, None, 2, wanted=wanted)
    return next((row for row in top if row.listing_id != after_listing), None)


def wanted_by_status(status: str) -> Wanted:
    """Return which listings a status word of the command line means.

    Raises:
        BadInput: there is no such status.
    """
    if status in STATES:
        return replace(ALL_WAITING, state=status)
    if status in set(Call):
        return Wanted(state="judged", call=status)
    raise BadInput(
        "--status",
        _("没有状态 {status}").format(status=status),
        _("可用：{all}").format(all=", ".join((*STATES, *Call))),
    )


def _more(wanted: Wanted) -> str:
    return " ".join(sql for name, sql in _MORE.items() if getattr(wanted, name))


def _values(wanted: Wanted) -> dict[str, Any]:
    values = {name: getattr(wanted, name) for name in ("state", *_MORE)}
    values["species_among"] = json.dumps(wanted.species_among)
    values["cities"] = json.dumps(wanted.cities)
    words = re.sub("([!%_])", r"!\1", storable(wanted.words))
    values["words"] = f"%{words}%"
    return values


def _waiting(row: tuple[Any, ...]) -> Waiting:
    listing_id, score, title, species, source, url, first, last, gone, *rest = row
    return Waiting(
        listing_id,
        score,
        title,
        tuple(json.loads(species)),
        source,
        url,
        unstamp(first),
        unstamp(last),
        unstamp(gone) if gone else None,
        *rest,
    )
