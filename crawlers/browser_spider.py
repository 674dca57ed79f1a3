"""The spider, for sources whose pages need a real browser."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as BrowserError
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.browser import Browser, Ear, close, visit
from crawlers.browser_work import BrowserWork
from crawlers.failing import Trouble
from crawlers.job import Job
from crawlers.manners import host_of
from crawlers.reading import WallMet, given_up
from crawlers.spider import SourceSpider
from pipeline.base import log
from pipeline.base.gateway import Gateway
from pipeline.store.ledger import Due

_log = log.get("crawlers")


def browser_for(job: Job, path: str, timeout_seconds: float) -> Browser:
    """Return the browser of a run, its gateway open; it starts with the first page."""
    gateway = Gateway(job.gate)
    gateway.open()
    scheme = urlsplit(job.reading.source.search.url).scheme
    return Browser(path, scheme, gateway, timeout_seconds)


class BrowserSpider(SourceSpider):
    """Opens each page in the browser, reads it while it stands open, and closes it."""

    asks_whether_changed = False  # a page in the browser asks for what it needs itself

    def __init__(self, job: Job, browser: Browser, **more: Any) -> None:
        super().__init__(job, **more)
        self.browser = browser

    async def start(self) -> AsyncIterator[Any]:
        """Open the way out first."""
        await self.browser.gateway.serve()
        async for nothing in super().start():
            yield nothing

    def request(self, due: Due) -> Request:
        """Return the request that opens a page."""
        answers = self.source.answers
        ear = None
        if answers is not None and due.kind == "index":
            ear = Ear(answers.url, self.source.limits.unpacked_bytes, self.job.clock)
        meta = visit(ear, self.job.session)
        return super().request(due).replace(callback=self.opened, meta=meta, cookies={})

    async def opened(self, response: Response, due: Due) -> None:
        """Read a page that stands open."""
        page = response.meta["playwright_page"]
        began = self.job.clock.steady_seconds()
        work = BrowserWork(self.job.reading, self.job.delivery, self.write)
        try:
            if not self.job.stopped and not self.try_again(response, due):
                async with asyncio.timeout(work.longest_seconds(due)):
                    await work.read(due, page, self.fetched_of(response), response.meta["ear"])
        except WallMet as wall:
            self.met_wall(due, self.fetched_of(response), wall)
        except TimeoutError:
            self.in_trouble(Trouble("timeout in the browser", is_passing=True), due)
        except BrowserError as error:
            words = f"browser: {error.message.splitlines()[0][:80]}"
            self.in_trouble(Trouble(words, is_passing=True), due)
        except Exception as error:  # noqa: BLE001 - a unit of work: one page costs one page
            _log.error("page.failed", url_host=host_of(due.url), kind=type(error).__name__)
            self.job.delivery.take(given_up(due, f"program: {type(error).__name__}"))
        finally:
            await close(page, self.browser)
            self._count_minutes(due, response, began)
            self.job.feed.landed(due)
            self.go_on()

    def _count_minutes(self, due: Due, response: Response, began: float) -> None:
        """Count how long a page stood open, towards what its host is asked for tonight."""
        seconds = self.job.clock.steady_seconds() - began
        seconds += float(response.meta.get("download_latency") or 0.0)
        received = len(response.body)
        host = host_of(due.url)
        if self.job.budget is not None:
            self.job.budget.spend(host, received=received, browser_seconds=seconds)
        told = {
            "robots": self.job.robots.get(host, self.source.manners.robots),
            "received": received,
            "browser_seconds": round(seconds, 2),
        }
        self.job.requests[due.page_id] = json.dumps(told)

    def failed(self, failure: Failure) -> None:
        """Close what was opened, and note why there was no answer."""
        asked: Any = failure
        page = asked.request.meta.get("playwright_page")
        if page is not None:
            asyncio.ensure_future(close(page, self.browser))  # noqa: RUF006 - nobody waits
        super().failed(failure)
