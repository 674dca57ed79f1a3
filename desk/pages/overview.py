"""The overview: what came in, what waits, how it goes; each number opens its listings."""

from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from casework import cities, figures, rights
from casework.figures import Span
from casework.reasons import Call
from desk import asked as asked_of
from desk import charts, lights
from desk.charts import Row
from desk.marking import shorten
from desk.parts import AtDesk, Desk
from desk.wording import CALLS, FIGURES, SPEEDS, STATUSES, VIAS
from pipeline.contacts import masked

router = APIRouter()

PERIODS = (7, 30, 90, 365)
PAGE_ROWS = 50
_MOST_ROWS = 10


@router.get("/overview")
def show(desk: Desk, days: int = 30) -> Response:
    """Show the figures of a period; charts by week have twelve weeks of their own."""
    span = _span(desk, days)
    return desk.page(
        "overview.html",
        span=span,
        periods=PERIODS,
        tops=_tops(desk, span),
        sources=lights.of(desk),
        places=_places(desk, span),
        weeks=charts.columns(_weeks(desk, span)),
        species=charts.bars(_rows(desk, span, "species", "species_confirmed", word=str)),
        tricks=charts.bars(_rows(desk, span, "trick", word=lambda via: _via(desk, via))),
        terms=charts.bars(_rows(desk, span, "term", "term_false", word=str)),
        by_source=charts.bars(_rows(desk, span, "source", "source_false", word=desk.source_name)),
        speeds=charts.bars(_speeds(desk, span)),
    )


@router.get("/figures")
def behind(
    desk: Desk, of: str = "waiting", value: str = "", days: int = 30, page: int = 1
) -> Response:
    """Show the listings that a number counts.

    Raises:
        NotFound: there is no such figure.
    """
    span = _span(desk, days)
    here = min(max(1, page), 10_000)
    count = figures.count(desk.db, of, span, value=value)
    rows = figures.behind(
        desk.db, of, span, value=value, limit=PAGE_ROWS, offset=(here - 1) * PAGE_ROWS
    )
    address = _url(span, of, value)
    return desk.page(
        "figure.html",
        heading=desk.say(FIGURES[of]),
        value=_value_shown(desk, of, value),
        count=count,
        rows=[
            {
                "url": asked_of.listing_path(row.listing_id),
                "title": shorten(masked(row.title), 120),
                "score": row.score,
                "state": desk.say(CALLS[Call(row.call)] if row.call else _status(row.state)),
                "call": row.call,
                "source": desk.source_name(row.source),
                "first_seen_at": row.first_seen_at,
            }
            for row in rows
        ],
        back=f"/overview?days={span.days}",
        previous_url=f"{address}&page={here - 1}" if here > 1 else "",
        next_url=f"{address}&page={here + 1}" if here * PAGE_ROWS < count else "",
    )


def _span(desk: AtDesk, days: int) -> Span:
    assert desk.person is not None, "nobody is at the desk"
    period = days if days in PERIODS else 30
    within = rights.cities_of(desk.person)
    return figures.span_of(desk.db, days=period, cities=within, clock=desk.clock)


def _tops(desk: AtDesk, span: Span) -> dict[str, object]:
    names = ("came_in", "came_in_flagged", "waiting", "waiting_long", "flagged", "closed")
    counts = {name: figures.count(desk.db, name, span) for name in names}
    hours = figures.hours_to_verdict(desk.db, span)
    return {
        "counts": counts,
        "urls": {name: _url(span, name) for name in names},
        "oldest": figures.oldest_waiting(desk.db, span),
        "night": span.night,
        "closed_share": f"{counts['closed'] / counts['flagged']:.0%}" if counts["flagged"] else "—",
        "median": "—" if hours is None else _hours(desk, hours),
    }


def _hours(desk: AtDesk, hours: float) -> str:
    if hours < 48:  # noqa: PLR2004 - from two days on, people count days
        return desk.say("%(n).1f 小时") % {"n": hours}
    return desk.say("%(n).1f 天") % {"n": hours / 24}


def _places(desk: AtDesk, span: Span) -> dict[str, object]:
    counts = figures.groups(desk.db, "city", span)
    confirmed = figures.groups(desk.db, "city_confirmed", span)
    names = cities.all_of_them()
    own = desk.person.cities if desk.person else ()
    shown = {code: name for code, name in names.items() if not own or code in own}
    told = {**shown, "": desk.say("属地不明"), "other": desk.say("省外")}
    rows = [
        Row(
            name,
            counts.get(code, 0),
            _url(span, "city", code),
            confirmed.get(code, 0),
            _url(span, "city_confirmed", code),
        )
        for code, name in told.items()
        if counts.get(code, 0) or code in shown
    ]
    short = {code: name.removesuffix("市") for code, name in names.items()}
    return {"map": charts.tiles(short, counts), "rows": rows}


def _weeks(desk: AtDesk, span: Span) -> list[Row]:
    counts = figures.groups(desk.db, "week", span)
    confirmed = figures.groups(desk.db, "week_confirmed", span)
    return [
        Row(
            f"{day.month}/{day.day}",
            counts.get(day.isoformat(), 0),
            _url(span, "week", day.isoformat()),
            confirmed.get(day.isoformat(), 0),
            _url(span, "week_confirmed", day.isoformat()),
        )
        for day in figures.mondays(clock=desk.clock)
    ]


def _rows(desk: AtDesk, span: Span, of: str, more: str = "", *, word: object) -> list[Row]:
    assert callable(word)
    counts = figures.groups(desk.db, of, span)
    others = figures.groups(desk.db, more, span) if more else {}
    chosen = [value for value in counts if word(value)][:_MOST_ROWS]
    return [
        Row(
            shorten(str(word(value)), 12),
            counts[value],
            _url(span, of, value),
            others.get(value, 0) if more else None,
            _url(span, more, value) if more else "",
        )
        for value in chosen
    ]


def _speeds(desk: AtDesk, span: Span) -> list[Row]:
    counts = figures.groups(desk.db, "speed", span)
    return [
        Row(desk.say(word), counts.get(code, 0), _url(span, "speed", code))
        for code, word in SPEEDS.items()
    ]


def _via(desk: AtDesk, via: str) -> str:
    word = VIAS.get(via, via)
    return desk.say(word) if word else ""


def _status(state: str) -> str:
    return STATUSES.get(state, state)


def _value_shown(desk: AtDesk, of: str, value: str) -> str:
    if of.startswith("city"):
        named = {"": desk.say("属地不明"), "other": desk.say("省外")}
        return named.get(value) or cities.name_of(value)
    if of.startswith("source"):
        return desk.source_name(value)
    if of == "trick":
        return _via(desk, value)
    if of == "speed":
        return desk.say(SPEEDS[value]) if value in SPEEDS else ""
    if of.startswith("week"):
        return desk.say("%(day)s 起的一周") % {"day": _day(value)}
    return shorten(value, 60)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _url(span: Span, of: str, value: str = "") -> str:
    told = {"of": of, "days": span.days, **({"value": value} if value else {})}
    return f"/figures?{urlencode(told)}"
