"""The proof of patrol: source by day, what was seen, what was not, by which run and why.

::

    finds     patrolled, and there were listings
    empty     patrolled, and the site itself says that there is nothing
    thin      patrolled in part: too few, a limit, a list that broke off
    blocked   the site did not let us: a wall, a challenge, a refusal, robots.txt
    failed    no answer, or pages that we no longer understand
    missed    nobody went, though it was the day
    pending   still to be done today
    -         no patrol promised that day, and none made
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.store import promises
from pipeline.store.open import Database
from pipeline.store.promises import Promise

Seen = Literal["finds", "empty", "thin", "blocked", "failed", "missed", "pending", "-"]

BEST_FIRST: tuple[Seen, ...] = (
    "finds", "empty", "thin", "blocked", "failed", "pending", "missed", "-",
)  # fmt: skip
KEPT: frozenset[Seen] = frozenset({"finds", "empty"})
"""Only these keep a promise: a patrol in part proves nothing of the rest."""

_OF_STATE: Mapping[str, Seen] = {
    "ok": "finds",
    "empty": "empty",
    "thin": "thin",
    "blocked": "blocked",
    "drift": "failed",
    "failed": "failed",
    "interrupted": "failed",
    "running": "pending",
    "due": "pending",
    "missed": "missed",
}

_RUNS = """
    select source, night_on, run_id, state, cause, because,
           coalesce(json_extract(counts, '$.listed'), 0), coalesce(json_extract(counts, '$.new'), 0),
           coalesce(json_extract(manners, '$.limit'), 0), coalesce(ended_at, started_at, '')
      from runs where night_on between ? and ? order by source, night_on, number
"""  # noqa: E501 - one column a piece
_DAYS_OF_WEEK = 7
_HOURS_OF_DAY = 24
_LOOK_BACK = timedelta(days=62)
"""How far before the period a patrol may lie that still covers its first days."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a report, first and last included."""

    name: str
    first: date
    last: date

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it."""
        return tuple(_each_day(self.first, self.last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One source on one day: the best of its runs, and how many there were.

    ``is_promised``: its file was in force that day. ``is_kept``: on that evening the last
    whole patrol was no older than the file promises.
    """

    on: date
    seen: Seen
    run_id: str = ""
    state: str = ""
    cause: str = ""
    because: str = ""
    at: str = ""
    listed: int = 0
    new: int = 0
    runs: int = 0
    is_promised: bool = False
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One source over the period."""

    source: str
    name: str
    every_hours: int
    days: tuple[Day, ...]

    @property
    def promised(self) -> int:
        """Days on which a patrol was owed or still fresh enough, today's open one left out."""
        return sum(day.is_promised for day in self.days)

    @property
    def kept(self) -> int:
        """Days on which the promise stood."""
        return sum(day.is_kept for day in self.days)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every source by every day."""

    period: Period
    rows: tuple[Row, ...]

    @property
    def promised(self) -> int:
        """Days promised, over all sources."""
        return sum(row.promised for row in self.rows)

    @property
    def kept(self) -> int:
        """Days kept, over all sources."""
        return sum(row.kept for row in self.rows)

    def count(self, seen: Seen) -> int:
        """Return on how many source days that was so."""
        return sum(day.seen == seen for row in self.rows for day in row.days)


def share(kept: int, promised: int) -> float | None:
    """Return the share of promises kept; None where nothing was promised."""
    return round(kept / promised, 4) if promised else None


def period_of(text: str) -> Period:
    """Read ``2026-W48`` or ``2026-11``.

    Raises:
        BadInput: it is neither.
    """
    try:
        if re.fullmatch(r"\d{4}-W\d\d", text, re.ASCII):
            first = date.fromisocalendar(int(text[:4]), int(text[6:]), 1)
            return Period(text, first, first + timedelta(days=_DAYS_OF_WEEK - 1))
        if re.fullmatch(r"\d{4}-\d\d", text, re.ASCII):
            year, month = int(text[:4]), int(text[5:])
            return Period(text, date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    except ValueError:
        pass  # a week 54, a month 13: told below
    what = _("看不懂时间段 {text}").format(text=text[:20])
    raise BadInput("coverage", what, _("写成 2026-W48（周）或 2026-11（月）"))


def of(db: Database, period: Period, *, today: date) -> Coverage:
    """Return what was seen of each source on each day of the period, up to ``today``."""
    first = period.first - _LOOK_BACK
    runs = _runs(db, first, period.last)
    said = _promises(db)
    rows = []
    for source in sorted({key for key, _on in runs} | set(said)):
        own = {on: ran for (key, on), ran in runs.items() if key == source}
        history = said.get(source, [])
        days = _days(period, own, history, today)
        if any(day.is_promised or day.runs or day.seen != "-" for day in days):
            last = history[-1] if history else None
            rows.append(
                Row(source, last.name if last else source, last.every_hours if last else 0, days)
            )
    return Coverage(period, tuple(rows))


def _days(
    period: Period, runs: Mapping[date, Day], history: Sequence[Promise], today: date
) -> tuple[Day, ...]:
    good = sorted(on for on, day in runs.items() if day.seen in KEPT)
    found = []
    for on in period.days:
        promise = _in_force(history, on)
        ran = runs.get(on)
        if promise is None or on > today:
            found.append(ran or Day(on=on, seen="-"))
            continue
        found.append(_judged(on, ran, promise, good, today))
    return tuple(found)


def _judged(on: date, ran: Day | None, promise: Promise, good: Sequence[date], today: date) -> Day:
    """Return a day on which a promise was in force, with what became of it."""
    span = max(1, promise.every_hours // _HOURS_OF_DAY)
    fresh = any(on - timedelta(days=span) < day <= on for day in good)
    if fresh and promise.every_hours < _HOURS_OF_DAY and ran is not None:
        # more than once a day: a run a day is not yet the promise
        fresh = ran.runs >= _HOURS_OF_DAY // promise.every_hours
    began = on - promise.since_on >= timedelta(days=span - 1)
    is_open = on == today and not fresh
    is_promised = (began or fresh) and not is_open
    if ran is None:
        # nothing was due where the last patrol is fresh still, or the first has yet time
        seen: Seen = "-" if fresh or not began else "pending" if is_open else "missed"
        return Day(on=on, seen=seen, is_promised=is_promised, is_kept=fresh and is_promised)
    # a run of a past day that never ended is no work in progress
    seen = "failed" if ran.seen == "pending" and on != today else ran.seen
    return replace(ran, seen=seen, is_promised=is_promised, is_kept=fresh and is_promised)


def _in_force(history: Iterable[Promise], on: date) -> Promise | None:
    said = [one for one in history if one.since_on <= on]
    return said[-1] if said and said[-1].is_enabled else None


def _promises(db: Database) -> dict[str, list[Promise]]:
    found: dict[str, list[Promise]] = {}
    for one in promises.history(db):
        found.setdefault(one.source, []).append(one)
    return found


def _runs(db: Database, first: date, last: date) -> dict[tuple[str, date], Day]:
    """Return the best run of each source on each day."""
    found: dict[tuple[str, date], Day] = {}
    rows: list[Any] = db.conn.execute(_RUNS, (first.isoformat(), last.isoformat())).fetchall()
    for source, night_on, run_id, state, cause, said, listed, new, limit, at in rows:
        on = date.fromisoformat(night_on)
        seen, because = _OF_STATE.get(state, "failed"), said
        if seen == "finds" and limit:
            seen, because = "thin", _("只要了 {n} 条，不算一次完整巡查").format(n=limit)
        before = found.get((source, on))
        runs = (before.runs if before else 0) + (state != "missed")
        best = before and BEST_FIRST.index(before.seen) < BEST_FIRST.index(seen)
        day = Day(
            on=on,
            seen=seen,
            run_id=run_id,
            state=state,
            cause=cause,
            because=because,
            at=at,
            listed=listed,
            new=new,
            runs=runs,
        )
        found[source, on] = replace(before, runs=runs) if before and best else day
    return found


def _each_day(first: date, last: date) -> Iterable[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)
