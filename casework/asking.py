"""What a list of listings is asked for, and the same question as SQL.

Two ways to one answer. A whole state is read down the index of scores. Whatever narrows it
(words, bird, source, place, verdict, trick ...) becomes one question to the index of words,
which gives its finds best first by itself (:mod:`pipeline.store.words`); SQLite is told to
ask it first, for it would rather walk a million scores and probe each.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from pipeline.base.clock import BEIJING, stamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.store import words as index
from pipeline.store.listings import STATES, State
from pipeline.store.text import storable

_PLACE = re.compile(r"(?P<score>[0-9]{1,3}):(?P<listing_id>.{1,600})", re.DOTALL)
_BY_SCORE = "listings as l"
_BY_WORDS = f"""listing_search as f
    cross join search_rows as r on r.number = {index.NUMBER_MASK} - (f.rowid & {index.NUMBER_MASK})
    cross join listings as l on l.listing_id = r.listing_id"""
_ONE_CHARACTER = """(
    l.title like :words escape '!' or l.content <> '' and (
       json_extract(l.content, '$.text') like :words escape '!'
    or json_extract(l.content, '$.ocr') like :words escape '!'
    or json_extract(l.content, '$.seller.name') like :words escape '!'
    or json_extract(l.content, '$.price.raw') like :words escape '!'
    or json_extract(l.content, '$.place.raw') like :words escape '!'
    or exists (select 1 from json_each(l.content, '$.tags') where value like :words escape '!')))
"""
_NOT_HELD = """not exists (select 1 from holds as h
    where h.listing_id = l.listing_id and h.held_by <> :free_for and h.until > :now)"""
_OTHERWISE = {
    "score_from": "l.score >= :score_from",
    "found_from": "l.first_seen_at >= :found_from",
    "found_to": "l.first_seen_at < :found_to",
    "again_by": "l.look_again_on <= :again_by",
    "free_for": _NOT_HELD,
}
"""What no mark tells: looked up in each row found."""


class Place(NamedTuple):
    """A place in a list: the page goes on after it. Written as ``score:listing_id``."""

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


TOP = Place(101, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which listings: all that wait, unless told otherwise. Empty means any.

    Attributes:
        species_among: at least one of these birds.
        words: stands in the listing as typed; ASCII letters in either case.
        place_code: GB/T 2260 or its beginning ("21", "2102").
        call: a verdict.
        trick: kind or disguise of a word found ("code", "homophone").
        assigned_to: whose it is.
        cities: what the place code begins with, "" for a place unknown (casework/rights.py).
        found_from, found_to: first seen on these Beijing dates or between.
        again_by: put off to this Beijing date or before ("2026-03-10").
        free_for: leave out what others hold before them; ``now`` is UTC, as stamped.
    """

    state: State = "waiting"
    source: str = ""
    species: str = ""
    species_among: tuple[str, ...] = ()
    words: str = ""
    place_code: str = ""
    call: str = ""
    trick: str = ""
    assigned_to: str = ""
    cities: tuple[str, ...] = ()
    score_from: int = 0
    found_from: date | None = None
    found_to: date | None = None
    again_by: str = ""
    free_for: str = ""
    now: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole state, or all of one verdict: what counters know."""
        return self == Wanted(state=self.state, call=self.call, now=self.now)


ALL_WAITING = Wanted()


class Question(NamedTuple):
    """A list as SQL.

    Attributes:
        source: what stands after ``from``; listings are ``l``.
        where: what a row must fulfil.
        values: the named values in both.
        by_words: asked of the index of words: in the order of ``f.rowid``.
        is_marks_only: the index of words alone answers it.
    """

    source: str
    where: str
    values: dict[str, Any]
    by_words: bool
    is_marks_only: bool


def question_of(wanted: Wanted) -> Question:
    """Return a list as SQL."""
    assert wanted.state in STATES, wanted.state
    match = _match(wanted)
    more = [sql for name, sql in _OTHERWISE.items() if getattr(wanted, name)]
    if len(wanted.words) == 1:
        more.append(_ONE_CHARACTER)
    values = _values(wanted)
    if match:
        first, beyond = index.range_of(wanted.state)
        where = ["f.listing_search match :match", "f.rowid >= :first", "f.rowid < :beyond", *more]
        values.update(match=match, first=first, beyond=beyond)
        return Question(
            _BY_WORDS, " and ".join(where), values, by_words=True, is_marks_only=not more
        )
    where = [f"l.state = '{wanted.state}'", *more]
    if wanted.call:
        where.append("l.call = :call")
    return Question(_BY_SCORE, " and ".join(where), values, by_words=False, is_marks_only=False)


def _match(wanted: Wanted) -> str:
    """Return the question to the index of words, "" where a whole state is asked for."""
    asked = [
        index.marked(index.mark(kind, value))
        for kind, value in (
            ("s", wanted.source),
            ("b", wanted.species),
            ("p", wanted.place_code),
            ("t", wanted.trick),
            ("a", wanted.assigned_to),
        )
        if value
    ]
    if wanted.species_among:
        asked.append(index.marked(*(index.mark("b", each) for each in wanted.species_among)))
    if wanted.cities:
        asked.append(index.marked(*(index.mark("p", each) for each in wanted.cities)))
    if len(wanted.words) >= index.SHORTEST:
        asked.append(index.phrase(wanted.words))
    if asked and wanted.call:
        asked.append(index.marked(index.mark("c", wanted.call)))
    return " AND ".join(f"({each})" for each in asked)


def _values(wanted: Wanted) -> dict[str, Any]:
    words = re.sub("([!%_])", r"!\1", storable(wanted.words))
    return {
        "call": wanted.call,
        "words": f"%{words}%",
        "score_from": wanted.score_from,
        "found_from": _midnight(wanted.found_from),
        "found_to": _midnight(wanted.found_to, days=1),
        "again_by": wanted.again_by,
        "free_for": wanted.free_for,
        "now": wanted.now,
    }


def _midnight(day: date | None, *, days: int = 0) -> str:
    if day is None:
        return ""
    return stamp(datetime.combine(day, time(), BEIJING) + timedelta(days=days))
