"""One source, once: the lease, Scrapy set up, the crawl, and what it came to.

One process does this once (Twisted's reactor cannot be started twice): ``shouyi crawl KEY``
is that process, and :mod:`crawlers.apart` starts it.
"""

import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from crawlers.budget import budget_of
from crawlers.deliver import Delivery
from crawlers.ending import end_run, paused_run, see_to_refusal
from crawlers.families import reader_of
from crawlers.feed import Feed
from crawlers.job import Job
from crawlers.kept import KeptPages
from crawlers.manners import Pauses, Site, seconds_open
from crawlers.reading import Reading
from crawlers.set_up import scrapy_settings, stay_offline
from crawlers.source import Source
from crawlers.spider import SourceSpider
from pipeline.base.clock import Clock
from pipeline.base.errors import BadInput
from pipeline.base.settings import Settings, find_browser
from pipeline.base.urls import gate_for
from pipeline.listing import Listing
from pipeline.score import load_reader
from pipeline.sessions import sessions_of
from pipeline.store import crawls
from pipeline.store.crawls import Run
from pipeline.store.ledger import Ledger
from pipeline.store.open import Database, open_store
from pipeline.store.remembered import Memory
from pipeline.store.sums import Sums, sums_of

INTERRUPT_SECONDS = 5.0
"""How long pages in flight may take once the run is told to stop."""

Progress = Callable[[Sums], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a run was asked for.

    Attributes:
        night_on: the Beijing date that it counts for.
        by: ``schedule``, a user's name, or ``command line``.
        again: run once more where that night's run has ended.
        limit: listings read at most; None for all.
        dry_run: read and judge, and keep nothing.
    """

    night_on: date
    by: str = "command line"
    again: bool = False
    is_late: bool = False
    limit: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run came to."""

    run: Run
    sums: Sums
    seconds: float

    def as_line(self) -> dict[str, Any]:
        """Return it as ``shouyi crawl --json`` prints it."""
        sums = self.sums
        return {
            "run": self.run.run_id,
            "source": self.run.source,
            "state": self.run.state,
            "pages": sums.pages,
            "listings": sums.listed,
            "new": sums.what["new"],
            "changed": sums.what["changed"] + sums.what["returned"],
            "gone": sums.what["gone"],
            "flagged": sums.flagged,
            "blocked": sums.walls,
            "errors": sums.failed.total() + sums.list_failures,
            "seconds": round(self.seconds, 2),
            "cause": self.run.cause,
            "because": self.run.because,
        }


def run_source(
    settings: Settings,
    source: Source,
    asked: Asked,
    *,
    clock: Clock,
    on_progress: Progress | None = None,
) -> RunResult:
    """Crawl one source once, or go on with the run that was broken off.

    Raises:
        BadInput: the source may not be read at this hour; the lexicon cannot be read.
        Conflict: another process is crawling it, or that night's run has ended.
        sqlite3.Error, OSError: the store failed (disk full); what was written is kept, and
            the run goes on from there when it is started again.
    """
    if not seconds_open(source.manners.hours, clock.now()):
        hours = source.manners.hours
        raise BadInput(source.key, f"may be read {hours} only", "see manners.hours in its file")
    began = clock.steady_seconds()
    session = sessions_of(settings).of(source.key)
    reader = load_reader(settings)
    # loads the dictionary that decides word boundaries: a second in which a run that has
    # begun would answer nobody
    reader.read(Listing(source=source.key, site_id="", seen_at=clock.now(), title="出画眉"))
    # the lexicon lives as long as the process: it need not be searched for what may go
    gc.freeze()
    needs_browser = source.browser or source.family == "app"
    browser_path = find_browser(settings) if needs_browser else ""
    with _store(settings, is_dry=asked.dry_run) as db:
        run = crawls.begin(
            db,
            source.key,
            night_on=asked.night_on,
            asked_by=asked.by,
            clock=clock,
            again=asked.again,
            is_late=asked.is_late,
        )
        if session is not None and session.paused_because:
            paused = paused_run(db, run, session, clock=clock)
            return RunResult(paused, sums_of(db, run.run_id), clock.steady_seconds() - began)
        gate = gate_for(source.allow_private)
        ledger = Ledger(db, run.run_id, clock=clock)
        pauses = Pauses(clock.steady_seconds)
        look_again = timedelta(seconds=source.look_again_seconds)
        memory = Memory(db, source.key, source.rules, look_again, clock)
        delivery = Delivery(
            db=db, run=run, ledger=ledger, reader=reader, clock=clock, memory=memory
        )
        if on_progress is not None:
            say = on_progress
            delivery.on_written = lambda _: say(sums_of(db, run.run_id))
        job = Job(
            reading=Reading(
                source,
                reader_of(source),
                gate,
                Site(source),
                asked.limit,
                day=asked.night_on,
                memory=memory,
            ),
            feed=Feed(source.manners.at_once, pauses, clock.steady_seconds),
            delivery=delivery,
            ledger=ledger,
            requests=ledger.requests,
            gate=gate,
            clock=clock,
            budget=budget_of(db, source, run.night_on),
            session=session if session and session.is_usable(clock.now()) else None,
            kept=KeptPages(None if asked.dry_run else settings.logs / "unread"),
        )
        scrapys = scrapy_settings(source, gate=gate, log_file=_log_file(settings, source))
        _crawl(job, scrapys, browser_path, settings.page_timeout_seconds)
        ended = end_run(db, run, job, is_limited=asked.limit is not None)
        if ended.state == "blocked" and not asked.dry_run:
            see_to_refusal(settings, source, ended, job, clock=clock)
        return RunResult(ended, sums_of(db, run.run_id), clock.steady_seconds() - began)


def _crawl(job: Job, scrapys: dict[str, Any], browser_path: str, page_seconds: float) -> None:
    stay_offline()
    spider: type[SourceSpider] = SourceSpider
    more: dict[str, Any] = {}
    if browser_path:
        # loads Playwright, which a plain run does without
        from crawlers.browser_spider import BrowserSpider, browser_for  # noqa: PLC0415

        browser = browser_for(job, browser_path, page_seconds)
        scrapys, spider, more = browser.added_to(scrapys), BrowserSpider, {"browser": browser}
    process = AsyncCrawlerProcess(scrapys)
    crawler = process.create_crawler(spider)
    process.crawl(crawler, job=job, **more)
    with _told_to_stop(lambda: _interrupt(crawler.spider)):
        process.start(install_signal_handlers=False)


def _interrupt(spider: Any) -> None:
    from twisted.internet import reactor  # noqa: PLC0415 - there is none before the run

    loop: Any = reactor
    if spider is not None:
        loop.callFromThread(spider.stop, "interrupted", "told to stop")
    loop.callFromThread(loop.callLater, INTERRUPT_SECONDS, loop.crash)


@contextmanager
def _told_to_stop(work: Callable[[], None]) -> Iterator[None]:
    def heard(_number: int, _frame: object) -> None:
        work()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _store(settings: Settings, *, is_dry: bool) -> Iterator[Database]:
    if is_dry:
        with TemporaryDirectory(prefix="shouyi-dry-") as folder:
            db = open_store(Path(folder) / "shouyi.db")
            try:
                yield db
            finally:
                db.conn.close()
        return
    db = open_store(settings.database)
    try:
        yield db
    finally:
        db.conn.close()


def _log_file(settings: Settings, source: Source) -> Path | None:
    """Return the log of a source's runs; it is begun anew when it has grown long."""
    file = settings.logs / f"crawl-{source.key}.log"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file() and file.stat().st_size > _LOG_BYTES:
            file.replace(file.with_suffix(".log.1"))
    except OSError:
        return None
    return file


_LOG_BYTES = 5_000_000
