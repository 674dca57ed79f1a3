"""The figures of the overview, and the listings behind each: one condition serves both.

A figure is a name and, for a row of a chart, a value: ``species`` of ``画眉``. What counts it
and what lists it are the same SQL, so that a number equals the list behind it.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any, NamedTuple

from pipeline.base.clock import BEIJING, Clock, beijing_day, stamp, unstamp
from pipeline.base.errors import NotFound
from pipeline.store.open import Database
from pipeline.store.text import storable

WEEKS = 12
LONG_DAYS = 7

_FLAGGED = "l.state in ('waiting', 'judged') and l.first_seen_at >= :since"
_JUDGED = "l.state = 'judged' and l.first_seen_at >= :since"
_FALSE = _JUDGED + " and l.call = 'not_wildlife'"
_CONFIRMED = _JUDGED + " and l.call = 'confirmed'"
_LATELY = "l.state in ('waiting', 'judged') and l.first_seen_at >= :weeks_ago"

_WEEK = "date(l.first_seen_at, '+8 hours', 'weekday 0', '-6 days')"
_CITY = """case when substr(l.place_code, 1, 4) in ('', '2100') then ''
                when l.place_code like '21%' then substr(l.place_code, 1, 4) || '00'
                else 'other' end"""
_HOURS = """(julianday((select min(v.at) from verdicts as v
                         where v.listing_id = l.listing_id and v.undoes is null))
             - julianday(l.first_seen_at)) * 24"""
_SPEED = f"""case when {_HOURS} < 24 then 'day' when {_HOURS} < 72 then 'three'
                 when {_HOURS} < 168 then 'week' else 'later' end"""
_BIRDS = ", json_each(l.species) as b"
_HITS = """join judgements as j on j.judgement_id =
                (select max(judgement_id) from judgements as r where r.listing_id = l.listing_id),
           json_each(j.hits) as h"""


class _Figure(NamedTuple):
    """Which listings; for a chart, by what, and what must be joined for it."""

    where: str
    by: str = ""
    more: str = ""


_FIGURES = {
    "came_in": _Figure("l.first_seen_at >= :night"),
    "came_in_flagged": _Figure("l.first_seen_at >= :night and l.state in ('waiting', 'judged')"),
    "waiting": _Figure("l.state = 'waiting'"),
    "waiting_long": _Figure("l.state = 'waiting' and l.first_seen_at < :long_ago"),
    "flagged": _Figure(_FLAGGED),
    "closed": _Figure(_JUDGED + " and l.call <> 'unsure'"),
    "judged": _Figure(_JUDGED),
    "false": _Figure(_FALSE),
    "city": _Figure(_FLAGGED, _CITY),
    "city_confirmed": _Figure(_CONFIRMED, _CITY),
    "week": _Figure(_LATELY, _WEEK),
    "week_confirmed": _Figure(_LATELY + " and l.call = 'confirmed'", _WEEK),
    "species": _Figure(_FLAGGED, "b.value", _BIRDS),
    "species_confirmed": _Figure(_CONFIRMED, "b.value", _BIRDS),
    "trick": _Figure(_FLAGGED, "h.value ->> 'via'", _HITS),
    "term": _Figure(_JUDGED, "h.value ->> 'term'", _HITS),
    "term_false": _Figure(_FALSE, "h.value ->> 'term'", _HITS),
    "source": _Figure(_JUDGED, "l.source"),
    "source_false": _Figure(_FALSE, "l.source"),
    "speed": _Figure(_JUDGED, _SPEED),
}

_FROM = """
      from listings as l {more} where {where}
       and (:cities = '[]'
            or substr(l.place_code, 1, 4) in (select value from json_each(:cities)))
"""
_COUNT = "select count(distinct l.listing_id)" + _FROM
_BEHIND = (
    "select distinct l.listing_id, l.title, l.score, l.state, l.call, l.source, l.first_seen_at"
    + _FROM
    + "order by l.first_seen_at desc, l.listing_id limit :limit offset :offset"
)
_GROUPS = "select {by}, count(distinct l.listing_id)" + _FROM + "group by 1"
_OLDEST = "select min(l.first_seen_at)" + _FROM
_ALL_HOURS = "select {by}" + _FROM
_NIGHT = """
    select min(started_at) from runs
     where night_on = (select max(night_on) from runs where started_at is not null)
"""


@dataclass(frozen=True, slots=True)
class Behind:
    """A listing behind a figure."""

    listing_id: str
    title: str
    score: int
    state: str
    call: str
    source: str
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """What the figures speak of: since when, and of which cities.

    Attributes:
        days: of the period; charts by week have weeks of their own.
        night: when the last night's work began, UTC as stamped.
        cities: JSON list of what place codes must begin with; "[]" is the province.
    """

    days: int
    since: str
    weeks_ago: str
    long_ago: str
    night: str
    cities: str


def span_of(db: Database, *, days: int, cities: tuple[str, ...], clock: Clock) -> Span:
    """Return the span that ends now."""
    now = clock.now()
    (night,) = db.conn.execute(_NIGHT).fetchone()
    return Span(
        days,
        stamp(now - timedelta(days=days)),
        stamp(datetime.combine(mondays(clock=clock)[0], time(), BEIJING)),
        stamp(now - timedelta(days=LONG_DAYS)),
        night or stamp(now - timedelta(days=1)),
        json.dumps(cities),
    )


def count(db: Database, of: str, span: Span, *, value: str = "") -> int:
    """Return a figure.

    Raises:
        NotFound: there is no such figure.
    """
    sql = _sql(_COUNT, _named(of), is_one_value=True)
    return int(db.conn.execute(sql, _values(span, value)).fetchone()[0])


def behind(
    db: Database, of: str, span: Span, *, value: str = "", limit: int = 50, offset: int = 0
) -> list[Behind]:
    """Return the listings that a figure counts, newest first.

    Raises:
        NotFound: there is no such figure.
    """
    values = {**_values(span, value), "limit": limit, "offset": offset}
    rows = db.conn.execute(_sql(_BEHIND, _named(of), is_one_value=True), values)
    return [
        Behind(listing_id, title, score, state, call, source, unstamp(seen))
        for listing_id, title, score, state, call, source, seen in rows
    ]


def groups(db: Database, of: str, span: Span) -> dict[str, int]:
    """Return a figure by the values of its chart, the greatest first."""
    rows = db.conn.execute(_sql(_GROUPS, _named(of)), _values(span, ""))
    return dict(sorted(rows, key=lambda row: (-row[1], row[0])))


def mondays(*, clock: Clock) -> list[date]:
    """Return the Mondays that the chart by week begins its weeks with, in Beijing."""
    today = beijing_day(clock.now())
    this = today - timedelta(days=today.weekday())
    return [this - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]


def oldest_waiting(db: Database, span: Span) -> datetime | None:
    """Return when the listing that waits longest was first seen."""
    sql = _sql(_OLDEST, _named("waiting"))
    (oldest,) = db.conn.execute(sql, _values(span, "")).fetchone()
    return unstamp(oldest) if oldest else None


def hours_to_verdict(db: Database, span: Span) -> float | None:
    """Return the median of hours between first sight and first verdict."""
    sql = _sql(_ALL_HOURS, _Figure(_JUDGED, _HOURS))
    rows = db.conn.execute(sql, _values(span, ""))
    hours = [each for (each,) in rows if each is not None]
    return median(hours) if hours else None


def _named(of: str) -> _Figure:
    try:
        return _FIGURES[of]
    except KeyError:
        raise NotFound(of, "没有这个指标") from None


def _sql(form: str, figure: _Figure, *, is_one_value: bool = False) -> str:
    where = figure.where
    if is_one_value and figure.by:
        where += f" and {figure.by} = :value"
    return form.format(by=figure.by, more=figure.more, where=where)


def _values(span: Span, value: str) -> dict[str, Any]:
    return {
        "since": span.since,
        "weeks_ago": span.weeks_ago,
        "long_ago": span.long_ago,
        "night": span.night,
        "cities": span.cities,
        "value": storable(value)[:200],
    }
