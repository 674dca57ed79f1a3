"""Pages opened in a real browser: its door, its ear, its scroll wheel.

The browser is whatever Chromium the machine has, started plainly; it asks for what a visitor's
would ask for and we listen to the JSON answers that the page itself requested. Nothing is
signed, solved or replayed.
"""

import asyncio
import os
import secrets
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page, Response
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response as ScrapyResponse
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from crawlers.door import porter_of
from crawlers.pages.base import Fetched, fetched
from pipeline.base import gateway
from pipeline.base.clock import Clock
from pipeline.base.gateway import Gateway
from pipeline.sessions import Session

CLOSE_SECONDS = 5.0
PAGES_AT_ONCE = 2
_FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    *gateway.FLAGS,
)
_GLANCE_SECONDS = 0.15
"""How long a page has for what it heard before it is scrolled again."""

_UNSEEN = frozenset({"image", "media", "font"})
"""What the eye needs and the ear does not: not loaded while a source is crawled."""


@dataclass(slots=True)
class Browser:
    """The browser of one run: how it is started, and how it is ended when it hangs.

    Attributes:
        mark: an argument of its processes that no other process on this machine has.
    """

    path: str
    scheme: str
    gateway: Gateway
    timeout_seconds: float
    mark: str = field(default_factory=lambda: f"--shouyi-run={secrets.token_hex(8)}")

    def added_to(self, scrapys: dict[str, Any]) -> dict[str, Any]:
        """Return Scrapy's settings with the browser's; for one scheme, or two drivers start."""
        args = [*_FLAGS, self.mark]
        if os.geteuid() == 0:
            args.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
        door = {self.scheme: "crawlers.browser.BrowserDoor"}
        return {
            **scrapys,
            "DOWNLOAD_HANDLERS": {**scrapys["DOWNLOAD_HANDLERS"], **door},
            "SHOUYI_BROWSER": Held(self),
            "PLAYWRIGHT_BROWSER_TYPE": "chromium",
            "PLAYWRIGHT_LAUNCH_OPTIONS": {
                "executable_path": self.path,
                "args": args,
                "proxy": self.gateway.proxy,
                "handle_sigint": False,  # the run ends it, in order
                "handle_sigterm": False,
                "handle_sighup": False,
            },
            "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": PAGES_AT_ONCE,
            "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": self.timeout_seconds * 1000,
            "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
            "PLAYWRIGHT_ABORT_REQUEST": "crawlers.browser.is_unwanted",
        }

    def kill(self) -> None:
        """End a browser that hangs: by its own mark, so that no other is meant."""
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self.mark.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                    os.kill(int(folder.name), signal.SIGKILL)


class Held:
    """Carries a living thing through Scrapy's settings, which are copied whole."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def __deepcopy__(self, _memo: object) -> "Held":
        return self


async def is_unwanted(request: Any) -> bool:
    """Return whether the browser need not load something.

    The last word on addresses has the gateway, which the browser cannot go round.
    """
    return request.resource_type in _UNSEEN


class BrowserDoor(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc] # ships no types
    """scrapy-playwright behind the porter, with an end to every wait."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._run: Browser = crawler.settings["SHOUYI_BROWSER"].browser

    async def download_request(self, request: Request) -> ScrapyResponse:
        """Open a page, once the porter has nothing against it.

        A page whose script never yields hangs every call to it; then the browser is ended,
        and the next page opens a new one.
        """
        porter_of(self._crawler).let_out(request)
        try:
            async with asyncio.timeout(self._run.timeout_seconds + CLOSE_SECONDS):
                answer: ScrapyResponse = await super().download_request(request)
                return answer
        except TimeoutError as hung:
            self._run.kill()
            raise DownloadTimeoutError("the browser hangs") from hung


def visit(ear: "Ear | None", session: Session | None = None) -> dict[str, Any]:
    """Return the meta of a request that opens a page in the browser, with a log-in's state."""
    state = {"storage_state": dict(session.state)} if session else {}
    return {
        "playwright": True,
        "playwright_include_page": True,
        "playwright_context": "visit",
        "playwright_context_kwargs": {
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "service_workers": "block",
            "accept_downloads": False,
            **state,
        },
        "playwright_page_goto_kwargs": {"wait_until": "domcontentloaded"},
        "playwright_page_init_callback": _listening,
        "ear": ear,
    }


async def _listening(page: Page, request: Request) -> None:
    ear: Ear | None = request.meta["ear"]
    if ear is not None:
        ear.attach(page)


@dataclass  # no slots: Playwright hangs a mark of its own on whoever listens
class Ear:
    """Hears the JSON answers that a page asks for itself.

    Attributes:
        pattern: a glob of their addresses.
        most_bytes: longer answers are not taken.
    """

    pattern: str
    most_bytes: int
    clock: Clock
    _heard: asyncio.Queue[Fetched] = field(default_factory=asyncio.Queue)
    _tasks: set[asyncio.Future[None]] = field(default_factory=set)

    def attach(self, page: Page) -> None:
        """Listen from now on."""
        page.on("response", self._hear)

    async def next(self, seconds: float) -> Fetched | None:
        """Return the next answer, None where none comes within ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                return await self._heard.get()
        except TimeoutError:
            return None

    def _hear(self, response: Response) -> None:
        if fnmatchcase(response.url, self.pattern):
            task = asyncio.ensure_future(self._take(response))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take(self, response: Response) -> None:
        with suppress(BrowserError):  # the page went away while the answer was read
            body = await response.body()
            answer = fetched(
                response.url,
                body[: self.most_bytes],
                seen_at=self.clock.now(),
                status=response.status,
                headers=response.headers,
            )
            self._heard.put_nowait(answer)


async def scroll(page: Page) -> None:
    """Turn the wheel to the end of the page, as a visitor who wants to see more.

    A little back first: at the end already, the page would not notice.
    """
    await asyncio.sleep(_GLANCE_SECONDS)
    await page.mouse.move(200, 200)
    await page.evaluate("window.scrollBy(0, -300)")
    await page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    await page.mouse.wheel(0, 2000)


async def close(page: Page, browser: Browser) -> None:
    """Close a page; a browser that does not do that hangs, and is ended."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await page.close()
    except TimeoutError:
        browser.kill()
    except BrowserError:
        return  # it is gone already
