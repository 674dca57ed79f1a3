"""Bounds proposed from healthy runs: a floor, a ceiling, the share of each field.

A bound is only ever proposed tighter. Where healthy nights would ask for a looser one, that
is said, and a person writes it: a floor that follows a broken site down guards nothing.

Source: the practice of OpenSanctions' zavod: floors 10 to 20 % below a healthy run.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawlers.health import SLACK
from crawlers.source import Source
from pipeline.store.open import Database

HEALTHY = 3
"""So many healthy runs are needed before anything is proposed."""
_LAST = 14
_FLOOR, _CEILING, _SLACK = 0.8, 3.0, 0.1
_RUNS = """
    select run_id, night_on, state, cause, counts from runs
     where source = ? and ended_at is not null
     order by night_on desc, number desc limit ?
"""


@dataclass(frozen=True, slots=True)
class Past:
    """One run that came to its end, as far as promises go.

    Attributes:
        filled: field -> share of the listings read that had it.
    """

    run_id: str
    night_on: str
    state: str
    listed: int
    filled: Mapping[str, float]

    @property
    def is_healthy(self) -> bool:
        """Whether bounds may be learnt from it: it kept its promises and listed something."""
        return self.state == "ok" and self.listed > 0


@dataclass(frozen=True, slots=True)
class Bound:
    """One promise against the last runs.

    Attributes:
        name: "floor", "ceiling", or a field of ``usually``.
        now: as the source file has it; None where it does not promise it yet.
        seen: what the runs gave, the latest first.
        is_kept: the latest run kept it; None where there is no run, or no promise.
        proposed: a tighter bound; None where none is proposed.
        looser: what healthy runs would ask for, where that is looser than the promise.
    """

    name: str
    now: float | None
    seen: tuple[float, ...]
    is_kept: bool | None
    proposed: float | None
    looser: float | None = None


def past_runs(db: Database, source: str) -> list[Past]:
    """Return the last runs of a source that came to an end, the latest first."""
    return [_past(row) for row in db.conn.execute(_RUNS, (source, _LAST)).fetchall()]


def _past(row: Sequence[Any]) -> Past:
    run_id, night_on, state, _, counts = row
    told = json.loads(counts or "{}")
    read = told.get("stored", 0) + told.get("known", 0)
    filled = {name: count / read for name, count in told.get("filled", {}).items()} if read else {}
    return Past(run_id, night_on, state, told.get("listed", 0), filled)


def bounds_of(source: Source, runs: Sequence[Past]) -> list[Bound]:
    """Return each promise of a source against its runs, with what healthy runs propose."""
    healthy = [run for run in runs if run.is_healthy]
    is_enough = len(healthy) >= HEALTHY
    listed = tuple(float(run.listed) for run in runs)
    floor, ceiling = source.expect.listings
    lowest = min((run.listed for run in healthy), default=0)
    highest = max((run.listed for run in healthy), default=0)
    bounds = [
        _bound("floor", floor, listed, math.floor(lowest * _FLOOR) or 1, is_enough, rises=True),
        _bound("ceiling", ceiling, listed, math.ceil(highest * _CEILING), is_enough, rises=False),
    ]
    promised: dict[str, float] = {str(name): share for name, share in source.expect.usually.items()}
    names = dict.fromkeys([*promised, *_common(healthy)])
    for name in names:
        seen = tuple(run.filled.get(name, 0.0) for run in runs if run.listed)
        least = min((run.filled.get(name, 0.0) for run in healthy), default=0.0)
        wanted = math.floor((least - _SLACK) * 20 + 1e-9) / 20
        now = promised.get(name)
        bounds.append(_bound(name, now, seen, wanted, is_enough, rises=True))
    return bounds


def _bound(
    name: str,
    now: float | None,
    seen: tuple[float, ...],
    wanted: float,
    is_enough: bool,  # noqa: FBT001 - private, and said at each call
    *,
    rises: bool,
) -> Bound:
    kept = None
    if seen and now is not None:
        kept = seen[0] + SLACK >= now if rises else seen[0] <= now
    if not is_enough or wanted <= 0:
        return Bound(name, now, seen, kept, None)
    is_tighter = now is None or (wanted > now if rises else wanted < now)
    if is_tighter:
        return Bound(name, now, seen, kept, wanted)
    return Bound(name, now, seen, kept, None, None if wanted == now else wanted)


def _common(healthy: Sequence[Past]) -> list[str]:
    """Return the fields that every healthy run mostly had, beside id and words."""
    known = ("price_yuan", "place", "place_code", "posted_at", "seller", "images")
    return [
        name
        for name in known
        if healthy and all(run.filled.get(name, 0.0) >= 0.5 for run in healthy)
    ]
