"""The one spider: search pages, their next pages, and the pages of listings.

Scrapy fetches; the ledger decides what. The feed hands out pages that are due, each answer
becomes a :class:`~crawlers.deliver.Yield`, and once that is on disk the pages it found are
due in their turn. There is no other memory, so a run goes on wherever it was broken off.
"""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from scrapy.http.request import VerboseCookie
from twisted.python.failure import Failure

from crawlers.deliver import BATCH, Yield
from crawlers.door import HostPaused, Refused
from crawlers.failing import Trouble, trouble_of
from crawlers.job import Job, recheck, seed
from crawlers.manners import (
    LONGEST_WAIT_SECONDS,
    TRIES,
    backoff,
    host_of,
    seconds_open,
    wait_asked,
    wants_another_try,
)
from crawlers.pages.base import Fetched, fetched
from crawlers.reading import WallMet, given_up
from crawlers.remembering import as_of_now, remembering
from pipeline.base import log
from pipeline.base.errors import FetchRefused, ShouyiError
from pipeline.store import crawls
from pipeline.store.ledger import Due, Finished
from pipeline.store.remembered import Remembered

_WRITE_SECONDS = 0.25
_log = log.get("crawlers")


class SourceSpider(Spider):
    """Reads one source once."""

    name = "shouyi"
    asks_whether_changed = True

    def __init__(self, job: Job, **more: Any) -> None:
        super().__init__(**more)
        self.job = job
        self.gate = job.gate
        self.source = job.reading.source
        self._timers: dict[str, Any] = {}
        self._left_at: dict[str, float] = {}  # host -> when it was last asked, steady seconds
        self._has_rechecked = False
        self._has_shown_session = False
        self._more: tuple[Request, ...] = ()  # the feed gives requests, not the start

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> "SourceSpider":
        """Build it, and be asked before the engine closes for want of work."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_idle, signal=signals.spider_idle)
        crawler.signals.connect(spider.on_closed, signal=signals.spider_closed)
        return spider

    # -- begin, go on, end -------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        """Begin where the ledger says; the rest follows from the answers."""
        if self._guarded(lambda: seed(self.job)):
            self._after("heartbeat", crawls.HEARTBEAT_SECONDS, self._heartbeat)
            limit = self.source.limits.run_seconds
            self._after("limit", limit, lambda: self.stop("limit", f"limits.run_seconds {limit}"))
            left = seconds_open(self.source.manners.hours, self.job.clock.now())
            if left != float("inf"):
                self._after("hours", left, lambda: self.stop("interrupted", "hours are over"))
            self._pump()
        for request in self._more:
            yield request

    def stop(self, reason: str, because: str = "") -> None:
        """Fetch nothing more; what was read is written, what is due stays due."""
        if self.job.stopped:
            return
        self.job.stopped, self.job.because = reason, because
        self.job.feed.clear()
        if self.job.error is None:
            self._guarded(self.job.delivery.write)
        self._close()

    def _close(self) -> None:
        from scrapy.utils.defer import _schedule_coro  # noqa: PLC0415 - needs the reactor

        engine = self.crawler.engine
        if engine is not None and engine.spider is not None:
            _schedule_coro(engine.close_spider_async(reason=self.job.stopped))

    def on_idle(self) -> None:
        """Go on with what is due; let the engine close only when nothing is."""
        if self.job.stopped:
            return
        self.write()
        if not self.job.stopped and not self.job.feed.waiting and not self._has_rechecked:
            self._has_rechecked = True
            self._guarded(lambda: recheck(self.job))
        self._pump()
        if not self.job.stopped and (self.job.feed.waiting or self.job.feed.in_flight):
            raise DontCloseSpider

    def on_closed(self, reason: str) -> None:
        """Leave no timer behind; an end that was not ours (memory) is the run's too."""
        if reason != "finished" and not self.job.stopped:
            self.job.stopped, self.job.because = "failed", reason
        for timer in self._timers.values():
            if timer.active():
                timer.cancel()

    # -- fetching ----------------------------------------------------------------------------

    def _pump(self) -> None:
        engine = self.crawler.engine
        if engine is None or self.job.stopped:
            return
        feed = self.job.feed
        while (due := feed.next()) is not None:
            budget = self.job.budget
            spent = budget.why_spent(host_of(due.url)) if budget else ""
            if spent:
                feed.landed(due)
                self.stop("limit", spent)
                return
            engine.crawl(self.request(due))
        if feed.waiting and not feed.in_flight:
            self._after("pump", feed.wait_seconds(), self._pump)

    def request(self, due: Due) -> Request:
        """Return the request for a page; the ledger is what keeps it from being asked twice."""
        asked = self._remembered(due)
        return Request(
            due.url,
            headers=asked.validators if asked else None,
            cookies=self._cookies_of_session(),
            callback=self.answered,
            errback=self.failed,
            cb_kwargs={"due": due},
            dont_filter=True,
        )

    def _cookies_of_session(self) -> list[VerboseCookie] | None:
        """Return the log-in's cookies once; from then on the cookie jar has what the site says."""
        session = self.job.session
        if session is None or self._has_shown_session:
            return None
        self._has_shown_session = True
        return [
            VerboseCookie(
                name=cookie["name"],
                value=cookie["value"],
                domain=cookie["domain"],
                path=cookie["path"],
                secure=bool(cookie.get("secure")),
            )
            for cookie in session.state["cookies"]
        ]

    def _remembered(self, due: Due) -> Remembered | None:
        """Return what a page was, where the server may answer that it has not changed."""
        memory = self.job.reading.memory
        if memory is None or not self.asks_whether_changed:
            return None
        page = memory.of(due.key)
        if page is None or (due.kind == "index" and page.body is None):
            return None
        # its card is another, or it had gone: then it is wanted whole
        is_other = due.kind == "listing" and not due.meta.get("same")
        return None if is_other or "lead" in due.meta or "thread" in due.meta else page

    def let_out(self, request: Request) -> None:
        """Say no at the door: a host that is paused, an address that the gate refuses."""
        if self.job.feed.pauses.left(host_of(request.url)):
            raise HostPaused(host_of(request.url))
        try:
            self.gate.check(request.url)
        except FetchRefused as refusal:
            raise Refused(f"address: {refusal.what}") from refusal

    def came_back(self, request: Request, *, received: int, took_seconds: float) -> None:
        """Note how a page was asked for, and count what the host was asked for tonight."""
        host = host_of(request.url)
        now = self.job.clock.steady_seconds()
        since = now - took_seconds - self._left_at.get(host, now - took_seconds)
        self._left_at[host] = now - took_seconds
        if self.job.budget is not None:
            self.job.budget.spend(host, received=received)
        due: Due | None = request.cb_kwargs.get("due")
        if due is None:
            return  # robots.txt itself
        told = {
            "robots": self.job.robots.get(host, self.source.manners.robots),
            "paused_seconds": round(since, 2),
            "received": received,
            "took_seconds": round(took_seconds, 3),
            "if_changed": bool(
                request.headers.get("If-None-Match") or request.headers.get("If-Modified-Since")
            ),
        }
        self.job.requests[due.page_id] = json.dumps(told)

    def is_ours(self, url: str) -> bool:
        """Return whether an address belongs to the site that is read."""
        return self.job.reading.site.holds(url)

    def note_robots(self, host: str, said: str, *, delay_seconds: float) -> None:
        """Keep what a host's robots.txt said; its pause counts if it is longer than ours."""
        self.job.robots[host] = f"{said}, Crawl-delay {delay_seconds:g}" if delay_seconds else said
        engine = self.crawler.engine
        if engine is not None and delay_seconds > self.source.manners.seconds_between:
            name = host.partition(":")[0]
            for slot in (engine.downloader.slots.get(name),):
                if slot is not None:
                    slot.delay = delay_seconds
            engine.downloader.per_slot_settings[name] = {"delay": delay_seconds}

    # -- answers -----------------------------------------------------------------------------

    def answered(self, response: Response, due: Due) -> None:
        """Read an answer, whatever its status."""
        self.job.feed.landed(due)
        if not self.job.stopped and not self.try_again(response, due):
            if response.status == HTTPStatus.NOT_MODIFIED:
                self._not_changed(due)
            else:
                self._read(due, self.fetched_of(response), "left the site" in response.flags)
        self.go_on()

    def _not_changed(self, due: Due) -> None:
        """Take a page as it was: a list is read again as it stood, a listing is seen again."""
        page = self._remembered(due)
        if page is None:
            self.job.delivery.take(given_up(due, "status 304, and we did not ask", status=304))
        elif due.kind != "index":
            self.job.delivery.take(self.job.reading.unchanged(due, page))
        else:
            headers = {"content-type": page.content_type}
            body = page.body or b""
            # 3 分钟前 counts from when it was written there
            then = fetched(due.url, body, seen_at=page.fetched_at, headers=headers)
            self._read(due, then, has_left=False, is_new=False)

    def failed(self, failure: Failure) -> None:
        """Note why there was no answer; most troubles get another try."""
        request: Any = failure
        due: Due = request.request.cb_kwargs["due"]
        self.job.feed.landed(due)
        if not self.job.stopped:
            self.in_trouble(trouble_of(failure, due.url, self.gate), due)
        self.go_on()

    def fetched_of(self, response: Response) -> Fetched:
        """Return an answer as page objects know it."""
        headers = {
            name.decode("latin-1"): values[-1].decode("latin-1")
            for name, values in response.headers.items()
            if values
        }
        return fetched(
            response.url,
            response.body,
            seen_at=self.job.clock.now(),
            status=response.status,
            headers=headers,
        )

    def _read(self, due: Due, page: Fetched, has_left: bool, is_new: bool = True) -> None:  # noqa: FBT001, FBT002 - facts
        try:
            reading = self.job.reading
            given = reading.elsewhere(due, page) if has_left else reading.read(due, page)
            given = remembering(given, due, page) if is_new else as_of_now(given, self.job.clock)
        except WallMet as wall:
            self.met_wall(due, page, wall)
            return
        except Exception as error:  # noqa: BLE001 - a unit of work: one page costs one page
            _log.error("page.failed", url_host=host_of(due.url), kind=type(error).__name__)
            given = given_up(due, f"program: {type(error).__name__}", status=page.status)
        if given.page is not None and given.page.state == "failed":
            self.job.kept.keep(self.source.key, due, page, given.page.reason)
        self.job.delivery.take(given)

    def met_wall(self, due: Due, page: Fetched, wall: WallMet) -> None:
        """Keep the page that says no, and ask nothing more of this site."""
        self.job.kept.keep(self.source.key, due, page, wall.page.reason)
        given = given_up(due, wall.page.reason, page=wall.page.page, status=page.status)
        self.job.delivery.take(given)
        self.stop("blocked", wall.verdict.because)

    def try_again(self, response: Response, due: Due) -> bool:
        """Return whether a status asks for another try, now arranged, or ended the run."""
        retry_after = (response.headers.get("Retry-After") or b"").decode("latin-1")
        wait = wait_asked(response.status, retry_after, self.job.clock.now())
        if wait is not None and wait > LONGEST_WAIT_SECONDS:
            asks = f"status {response.status}, asks us to stay away for {wait:.0f} s"
            self.job.delivery.take(given_up(due, asks, page="challenge", status=response.status))
            self.stop("blocked", asks)
            return True
        if not wants_another_try(response.status) or due.attempts + 1 >= TRIES:
            return False
        pause = backoff(due.attempts, self.source.manners.seconds_between)
        if wait is not None or response.status == 429:  # noqa: PLR2004 - too many requests
            self.job.feed.pauses.set(host_of(response.url), wait if wait is not None else pause)
        self._once_more(due, f"status {response.status}", pause if wait is None else wait)
        return True

    def in_trouble(self, trouble: Trouble, due: Due) -> None:
        """Do what a page that could not be had asks for: wait, try again, or give it up."""
        if trouble.is_pause:
            self.job.feed.add([due])
        elif trouble.is_passing and due.attempts + 1 < TRIES:
            pause = backoff(due.attempts, self.source.manners.seconds_between)
            self._once_more(due, trouble.reason, pause)
        else:
            given = given_up(due, trouble.reason, is_refused=trouble.is_refusal)
            self.job.delivery.take(given)

    def _once_more(self, due: Due, reason: str, seconds: float) -> None:
        page = Finished(page_id=due.page_id, state="due", reason=reason)
        self.job.delivery.take(Yield(page=page))
        self.job.feed.later(replace(due, attempts=due.attempts + 1), seconds)

    # -- writing -----------------------------------------------------------------------------

    def go_on(self) -> None:
        """Write what has gathered, now or in a moment, and hand out what may be fetched."""
        job = self.job
        if job.stopped:
            return
        if job.delivery.waiting >= BATCH or not job.feed.waiting:
            self.write()
        elif "write" not in self._timers or not self._timers["write"].active():
            self._after("write", _WRITE_SECONDS, self._write_and_pump)
        self._pump()

    def _write_and_pump(self) -> None:
        self.write()
        self._pump()

    def write(self) -> None:
        """Bring to disk what was read; what that found is due from then on."""
        if self._guarded(self.job.delivery.write):
            feed = self.job.feed
            feed.add(self.job.ledger.due(after=feed.last_page_id))

    def _heartbeat(self) -> None:
        def beat() -> None:
            with self.job.delivery.db.atomic():
                crawls.hold(self.job.delivery.db, self.job.delivery.run, clock=self.job.clock)

        if self._guarded(beat):
            self._after("heartbeat", crawls.HEARTBEAT_SECONDS, self._heartbeat)

    def _guarded(self, work: Callable[[], None]) -> bool:
        """Do work on the store; where the store or the lease fails, the run stops at once."""
        if self.job.error is not None:
            return False
        try:
            work()
        except (sqlite3.Error, OSError, ShouyiError) as error:
            self.job.error = error
            self.job.delivery.drop()
            self.stop("failed", str(error))
            return False
        return True

    def _after(self, name: str, seconds: float, work: Callable[[], None]) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - installed by Scrapy when it starts

        timer = self._timers.get(name)
        if timer is not None and timer.active():
            timer.cancel()
        loop: Any = reactor
        self._timers[name] = loop.callLater(seconds, work)
