"""Runs: who crawls which source for which night, and how it ended.

The table ``runs`` is the truth, not the scheduler's memory: one source is crawled by one
process at a time (a unique index says so), and a process that crawls holds a lease. A holder
that is dead, or that has not renewed its lease, is taken over; should it wake again, its
next write is refused (:func:`hold`).
"""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import Conflict, NotFound
from pipeline.store.open import Database

LEASE_SECONDS = 90
"""How long a silent holder is waited for, where it cannot be asked whether it lives."""

HEARTBEAT_SECONDS = 20

ENDS = ("ok", "empty", "thin", "blocked", "drift", "failed", "interrupted")
"""How a run may end."""

_COLUMNS = """run_id, source, night_on, number, asked_by, state, is_late, started_at, heartbeat_at,
    lease_until, lease_holder, resumed, ended_at, cause, because, manners, counts"""
_RUNNING = f"select {_COLUMNS} from runs where source = ? and state = 'running'"  # noqa: S608
_LATEST = f"""
    select {_COLUMNS} from runs where source = ? and night_on = ? order by number desc limit 1
"""  # noqa: S608 - our own column names
_ONE = f"select {_COLUMNS} from runs where run_id = ?"  # noqa: S608 - the same
_NIGHT = f"select {_COLUMNS} from runs where night_on = ? order by started_at, run_id"  # noqa: S608
_LAST_ENDED = f"""
    select {_COLUMNS} from runs
     where source = ? and run_id <> ? and ended_at is not null
     order by ended_at desc limit 1
"""  # noqa: S608 - the same
_LAST_IN_STATE = f"""
    select {_COLUMNS} from runs where source = ? and state = ? order by night_on desc, number desc
     limit 1
"""  # noqa: S608 - the same
_NEW = """
    insert into runs (run_id, source, night_on, number, asked_by, state, is_late)
    values (:run_id, :source, :night_on, :number, :asked_by, 'due', :is_late)
"""
_TAKE = """
    update runs
       set state = 'running', lease_holder = :holder, heartbeat_at = :now, lease_until = :until,
           resumed = resumed + (started_at is not null), ended_at = null, cause = '', because = '',
           started_at = coalesce(started_at, :now)
     where run_id = :run_id
"""
_HOLD = """
    update runs set heartbeat_at = ?, lease_until = ?
     where run_id = ? and lease_holder = ? and state = 'running'
"""
_END = """
    update runs
       set state = :state, cause = :cause, because = :because, counts = :counts,
           ended_at = :now, lease_holder = '', lease_until = null
     where run_id = :run_id and lease_holder = :holder
"""
_MISS = "update runs set state = 'missed', because = ? where run_id = ?"
_ABANDON = """
    update runs set state = 'interrupted', ended_at = ?, cause = 'taken over', because = ?,
           lease_holder = '', lease_until = null
     where run_id = ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One row of ``runs``. Times are UTC as the database keeps them."""

    run_id: str
    source: str
    night_on: str
    number: int
    asked_by: str
    state: str
    is_late: bool = False
    started_at: str | None = None
    heartbeat_at: str | None = None
    lease_until: str | None = None
    lease_holder: str = ""
    resumed: int = 0
    ended_at: str | None = None
    cause: str = ""
    because: str = ""
    manners: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    counts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end that nobody goes on from."""
        return self.state in ENDS and self.state != "interrupted"


def begin(
    db: Database,
    source: str,
    *,
    night_on: date,
    asked_by: str,
    clock: Clock,
    again: bool = False,
    is_late: bool = False,
) -> Run:
    """Take the lease on a source for a night: a new run, or the one that was broken off.

    With ``again`` one more run is begun where the night's run has already ended.

    Raises:
        Conflict: another process is crawling this source, or (``again`` false) the run of
            that night has ended.
    """
    with db.atomic():
        _clear_the_way(db, source, night_on, clock)
        latest = _first(db, _LATEST, source, night_on.isoformat())
        if latest is not None and latest.is_over and not again:
            raise Conflict(source, f"was crawled for {night_on} already ({latest.state})")
        run_id = latest.run_id if latest and _goes_on(latest) else ""
        if not run_id:
            number = latest.number + 1 if latest else 1
            run_id = _insert(db, source, night_on, number, asked_by=asked_by, is_late=is_late)
        now = clock.now()
        until = stamp(now + timedelta(seconds=LEASE_SECONDS))
        values = {"run_id": run_id, "holder": holder(), "now": stamp(now), "until": until}
        db.execute(_TAKE, values)
        return get(db, run_id)


def hold(db: Database, run: Run, *, clock: Clock) -> None:
    """Renew the lease, inside the caller's transaction or alone.

    Raises:
        Conflict: the run was taken over: whatever is still in hand must not be written.
    """
    now = clock.now()
    until = stamp(now + timedelta(seconds=LEASE_SECONDS))
    held = db.execute(_HOLD, [stamp(now), until, run.run_id, run.lease_holder])
    if held.rowcount != 1:
        raise Conflict(run.run_id, "was taken over by another process", "this one stops")


def end(
    db: Database,
    run: Run,
    *,
    state: str,
    clock: Clock,
    cause: str = "",
    because: str = "",
    counts: Mapping[str, Any],
) -> Run:
    """Write how the run ended, and give the lease back.

    Raises:
        Conflict: the run was taken over meanwhile.
    """
    assert state in ENDS, state
    values = {
        "state": state,
        "cause": cause,
        "because": because,
        "counts": json.dumps(counts, ensure_ascii=False, sort_keys=True),
        "now": stamp(clock.now()),
        "run_id": run.run_id,
        "holder": run.lease_holder,
    }
    with db.atomic():
        if db.execute(_END, values).rowcount != 1:
            raise Conflict(run.run_id, "was taken over by another process", "this one stops")
    return get(db, run.run_id)


def say_manners(db: Database, run: Run, manners: Mapping[str, Any]) -> None:
    """Keep with the run how we behaved: robots decision, pace, basis, user agent."""
    text = json.dumps(manners, ensure_ascii=False, sort_keys=True)
    with db.atomic():
        db.execute("update runs set manners = ? where run_id = ?", [text, run.run_id])


def miss(db: Database, source: str, *, night_on: date, because: str) -> None:
    """Record a night on which a source was not crawled at all."""
    with db.atomic():
        if _first(db, _LATEST, source, night_on.isoformat()) is None:
            run_id = _insert(db, source, night_on, 1, asked_by="schedule", is_late=False)
            db.execute(_MISS, [because, run_id])


def get(db: Database, run_id: str) -> Run:
    """Return one run.

    Raises:
        NotFound: there is none of that name.
    """
    run = _first(db, _ONE, run_id)
    if run is None:
        raise NotFound(run_id, "there is no such run")
    return run


def of_night(db: Database, source: str, night_on: date) -> Run | None:
    """Return the latest run of a source for a night, None where it has none."""
    return _first(db, _LATEST, source, night_on.isoformat())


def runs_of_night(db: Database, night_on: date) -> list[Run]:
    """Return all runs that count for a night, in the order they began."""
    return [_run(row) for row in db.query(_NIGHT, [night_on.isoformat()])]


def last_in_state(db: Database, source: str, state: str) -> Run | None:
    """Return the latest run of a source that ended so, None where none did."""
    return _first(db, _LAST_IN_STATE, source, state)


def before(db: Database, run: Run) -> Run | None:
    """Return the run of the same source that ended last before this one began."""
    return _first(db, _LAST_ENDED, run.source, run.run_id)


def holder() -> str:
    """Return this process's name on a lease: machine, number, and when it was started."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_started(pid)}"


def _clear_the_way(db: Database, source: str, night_on: date, clock: Clock) -> None:
    """Refuse where somebody is at work; close what a dead process left of another night."""
    running = _first(db, _RUNNING, source)
    if running is None:
        return
    if _is_alive(running, clock):
        raise Conflict(
            source,
            f"is being crawled since {running.started_at} by {running.lease_holder}",
            "wait until it has ended, or stop that process",
        )
    if running.night_on != night_on.isoformat():
        because = "its process died; the next night took over"
        db.execute(_ABANDON, [stamp(clock.now()), because, running.run_id])


def _goes_on(latest: Run) -> bool:
    return latest.state in {"due", "running", "interrupted"}


def _is_alive(run: Run, clock: Clock) -> bool:
    machine, _, rest = run.lease_holder.rpartition(":")[0].rpartition(":")
    started = run.lease_holder.rpartition(":")[2]
    if machine == socket.gethostname() and rest.isdigit() and _started(int(rest)) != started:
        return False
    return run.lease_until is not None and run.lease_until > stamp(clock.now())


def _started(pid: int) -> str:
    """Return the start tick of a process, "" where it is gone: numbers are used again."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "?"
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]


def _insert(
    db: Database,
    source: str,
    night_on: date,
    number: int,
    *,
    asked_by: str,
    is_late: bool,
) -> str:
    run_id = f"{source}-{night_on.isoformat()}-{number}"
    row = {"run_id": run_id, "source": source, "night_on": night_on.isoformat()}
    more = {"number": number, "asked_by": asked_by, "is_late": int(is_late)}
    db.execute(_NEW, row | more)
    return run_id


def _first(db: Database, sql: str, *values: str) -> Run | None:
    row = next(iter(db.query(sql, values)), None)
    return None if row is None else _run(row)


def _run(row: Mapping[str, Any]) -> Run:
    values = dict(row)
    values["is_late"] = bool(values["is_late"])
    values["manners"] = MappingProxyType(json.loads(values["manners"]))
    values["counts"] = MappingProxyType(json.loads(values["counts"]))
    return Run(**values)
