"""The ledger of the fleet: opens runs, sends their pages out, keeps what comes back.

The one process that writes the database. What it knows stands in SQLite (``run_pages``,
``run_listings``); Redis can be emptied under it, and the pages that are due go out again. It
gives a letter back after the commit: killed before, the letter comes again and finds its page
still due; killed after, it finds it done.
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError

from crawlers.ending import end_run
from crawlers.fleet import wanted, wire
from crawlers.fleet.open_run import Open
from crawlers.fleet.post import (
    DEAD,
    JUDGED,
    RUNS,
    Letter,
    Post,
    crew_of,
    out_of,
    pages_of,
    robots_of,
)
from crawlers.fleet.wire import Told
from pipeline.base import log
from pipeline.base.clock import Clock
from pipeline.base.errors import Conflict, ShouyiError
from pipeline.store import dead_letters
from pipeline.store.crawls import Run
from pipeline.store.open import Database

BATCH = 64
CHECK_SECONDS = 2.0
_AWAY_SECONDS = 0.3
_log = log.get("fleet")


@dataclass(slots=True, kw_only=True)
class FleetLedger:
    """Runs that are open, and the post they go by.

    Attributes:
        on_ended: told of each run as it ends.
        on_dead: told of each letter that was given up, in words.
        check_seconds: how often it is looked whether Redis has lost something.
    """

    db: Database
    post: Post
    clock: Clock
    on_ended: Callable[[Open, Run], None] = lambda *_: None
    on_dead: Callable[[str], None] = lambda _: None
    runs: dict[str, Open] = field(default_factory=dict)
    check_seconds: float = CHECK_SECONDS
    _checked: float = float("-inf")
    _is_away: bool = False

    def open(self, opened: Open) -> None:
        """Take a run that was begun into work."""
        self.runs[opened.run.run_id] = opened

    def step(self) -> None:
        """Do what is due: keep what came back, send out what may go, end what is over.

        Raises:
            sqlite3.Error, OSError: the store failed; nothing is lost, letters come again.
        """
        try:
            self.post.beat()
            if self._is_away:
                self.post.recall(JUDGED, DEAD)
            self._take_dead()
            self._take_judged()
            for opened in list(self.runs.values()):
                self._go_on(opened)
            self._check()
            self._is_away = False
        except (RedisError, ConnectionError, TimeoutError) as error:
            if not self._is_away:
                _log.warning("redis.lost", job="ledger", because=str(error))
            self._is_away = True
            for opened in self.runs.values():
                opened.hold()
            time.sleep(_AWAY_SECONDS)

    # -- what came back ----------------------------------------------------------------------

    def _take_judged(self) -> None:
        letters = self.post.take(JUDGED, count=BATCH, wait_seconds=0.05)
        if not letters:
            return
        by_run: dict[str, list[tuple[Letter, Told]]] = {}
        for letter in letters:
            told = self._told(letter)
            if told is not None:
                by_run.setdefault(letter.said["run_id"], []).append((letter, told))
        for run_id, pairs in by_run.items():
            self._keep(self.runs[run_id], pairs)
            also = [("SREM", out_of(run_id), str(told.due.page_id)) for _, told in pairs]
            self.post.give_back([letter for letter, _ in pairs], also=also)

    def _told(self, letter: Letter) -> Told | None:
        """Return what a letter tells of a page; None where it is dealt with already."""
        opened = self.runs.get(letter.said.get("run_id", ""))
        if opened is None:  # of a run that has ended: it came twice, or too late
            self.post.give_back([letter])
            return None
        if "stop" in letter.said:
            opened.stop(letter.said["stop"], letter.said.get("because", ""))
            self.post.give_back([letter])
            return None
        try:
            said = letter.said
            return wire.told_of(said["read"], said.get("judged", ""), said.get("request", ""))
        except (ValueError, KeyError, TypeError) as error:
            self.post.bury(letter, job="ledger", because=f"cannot be read: {type(error).__name__}")
            return None

    def _keep(self, opened: Open, pairs: Sequence[tuple[Letter, Told]]) -> None:
        try:
            opened.keep([told for _, told in pairs])
        except Conflict as conflict:
            self._lost(opened, conflict)
        except (sqlite3.Error, OSError, ShouyiError):
            raise
        except Exception as error:  # noqa: BLE001 - singly, the one that broke it is given up
            _log.warning("letters.failed", run_id=opened.run.run_id, kind=type(error).__name__)
            for letter, told in pairs:
                self._keep_alone(opened, letter, told)

    def _keep_alone(self, opened: Open, letter: Letter, told: Told) -> None:
        try:
            opened.keep([told])
        except (sqlite3.Error, OSError, ShouyiError):
            raise
        except Exception as error:  # noqa: BLE001 - one unit of work
            because = f"cannot be kept: {type(error).__name__}"
            self._note_dead(letter.number, {**letter.said, "job": "ledger", "because": because})
            opened.give_up(told.due, f"program: {type(error).__name__}")

    def _take_dead(self) -> None:
        for letter in self.post.take(DEAD, count=BATCH):
            self._note_dead(letter.number, letter.said)
            also: list[tuple[Any, ...]] = []
            opened = self.runs.get(letter.said.get("run_id") or _run_of(letter))
            due = _due_of(letter)
            if opened is not None and due is not None:
                opened.give_up(due, f"given up: {letter.said.get('because', '')}")
                also = [("SREM", out_of(opened.run.run_id), str(due.page_id))]
            self.post.give_back([letter], also=also)

    def _note_dead(self, number: str, said: Any) -> None:
        body = {**said, "body": said.get("read") or said.get("page") or ""}
        with self.db.atomic():
            dead_letters.add(
                self.db, f"{said.get('from', JUDGED)}/{number}", body, clock=self.clock
            )
        self.on_dead(f"{said.get('url', '')} {said.get('because', '')}".strip())

    # -- what goes out -----------------------------------------------------------------------

    def _go_on(self, opened: Open) -> None:
        run_id = opened.run.run_id
        try:
            if not opened.is_told:
                self.post.redis.hset(RUNS, run_id, wire.run_line(opened.as_told))
                opened.is_told = True
            opened.beat()
            if not opened.job.stopped:
                pages = [(due.page_id, wire.due_line(due)) for due in opened.to_send()]
                self.post.publish(run_id, pages)
                opened.sent()
            if opened.has_come_to_its_end():
                self._end(opened)
        except Conflict as conflict:
            self._lost(opened, conflict)

    def _check(self) -> None:
        """Send out again what Redis has lost (it was emptied, or died without its last second)."""
        if time.monotonic() - self._checked < self.check_seconds:
            return
        self._checked = time.monotonic()
        told = set(self.post.redis.hkeys(RUNS))
        for run_id in told - self.runs.keys():
            close(self.post, run_id)  # we were killed between its end and this
        for run_id, opened in self.runs.items():
            opened.is_told = run_id in told
            if self.post.redis.scard(out_of(run_id)) < len(opened.out):
                lines = [(due.page_id, wire.due_line(due)) for due in opened.out.values()]
                self.post.publish(run_id, lines)
        wanted.offer(self.db, self.post)

    def _end(self, opened: Open) -> None:
        run_id = opened.run.run_id
        opened.job.robots.update(self.post.redis.hgetall(robots_of(run_id)))
        ended = end_run(self.db, opened.run, opened.job, is_limited=False)
        del self.runs[run_id]
        self.on_ended(opened, ended)
        close(self.post, run_id)

    def _lost(self, opened: Open, conflict: Conflict) -> None:
        _log.error("run.lost", run_id=opened.run.run_id, because=str(conflict))
        del self.runs[opened.run.run_id]
        self.on_ended(opened, opened.run)


def interrupt(ledger: FleetLedger) -> None:
    """End every open run as interrupted: it is gone on with when the ledger comes back."""
    for opened in list(ledger.runs.values()):
        opened.job.stopped, opened.job.because = "interrupted", "told to stop"
        end_run(ledger.db, opened.run, opened.job, is_limited=False)


def leftovers(post: Post) -> list[wire.OpenRun]:
    """Return the runs that a ledger before this one left open.

    Raises:
        RedisError: Redis is not there.
    """
    return [wire.run_of(run_id, line) for run_id, line in post.redis.hgetall(RUNS).items()]


def close(post: Post, run_id: str) -> None:
    """Take a run that is over out of the workers' hands."""
    pipe = post.redis.pipeline(transaction=True)
    pipe.hdel(RUNS, run_id)
    pipe.delete(pages_of(run_id), out_of(run_id), robots_of(run_id), crew_of(run_id))
    pipe.execute()


def _run_of(letter: Letter) -> str:
    return letter.said.get("from", "").removeprefix("shouyi:pages:")


def _due_of(letter: Letter) -> Any:
    try:
        if "page" in letter.said:
            return wire.due_of(letter.said["page"])
        if "read" in letter.said:
            return wire.told_of(letter.said["read"], "[]").due
    except (ValueError, KeyError, TypeError):
        return None
    return None
