"""A run as the ledger holds it open: what is out, what came back, when it is over."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from crawlers.budget import budget_of
from crawlers.deliver import Delivery, Yield
from crawlers.families import reader_of
from crawlers.feed import Feed
from crawlers.fleet.wire import Listed, OpenRun, Told
from crawlers.job import Job, recheck, seed
from crawlers.kept import KeptPages
from crawlers.manners import Pauses, Site, host_of, seconds_open
from crawlers.reading import Reading, given_up
from crawlers.source import Source
from pipeline.base.clock import Clock
from pipeline.base.urls import gate_for
from pipeline.listing import Listing
from pipeline.reading import Ranked
from pipeline.store import crawls
from pipeline.store.crawls import Run
from pipeline.store.ledger import Due, Ledger
from pipeline.store.open import Database
from pipeline.store.remembered import Memory

AHEAD = 2000
"""Pages of a run that are out at the same time: what is further on waits in SQLite."""

_STATE = "select state from run_pages where page_id = ? and run_id = ? and key = ?"


class NotJudged(Exception):  # noqa: N818 - told by name: why a listing was not kept
    """A judging worker could not read the words of a listing."""


@dataclass(slots=True)
class JudgedElsewhere:
    """Stands where the reader of a home stands: it only looks up what workers have judged."""

    _answers: dict[int, Ranked | str] = field(default_factory=dict)

    def learn(self, told: Sequence[Told]) -> None:
        """Take what was judged of the pages that are about to be kept."""
        self._answers = {id(listing): answer for one in told for listing, answer in one.judged}

    def read(self, listing: Listing) -> Ranked:
        """Return what a listing was judged to be.

        Raises:
            NotJudged: it could not be.
        """
        answer = self._answers[id(listing)]
        if isinstance(answer, str):
            raise NotJudged(answer)
        return answer

    def read_many(self, listings: Sequence[Listing]) -> list[Ranked]:
        """Return the same for many."""
        return [self.read(listing) for listing in listings]


@dataclass(slots=True, kw_only=True)
class Open:
    """One run, open.

    Attributes:
        out: pages that are somewhere between ledger and ledger.
        is_told: workers know of the run.
    """

    run: Run
    job: Job
    judged: JudgedElsewhere
    day: date
    began: float
    out: dict[int, Due] = field(default_factory=dict)
    is_told: bool = False
    _to_send: list[Due] = field(default_factory=list)
    _early: set[int] = field(default_factory=set)
    _beaten: float = 0.0
    _has_rechecked: bool = False

    @property
    def as_told(self) -> OpenRun:
        """The run as workers are told of it."""
        return OpenRun(self.run.run_id, self.job.reading.source, self.day)

    def has_come_to_its_end(self) -> bool:
        """Return whether it was stopped, or nothing is out, due, or to be looked up again."""
        if self.job.stopped:
            return True
        if self.out or self.job.feed.waiting:
            return False
        if not self._has_rechecked:
            self._has_rechecked = True
            recheck(self.job)
        return not self.job.feed.waiting

    def stop(self, reason: str, because: str) -> None:
        """Send nothing more out; what is out and comes back is too late."""
        if not self.job.stopped:
            self.job.stopped, self.job.because = reason, because

    def to_send(self) -> list[Due]:
        """Return pages that may go out now; where a host has had enough, the run ends."""
        feed, budget = self.job.feed, self.job.budget
        while len(self.out) + len(self._to_send) < AHEAD and (due := feed.next()) is not None:
            spent = budget.why_spent(host_of(due.url)) if budget else ""
            if spent:
                self.stop("limit", spent)
                return []
            if due.page_id in self._early:
                self._early.discard(due.page_id)
            elif due.page_id not in self.out:
                self._to_send.append(due)
        return self._to_send

    def sent(self) -> None:
        """Note that they went."""
        self.out.update({due.page_id: due for due in self._to_send})
        self._to_send = []

    def beat(self) -> None:
        """Keep the lease on the run, and end it where its time is over.

        Raises:
            Conflict: somebody else has it.
        """
        now = time.monotonic()
        if now - self._beaten < crawls.HEARTBEAT_SECONDS:
            return
        self.hold()
        source = self.job.reading.source
        if now - self.began > source.limits.run_seconds:
            self.stop("limit", f"limits.run_seconds {source.limits.run_seconds}")
        if not seconds_open(source.manners.hours, self.job.clock.now()):
            self.stop("interrupted", "hours are over")

    def hold(self) -> None:
        """Keep the lease on the run.

        Raises:
            Conflict: somebody else has it.
        """
        self._beaten = time.monotonic()
        with self.job.delivery.db.atomic():
            crawls.hold(self.job.delivery.db, self.run, clock=self.job.clock)

    def keep(self, many: Sequence[Told]) -> None:
        """Bring what came back to disk, each page once; when it returns, it is there.

        Raises:
            Conflict: the run was taken over; nothing of it is written.
            sqlite3.Error, OSError: the store cannot take it; nothing is written either.
        """
        if self.job.stopped:
            return
        fresh: dict[int, Told] = {}
        for told in many:
            if told.due.page_id not in fresh and self._is_due(told.due):
                fresh[told.due.page_id] = told
        self.judged.learn(many)
        delivery = self.job.delivery
        try:
            for told in fresh.values():
                self._count(told)
                delivery.take(self._yield_of(told))
            delivery.write()
        except BaseException:
            delivery.drop()
            raise
        for page_id in fresh:
            if self.out.pop(page_id, None) is None:
                self._early.add(page_id)
        for told in many:  # also one that was done before: it is not out any more
            self.out.pop(told.due.page_id, None)
        feed = self.job.feed
        feed.add(self.job.ledger.due(after=feed.last_page_id))

    def give_up(self, due: Due, reason: str) -> None:
        """Close a page that nobody can deal with."""
        self.keep([Told(due, given_up(due, reason), [])])

    def _is_due(self, due: Due) -> bool:
        values = (due.page_id, self.run.run_id, due.key)
        row = self.job.delivery.db.conn.execute(_STATE, values).fetchone()
        return row is not None and row[0] == "due"

    def _count(self, told: Told) -> None:
        """Keep how a page was asked for, and count it against the night's budget of its host."""
        self.job.ledger.requests[told.due.page_id] = told.request
        budget = self.job.budget
        if budget is None:
            return
        received = json.loads(told.request or "{}").get("received", 0)
        budget.spend(host_of(told.due.url), received=received)

    def _yield_of(self, told: Told) -> Yield:
        """Return what a page gives to this run, which knows all its other pages."""
        given, reading = told.given, self.job.reading
        if isinstance(given, Listed) and given.page is not None:
            return reading.listed(told.due, given.index, given.page)
        found = [page for page in given.found if page.key not in reading.keys]
        found = found[: max(0, reading.source.limits.pages - len(reading.keys))]
        reading.keys.update(page.key for page in found)
        return replace(given, found=found)


def open_run(db: Database, source: Source, run: Run, day: date, *, clock: Clock) -> Open:
    """Open a run that was begun, with the pages that are due."""
    judged: Any = JudgedElsewhere()
    gate = gate_for(source.allow_private)
    ledger = Ledger(db, run.run_id, clock=clock)
    look_again = timedelta(seconds=source.look_again_seconds)
    memory = Memory(db, source.key, source.rules, look_again, clock)
    delivery = Delivery(db=db, run=run, ledger=ledger, reader=judged, clock=clock, memory=memory)
    job = Job(
        reading=Reading(source, reader_of(source), gate, Site(source), day=day, memory=memory),
        feed=Feed(10**9, Pauses(clock.steady_seconds), clock.steady_seconds),
        delivery=delivery,
        ledger=ledger,
        gate=gate,
        clock=clock,
        kept=KeptPages(None),
        budget=budget_of(db, source, run.night_on),
    )
    seed(job)
    return Open(run=run, job=job, judged=judged, day=day, began=time.monotonic())
