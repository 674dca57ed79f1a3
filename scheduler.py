"""The night as a list of jobs, and when it begins. Imported by commands alone.

A night belongs to the Beijing date on which it starts. Our own run table is the truth of
what was done (``pipeline/store/crawls.py``): the timer below only wakes us up, so two
schedulers on one home, a restart in the minute or a clock that jumps never patrol a
source twice.
"""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.cron import CronTrigger

from casework import postponing
from casework.words import nightly
from crawlers.source import Source
from crawlers.sources import gate_of, promises_of
from evidence import heads, snapshot, stamp, verify
from evidence.watching import watch
from evidence.watching.ledger import Look
from pipeline import ingest
from pipeline.base import log
from pipeline.base.clock import BEIJING, Clock, beijing_day
from pipeline.base.errors import BadInput
from pipeline.base.settings import Settings
from pipeline.rescore import rescore
from pipeline.score import load_reader
from pipeline.store import audit, crawls, promises
from pipeline.store.open import Database, open_store

CRAWLS_AT_ONCE = 2
LATE_AFTER = timedelta(minutes=10)
STOP_SECONDS = 20
_PR_SET_PDEATHSIG = 1

_LAST_NIGHT = """
    select max(night_on) as night_on from runs
     where source = ? and state not in ('due', 'running', 'missed', 'interrupted')
"""
_LAST_KNOWN = "select max(night_on) as night_on from runs where source = ?"

_log = log.get("scheduler")


@dataclass(kw_only=True)
class Night:
    """One night's work on one home: what its jobs need, and what they did.

    Attributes:
        runs: the crawl line of contract.md for each source crawled.
        snapshots: what :mod:`evidence.snapshot` gave for each page kept or failed.
        problems: what is not as it should be, in words for the operator.
    """

    settings: Settings
    sources: Mapping[str, Source]
    clock: Clock
    night_on: date
    asked_by: str
    is_late: bool = False
    say: Callable[[str], None] = lambda _: None
    runs: list[dict[str, Any]] = field(default_factory=list)
    snapshots: list[snapshot.Snapshot] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, int]:
        """Return the line that ``shouyi night --json`` prints."""
        return {
            "runs": len(self.runs),
            "listings": sum(int(run["listings"]) for run in self.runs),
            "flagged": sum(int(run["flagged"]) for run in self.runs),
            "snapshots": sum(one.state == "sealed" for one in self.snapshots),
            "failed": len(self.problems),
        }


def put_decided_words_in_place(night: Night) -> None:
    """Finish what was decided about words, so that tonight is read with them."""
    with _store(night.settings) as db:
        for said in nightly.before_the_crawl(db, night.settings, clock=night.clock):
            night.say(said)


def bring_back_what_was_put_off(night: Night) -> None:
    """Let what was put off to today wait again, so that the morning's queue holds it."""
    with _store(night.settings) as db:
        postponing.wake(db, clock=night.clock)


def crawl_what_is_due(night: Night) -> None:
    """Crawl every source that is due, each in a process of its own, two side by side."""
    with _store(night.settings) as db:
        promises.note(db, promises_of(night.sources.values(), night.night_on))
        waiting = due(db, night.sources, night_on=night.night_on, now=night.clock.now())
    running: dict[str, subprocess.Popen[str]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < CRAWLS_AT_ONCE:
                key = waiting.pop(0)
                night.say(f"{night.sources[key].name} ({key}) ...")
                running[key] = _start_crawl(night, key)
            for key in [key for key, process in running.items() if process.poll() is not None]:
                _take_result(night, key, running.pop(key))
            time.sleep(0.05)
    except BaseException:
        _stop(running.values())
        raise


def keep_what_is_flagged(night: Night) -> None:
    """Take a snapshot (固定) of every listing that entered the queue, and verify it."""
    gate = gate_of(night.sources.values())

    def done(taken: snapshot.Snapshot) -> None:
        night.snapshots.append(taken)
        night.say(f"{len(night.snapshots)}  {taken.listing_id}  {taken.state}")

    paces = {key: source.manners.seconds_between for key, source in night.sources.items()}
    snapshot.take_wanted(
        night.settings, gate=gate, clock=night.clock, on_done=done, seconds_between=paces
    )
    for taken in night.snapshots:
        if taken.state != "sealed":
            night.problems.append(f"{taken.listing_id}: {taken.reason}")
            continue
        found = verify.verify(night.settings.evidence / taken.snapshot_id)
        night.problems += [f"{taken.snapshot_id}: {problem}" for problem in found.problems]


def look_again_at_what_was_kept(night: Night) -> None:
    """Look whether what was flagged is still there; keep what changed, went or came back."""

    def done(look: Look) -> None:
        night.looks.append(look)
        if look.found != "up":
            night.say(f"{look.listing_id}  {look.found}  {look.because}".rstrip())

    paces = {key: source.manners.seconds_between for key, source in night.sources.items()}
    watch.look_again(
        night.settings,
        gate=gate_of(night.sources.values()),
        clock=night.clock,
        on_done=done,
        seconds_between=paces,
        closed=closed_now(night.sources, night.clock.now()),
    )


def read_anew_what_is_stored(night: Night) -> None:
    """Try today's lexicon on what an older one read; what it finds enters the queue."""
    with _store(night.settings) as db:
        result = rescore(db, load_reader(night.settings), clock=night.clock)
    if result.read:
        night.say(f"{result.read} read anew, {result.entered} entered the queue")


def try_words_in_shadow(night: Night) -> None:
    """Count what words in shadow would have done, order the queue, sample the benign list."""
    with _store(night.settings) as db:
        night.problems += nightly.after_the_reading(
            db, night.settings, night_on=night.night_on, clock=night.clock
        )


def ask_for_time_stamps(night: Night) -> None:
    """Ask the time stamp authorities, where any is set, about what was sealed."""
    with _store(night.settings) as db:
        for asked in stamp.ask_all(db, night.settings, clock=night.clock):
            if asked.state != "granted":
                night.say(f"{asked.snapshot_id}: {asked.authority} {asked.because}")


def note_the_heads(night: Night) -> None:
    """Note the heads of the evidence chain and of the custody log beside the database."""
    with _store(night.settings) as db:
        heads.anchor(db, night.settings, clock=night.clock)


def check_the_log(night: Night) -> None:
    """Look whether the audit log is whole, and note its head beside the database."""
    anchors = night.settings.home / audit.ANCHORS
    with _store(night.settings) as db:
        night.problems += audit.verify(db, anchors)
        audit.anchor(db, anchors, clock=night.clock)


def forget_what_nothing_touches(night: Night) -> None:
    """Let the text of listings fade that no word touched for the days that are set."""
    with _store(night.settings) as db:
        ingest.fade(db, night.settings, clock=night.clock)


NIGHT: tuple[Callable[[Night], None], ...] = (
    put_decided_words_in_place,
    crawl_what_is_due,
    read_anew_what_is_stored,
    try_words_in_shadow,
    keep_what_is_flagged,
    look_again_at_what_was_kept,
    ask_for_time_stamps,
    note_the_heads,
    bring_back_what_was_put_off,
    forget_what_nothing_touches,
    check_the_log,
)
"""The night, in order. A new nightly job is one line here."""


def run_night(night: Night) -> None:
    """Do the night's jobs, one after the other; alone on this home.

    A second night on the same home is refused; a night that was killed is gone on with,
    because each job asks the store what is still to be done.

    Raises:
        BadInput: another night is at work in this home.
    """
    with _alone(night.settings):
        for job in NIGHT:
            started = night.clock.steady_seconds()
            job(night)
            took = round(night.clock.steady_seconds() - started, 1)
            _log.info("job.ended", job=job.__name__, took_seconds=took)


def due(db: Database, sources: Mapping[str, Source], *, night_on: date, now: datetime) -> list[str]:
    """Return the keys of the sources to crawl now, in the order of the catalogue.

    A source is due when it is enabled, the site may be read at this hour, and its last
    patrol is as many days back as its file promises.
    """
    return [
        key
        for key, source in sources.items()
        if source.enabled and _is_open(source, now) and _is_due(db, source, night_on)
    ]


def closed_now(sources: Mapping[str, Source], now: datetime) -> frozenset[str]:
    """Return the keys of the sources that may not be asked at this hour, or not at all."""
    return frozenset(
        key for key, source in sources.items() if not source.enabled or not _is_open(source, now)
    )


def note_missed_nights(db: Database, sources: Mapping[str, Source], *, today: date) -> list[date]:
    """Record the nights before ``today`` on which the machine was off, and return them.

    A source that was never patrolled has missed nothing.
    """
    missed: set[date] = set()
    for source in sources.values():
        last = next(db.query(_LAST_KNOWN, [source.key]))["night_on"]
        if not source.enabled or last is None:
            continue
        night = date.fromisoformat(last) + timedelta(days=1)
        while night < today:
            crawls.miss(db, source.key, night_on=night, because="the scheduler was not running")
            missed.add(night)
            night += timedelta(days=1)
    return sorted(missed)


def begins_at(settings: Settings, day: date) -> datetime:
    """Return when the night of a Beijing date begins."""
    hour, minute = (int(part) for part in settings.night_at.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=BEIJING)


def is_late(settings: Settings, now: datetime) -> bool:
    """Tell whether a night that starts now starts after its time."""
    return now > begins_at(settings, beijing_day(now)) + LATE_AFTER


def wake_times(settings: Settings, sources: Mapping[str, Source]) -> list[str]:
    """Return the times of day ("HH:MM", Beijing) at which some source may become due."""
    times = {settings.night_at}
    for source in sources.values():
        opens = source.manners.hours.partition("-")[0]
        if source.enabled and opens and not _within(source.manners.hours, settings.night_at):
            times.add(opens)
    return sorted(times)


def plan(
    timer: BaseScheduler, settings: Settings, sources: Mapping[str, Source], clock: Clock
) -> None:
    """Put the night and the heartbeat on a timer.

    Jobs only start processes. A job that finds the process stopped over its hour runs once
    when it wakes (coalesced, whatever the delay); the run table makes it late, never double.
    """
    calm = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    for at in wake_times(settings, sources):
        hour, _, minute = at.partition(":")
        timer.add_job(
            start_night,
            CronTrigger(hour=int(hour), minute=int(minute), timezone=BEIJING),
            args=[settings],
            id=f"night-{at}",
            replace_existing=True,
            **calm,
        )
    timer.add_job(start_watch, "interval", minutes=30, args=[settings], id="watch", **calm)
    if settings.time_stamp_authorities:
        timer.add_job(start_stamps, "interval", minutes=10, args=[settings], id="stamps", **calm)
    beat(settings, clock)
    timer.add_job(beat, "interval", seconds=20, args=[settings, clock], id="heartbeat", **calm)


def catch_up(settings: Settings, sources: Mapping[str, Source], clock: Clock) -> bool:
    """At start: note the nights that were missed, and tell whether tonight is to be made up."""
    now = clock.now()
    today = beijing_day(now)
    with _store(settings) as db:
        note_missed_nights(db, sources, today=today)
        is_waiting = bool(due(db, sources, night_on=today, now=now))
    return is_waiting and now >= begins_at(settings, today)


def start_night(settings: Settings) -> int:
    """Run one night in a process of its own and return its exit code."""
    words = [sys.executable, "-m", "commands", "night", "--asked-by", "schedule", "--json"]
    done = subprocess.run(
        [*words, "--home", str(settings.home)],
        stdout=subprocess.PIPE,
        start_new_session=True,
        check=False,
        text=True,
    )
    _log.info("night.ended", exit_code=done.returncode, counts=done.stdout.strip())
    return done.returncode


def start_watch(settings: Settings) -> int:
    """Look again at what was flagged, in a process of its own, and return its exit code."""
    return _start_evidence(settings, "watch")


def start_stamps(settings: Settings) -> int:
    """Ask for the time stamps that are still to be had, in a process of its own."""
    return _start_evidence(settings, "stamp", "--by", stamp.SCHEDULE)


def _start_evidence(settings: Settings, *job: str) -> int:
    words = [sys.executable, "-m", "commands", "evidence", *job, "--json"]
    done = subprocess.run(
        [*words, "--home", str(settings.home)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        check=False,
    )
    _log.info(f"{job[0]}.ended", exit_code=done.returncode)
    return done.returncode


def beat(settings: Settings, clock: Clock) -> None:
    """Show that the scheduler lives: ``<home>/scheduler.heartbeat`` holds the time in UTC."""
    settings.home.mkdir(parents=True, exist_ok=True)
    file = settings.home / "scheduler.heartbeat"
    fresh = file.with_suffix(".new")
    fresh.write_text(clock.now().isoformat(), encoding="ascii")
    fresh.replace(file)


def _is_due(db: Database, source: Source, night_on: date) -> bool:
    last = next(db.query(_LAST_NIGHT, [source.key]))["night_on"]
    if last is None:
        return True
    promised = max(1, source.interval_seconds // 86_400)
    return (night_on - date.fromisoformat(last)).days >= promised


def _is_open(source: Source, now: datetime) -> bool:
    hours = source.manners.hours
    return not hours or _within(hours, f"{now.astimezone(BEIJING):%H:%M}")


def _within(hours: str, at: str) -> bool:
    opens, _, closes = hours.partition("-")
    if opens <= closes:
        return opens <= at < closes
    return at >= opens or at < closes


def _start_crawl(night: Night, key: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "commands", "crawl", key, "--json"]
    words += ["--home", str(night.settings.home), "--night", night.night_on.isoformat()]
    words += ["--asked-by", night.asked_by]
    words += ["--late"] if night.is_late else []
    return subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - the main thread forks, no other runs
    )


def _die_with_parent() -> None:
    # a crawl must not outlive a killed night: the next one would wait for its lease
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _take_result(night: Night, key: str, process: subprocess.Popen[str]) -> None:
    output, complaints = process.communicate()
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        last = (complaints.strip().splitlines() or [f"exit code {process.returncode}"])[-1]
        night.problems.append(f"{key}: {last}")
        return
    run = json.loads(lines[-1])
    night.runs.append(run)
    if run["state"] not in {"ok", "empty"}:
        night.problems.append(f"{key}: {run['state']} {run.get('because', '')}".strip())
    night.say(f"{key}: {run['state']}  {run['listings']}")


def _stop(processes: Sequence[subprocess.Popen[str]] | Any) -> None:
    """Ask the crawls to stop, wait, and end those that do not."""
    living = [process for process in processes if process.poll() is None]
    for process in living:
        _signal(process, signal.SIGINT)
    ends = time.monotonic() + STOP_SECONDS
    for process in living:
        try:
            process.wait(timeout=max(0.1, ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)


def _signal(process: subprocess.Popen[str], what: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, what)


@contextmanager
def _store(settings: Settings) -> Iterator[Database]:
    db = open_store(settings.database)
    try:
        yield db
    finally:
        db.conn.close()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the lock of the night; the kernel gives it back however the process ends."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "night.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadInput(
                str(settings.home), "another night is at work here", "wait until it has ended"
            ) from None
        yield
