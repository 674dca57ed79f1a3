"""A crawling worker: one process, a spider for each run that is open.

One reactor serves all its spiders: a machine that waits for slow hosts needs one process, not
one for each. What belongs to one source (limits, user agent, gate) goes with its spider.
"""

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.log import configure_logging
from scrapy.utils.reactor import install_reactor

from crawlers.fleet import wire
from crawlers.fleet.post import RUNS, Post
from crawlers.fleet.spider import FleetSpider, Handing, Outgoing, reading_of
from crawlers.fleet.wire import OpenRun
from crawlers.job import Job
from crawlers.kept import KeptPages
from crawlers.set_up import FULL_SPEED_SECONDS, scrapy_settings, stay_offline
from pipeline.base import log
from pipeline.base.clock import Clock
from pipeline.base.errors import FetchRefused
from pipeline.base.settings import Settings
from pipeline.base.urls import Gate, gate_for

_WATCH_SECONDS = 0.5
_END_SECONDS = 5.0
_CREW = 100
_log = log.get("fleet")


@dataclass(slots=True)
class OpenGates:
    """Lets pass, at connect time, what the gate of any open run lets pass."""

    gates: dict[str, Gate] = field(default_factory=dict)

    def check_address(self, host: str, ip: str, port: int) -> None:
        """Let a connection pass, at the moment it is made.

        Raises:
            FetchRefused: no source that is read here allows it.
        """
        refusal: FetchRefused | None = None
        for gate in (*self.gates.values(), gate_for(())):
            try:
                gate.check_address(host, ip, port)
            except FetchRefused as error:
                refusal = refusal or error
            else:
                return
        if refusal is not None:
            raise refusal


@dataclass(slots=True)
class CrawlWorker:
    """Opens a spider for each open run, closes it with the run, and keeps the leases.

    Attributes:
        is_ending: told to stop: what is in flight lands, nothing more is asked.
    """

    settings: Settings
    post: Post
    clock: Clock
    gates: OpenGates = field(default_factory=OpenGates)
    is_ending: bool = False
    _crawlers: dict[str, Crawler] = field(default_factory=dict)
    _outgoing: Outgoing | None = None

    def watch(self) -> None:
        """Do what is due now; called again and again by the reactor."""
        outgoing = self._outgoing = self._outgoing or Outgoing(self.post)
        outgoing.write()
        try:
            runs = self.post.redis.hgetall(RUNS)
            self._renew()
        except (RedisError, OSError):
            return
        for run_id in [one for one in self._crawlers if one not in runs]:
            self._close(run_id)
        others = [run_id for run_id in sorted(runs) if run_id not in self._crawlers]
        if self.is_ending or not others:
            return
        # first where nobody is: at a slow host two workers are no faster than one
        with suppress(RedisError, OSError):
            for most in (1, _CREW):
                for run_id in others:
                    self._join(run_id, runs[run_id], most)

    def end(self, done: Callable[[], None]) -> None:
        """Ask for nothing more, hand on what there is, then call ``done``."""
        self.is_ending = True
        for crawler in self._crawlers.values():
            spider: Any = crawler.spider
            if spider is not None:
                spider.stop("interrupted", "told to stop")
        if self._outgoing is not None:
            self._outgoing.write()
        done()

    def _join(self, run_id: str, line: str, most: int) -> None:
        if run_id in self._crawlers or len(self._crawlers) >= self._most:
            return
        run = wire.run_of(run_id, line)
        is_slow = run.source.manners.seconds_between >= FULL_SPEED_SECONDS
        if (most == 1 or not is_slow) and self.post.join(run_id, most=most):
            self._open(run)

    @property
    def _most(self) -> int:
        return self.settings.worker_sources_at_once

    def _open(self, run: OpenRun) -> None:
        gate = gate_for(run.source.allow_private)
        self.gates.gates[run.run_id] = gate
        outgoing = self._outgoing
        assert outgoing is not None, "the watch made it"
        job: Any = Job(
            reading=reading_of(run, gate),
            feed=None,  # type: ignore[arg-type] # the scheduler puts itself there
            delivery=None,  # type: ignore[arg-type] # the next line does
            ledger=None,  # type: ignore[arg-type] # the same
            gate=gate,
            clock=self.clock,
            kept=KeptPages(self.settings.logs / "unread"),
        )
        job.delivery = job.ledger = Handing(
            outgoing, run.run_id, lambda page_id: job.feed.held.pop(page_id, None)
        )
        values = scrapy_settings(run.source, gate=gate, log_file=None)
        values |= {
            "SCHEDULER": "crawlers.fleet.requests.SharedScheduler",
            # the slot of a host in Redis is the pace: a second one here would blur it
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
        }
        crawler = Crawler(FleetSpider, values)
        self._crawlers[run.run_id] = crawler
        runner = AsyncCrawlerRunner()
        task: Any = runner.crawl(crawler, job=job, post=self.post, name=run.run_id)
        task.add_done_callback(lambda _: self._forget(run.run_id, crawler))
        _log.info("run.joined", run_id=run.run_id, worker=self.post.me)

    def _close(self, run_id: str) -> None:
        spider: Any = self._crawlers[run_id].spider
        if spider is not None and not spider.job.stopped:
            spider.stop("over", "the run is closed")

    def _forget(self, run_id: str, crawler: Crawler) -> None:
        """Make room; a spider that broke is opened again while its run is open."""
        spider: Any = crawler.spider
        if spider is not None and spider.job.stopped == "blocked":
            return  # until the ledger has closed the run
        self._crawlers.pop(run_id, None)
        self.gates.gates.pop(run_id, None)
        with suppress(RedisError, OSError):
            self.post.leave(run_id)

    def _renew(self) -> None:
        if not self.post.beat():
            return
        for run_id, crawler in self._crawlers.items():
            self.post.join(run_id, most=_CREW)
            spider: Any = crawler.spider
            feed = spider.job.feed if spider is not None else None
            if feed is not None:
                self.post.keep(feed.stream, [letter.number for letter in feed.held.values()])


def crawl(settings: Settings, post: Post, *, clock: Clock) -> None:
    """Crawl what is open, until told to stop (SIGTERM, SIGINT)."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor, task  # noqa: PLC0415 - installed just now

    from crawlers.door import GatedResolver  # noqa: PLC0415 - the same

    settings.logs.mkdir(parents=True, exist_ok=True)
    log_file = str(settings.logs / "worker-crawl.log")
    configure_logging({"LOG_FILE": log_file, "LOG_LEVEL": "WARNING"})
    stay_offline()
    loop: Any = reactor
    worker = CrawlWorker(settings, post, clock)
    gates: Any = worker.gates
    GatedResolver(loop, 10_000, gates).install_on_reactor()

    def told(_number: int, _frame: object) -> None:
        loop.callFromThread(worker.end, lambda: loop.callLater(_END_SECONDS, _halt, loop))

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    broken: list[Any] = []

    def broke(failure: Any) -> None:
        broken.append(failure.value)
        _halt(loop)

    watching: Any = task.LoopingCall(worker.watch)
    watching.start(_WATCH_SECONDS).addErrback(broke)
    loop.run(installSignalHandlers=False)
    if broken:
        raise broken[0]


def _halt(loop: Any) -> None:
    if loop.running:
        loop.stop()
