"""Which listing next: those that wait, best first. The queue is a question, not a table."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from casework.asking import ALL_WAITING, TOP, Place, Wanted, question_of
from casework.reasons import Call
from pipeline.base.clock import unstamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.listing import Listing, ListingId
from pipeline.store import listings, words
from pipeline.store.listings import STATES, State
from pipeline.store.open import Database
from pipeline.store.text import storable

__all__ = [
    "ALL_WAITING",
    "COLUMNS",
    "Place",
    "Told",
    "Waiting",
    "Wanted",
    "above",
    "choices",
    "count",
    "counts",
    "next_up",
    "row_of",
    "sources_of",
    "species_of",
    "these",
    "told",
    "waiting",
    "wanted_by_status",
]

COLUMNS = """
    l.listing_id, l.score, l.title, l.species, l.source, l.url, l.first_seen_at,
    l.last_seen_at, l.gone_at, l.state, l.call, l.version, l.seen_version, l.place_code,
    l.snapshot, l.sightings, l.lexicon, l.assigned_to, l.look_again_on
"""
"""Of a listing ``l``, in the order of :func:`row_of`."""
_PAGE = "select {columns} from {source} where {where} and {after} order by {order} limit :limit"
_BELOW = "(l.score, l.listing_id) < (:score, :listing_id)"
_ABOVE = "(l.score, l.listing_id) > (:score, :listing_id)"
_COUNT = "select count(*) from (select 1 from {source} where {where} limit :most)"
_THESE = f"""
    select {COLUMNS} from json_each(:ids) as asked join listings as l on l.listing_id = asked.value
     order by l.score desc, l.listing_id desc
"""  # noqa: S608 - constants of ours, no value
_SOURCES = "select distinct l.source from {source} where {where} order by 1"
_SPECIES = """
    select bird.value, count(*) from {source}, json_each(l.species) as bird
     where {where} group by 1 order by 2 desc, 1
"""
_TOLD = """
    select l.listing_id, l.content, l.source, l.site_id, l.last_seen_at, j.version, j.hits
      from json_each(:ids) as asked
      join listings as l on l.listing_id = asked.value
      left join judgements as j on j.judgement_id = (
           select max(judgement_id) from judgements where listing_id = l.listing_id)
"""
_TERMS = """
    create virtual table if not exists temp.search_terms
     using fts5vocab(main, listing_search, col)
"""
_CHOICES = """
    select substr(term, 2) from temp.search_terms
     where col = 'marks' and term >= :kind and term < :beyond order by doc desc, 1
"""
_COUNTS = "select state, call, count from listing_counts"
_NUMBER = "select number from search_rows where listing_id = ?"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the queue.

    Attributes:
        version: ``seen_version`` of the listing; a verdict names it.
        content_version: of the words, price and pictures; rises when the page changes.
        call: the verdict that stands, "" where none does.
        look_again_on: the Beijing date it was put off to, "" where it was not.
        members: of a row that stands for all that its seller has waiting: how many.
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
    lexicon: str
    assigned_to: str
    look_again_on: str
    members: int = 1

    @property
    def place(self) -> Place:
        """Its place in the queue."""
        return Place(self.score, self.listing_id)


def waiting(
    db: Database,
    after: Place | Waiting | None = None,
    limit: int = 50,
    *,
    wanted: Wanted = ALL_WAITING,
) -> list[Waiting]:
    """Return the next listings to judge, highest score (0..100) first.

    Pages by the last row seen, not by offset: a listing that arrives while the analyst
    scrolls is neither skipped nor shown twice. Of equal scores, a whole state shows the last
    name first, what a filter found the newest.
    """
    start = after.place if isinstance(after, Waiting) else after
    return _page(db, wanted, start, limit, is_up=False)


def above(db: Database, place: Place, *, wanted: Wanted = ALL_WAITING) -> Waiting | None:
    """Return the listing that stands just above a place in the queue."""
    found = _page(db, wanted, place, 1, is_up=True)
    return found[0] if found else None


def count(db: Database, wanted: Wanted = ALL_WAITING, *, most: int | None = None) -> int:
    """Return how many listings there are of those wanted, counting no further than ``most``."""
    if wanted.is_whole:
        return sum(
            number
            for state, call, number in db.conn.execute(_COUNTS)
            if state == wanted.state and wanted.call in {"", call}
        )
    asked = question_of(wanted)
    source = "listing_search as f" if asked.is_marks_only else asked.source
    sql = _COUNT.format(source=source, where=asked.where)
    row = db.conn.execute(sql, {**asked.values, "most": -1 if most is None else most}).fetchone()
    return int(row[0])


def these(db: Database, listing_ids: Sequence[str]) -> list[Waiting]:
    """Return those of these listings that there are, best first, whatever their state."""
    named = [storable(each) for each in listing_ids]
    return [row_of(row) for row in db.conn.execute(_THESE, {"ids": json.dumps(named)})]


@dataclass(frozen=True, slots=True)
class Told:
    """What a listing says, and the places of what was found in it (of ``hits_version``)."""

    listing: Listing
    hits: tuple[dict[str, Any], ...]
    hits_version: int


def told(db: Database, listing_ids: Sequence[str]) -> dict[str, Told]:
    """Return what these listings say, in one question."""
    found = {}
    rows = db.conn.execute(_TOLD, {"ids": json.dumps(listing_ids)})
    for listing_id, content, source, site_id, seen_at, version, hits in rows:
        listing = (
            listings.from_json(content)
            if content
            else Listing(source=source, site_id=site_id, seen_at=unstamp(seen_at))
        )
        found[listing_id] = Told(listing, tuple(json.loads(hits or "[]")), version or 0)
    return found


def choices(db: Database) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of all sources and the names of all birds there are, most frequent first.

    Read off the index of words, which counts its marks: no listing is looked at.
    """
    db.conn.execute(_TERMS)
    return _marks(db, "s"), _marks(db, "b")


def _marks(db: Database, kind: str) -> tuple[str, ...]:
    values = {"kind": kind, "beyond": chr(ord(kind) + 1)}
    return tuple(words.typed(term) for (term,) in db.conn.execute(_CHOICES, values))


def sources_of(db: Database, wanted: Wanted = ALL_WAITING) -> list[str]:
    """Return the keys of the sources that these listings come from."""
    asked = question_of(wanted)
    sql = _SOURCES.format(source=asked.source, where=asked.where)
    return [key for (key,) in db.conn.execute(sql, asked.values)]


def species_of(db: Database, wanted: Wanted = ALL_WAITING) -> list[str]:
    """Return the birds that these listings name, the most frequent first."""
    asked = question_of(wanted)
    sql = _SPECIES.format(source=asked.source, where=asked.where)
    return [name for name, _count in db.conn.execute(sql, asked.values)]


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


def _page(
    db: Database, wanted: Wanted, start: Place | None, limit: int, *, is_up: bool
) -> list[Waiting]:
    asked = question_of(wanted)
    values = {**asked.values, "limit": limit}
    if asked.by_words:
        order = "f.rowid desc" if is_up else "f.rowid"
        after = "true"
        if start is not None:
            values["after"] = _row_id(db, wanted, start)
            after = "f.rowid < :after" if is_up else "f.rowid > :after"
    else:
        order = "l.score, l.listing_id" if is_up else "l.score desc, l.listing_id desc"
        after = _ABOVE if is_up else _BELOW
        place = start or TOP
        values.update(score=place.score, listing_id=place.listing_id)
    sql = _PAGE.format(
        columns=COLUMNS, source=asked.source, where=asked.where, after=after, order=order
    )
    return [row_of(row) for row in db.conn.execute(sql, values)]


def _row_id(db: Database, wanted: Wanted, place: Place) -> int:
    """Return where a place stands in the index of words; its score may have changed since."""
    row = db.conn.execute(_NUMBER, (place.listing_id,)).fetchone()
    # one that is gone: rather its whole score again than a listing skipped
    number = row[0] if row else words.NUMBER_MASK
    return words.row_id(wanted.state, min(place.score, 100), number)


def row_of(row: tuple[Any, ...]) -> Waiting:
    """Return a row of :data:`COLUMNS`, and ``members`` where they are told too."""
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
