"""Pages opened in a real browser: its door, its ear, its scroll wheel.

The browser is whatever Chromium the machine has, started plainly; it asks for what a visitor's
would ask for and we listen to the JSON answers that the page itself requested. Nothing is
signed, solved or replayed.
"""

import asyncio
import os
import secrets
import signal
import time
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
from scrapy.http import Headers
from scrapy.http import Response as ScrapyResponse
from scrapy.responsetypes import responsetypes
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler, _encode_body

from crawlers.door import porter_of
from crawlers.pages.base import Fetched, fetched
from crawlers.tabs import PAGES_AT_ONCE, Tab, Tabs, unless
from pipeline.base import gateway
from pipeline.base.clock import Clock
from pipeline.base.gateway import Gateway
from pipeline.sessions import Session

CLOSE_SECONDS = 5.0
_OPENINGS = 4
_NOTICE_SECONDS = 0.25
"""Until it is noticed that a browser has gone: so long a tab that it does not open may wait."""
_FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # not even asked for: to turn each away took half the time of a page (benchmarks/browser.py)
    "--blink-settings=imagesEnabled=false",
    *gateway.FLAGS,
)
_GLANCE_SECONDS = 0.15
"""How long a page has for what it heard before it is scrolled again."""

_UNSEEN = tuple(
    f"*.{kind}{end}"
    for kind in ("woff", "woff2", "ttf", "otf", "mp4", "m3u8", "flv", "mp3", "m4a", "webm")
    for end in ("", "?*")
)
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
    tabs: Tabs = field(default_factory=Tabs)
    _closing: set[asyncio.Future[None]] = field(default_factory=set)

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
            # the tabs count themselves; one that stands empty must not keep another from opening
            "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 8 * PAGES_AT_ONCE,
            "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": self.timeout_seconds * 1000,
            "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,
        }

    async def give_back(self, tab: Tab, *, received: int, is_clean: bool) -> None:
        """Take a tab back that was read, for the next page, or close it.

        All pages of a run are of one site and one context, as for a visitor who goes on in the
        same tab; what a page left running ends when the next one is opened. Not ``is_clean``:
        it was listened to, and what it still asks for must not be taken for another page's.
        """
        self.tabs.opened += 1
        self.tabs.received += received
        try:
            if not is_clean or not self.tabs.keep(tab):
                self.tabs.forget(tab)
                await close(tab.page, self)
        finally:
            self.tabs.free.release()

    def give_up(self, tab: Tab | None) -> None:
        """Close a tab whose page could not be had; nobody waits for that but the next page."""
        if tab is None:
            self.tabs.free.release()
            return
        self.tabs.forget(tab)
        self.close_soon(tab.page).add_done_callback(lambda _: self.tabs.free.release())

    def close_soon(self, page: Page) -> asyncio.Future[None]:
        """Close a page meanwhile."""
        closing = asyncio.ensure_future(close(page, self))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        return closing

    def kill(self) -> None:
        """End a browser that hangs: by its own mark, so that no other is meant."""
        self.tabs.gone()
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
        if not request.meta.get("playwright"):  # robots.txt
            plain: ScrapyResponse = await super().download_request(request)
            return plain
        await self._run.tabs.free.acquire()
        try:
            async with asyncio.timeout(self._run.timeout_seconds + CLOSE_SECONDS):
                return await unless(self._run.tabs.end, self._opened(request))
        except BaseException as error:
            self._run.give_up(request.meta.pop("tab", None))
            if isinstance(error, TimeoutError):
                self._run.kill()
                raise DownloadTimeoutError("the browser hangs") from error
            raise

    async def close(self) -> None:
        """Close the browser, and one that was still being started when it was given up, too."""
        try:
            await super().close()
        finally:
            self._run.kill()

    async def _opened(self, request: Request) -> ScrapyResponse:
        """Open a page in a tab, and return it as it stands once its document is there.

        Leaner than what it overrides, which asks Python about every single request of the page
        (and so keeps Chromium from its cache): addresses are the gateway's business here.
        """
        began = time.monotonic()
        ear: Ear | None = request.meta["ear"]
        tab = self._run.tabs.spare() if ear is None else None
        if tab is None:
            tab = await self._new_tab(request)
        # from here on whoever gets the answer, or the failure, has the tab to give back
        request.meta["tab"] = tab
        if ear is not None:
            ear.attach(tab.page)
        response = await unless(tab.end, _shown(tab.page, request))
        request.meta["download_latency"] = time.monotonic() - began
        return response

    async def _new_tab(self, request: Request) -> Tab:
        for _ in range(_OPENINGS - 1):
            try:
                return await self._opened_tab(request)
            except BrowserError:  # it has gone, and that is not noticed yet
                await asyncio.sleep(_NOTICE_SECONDS)
        return await self._opened_tab(request)

    async def _opened_tab(self, request: Request) -> Tab:
        page: Page = await self._create_page(request, self._crawler.spider)
        try:
            ear = await page.context.new_cdp_session(page)
            await ear.send("Network.enable")
            await ear.send("Network.setBlockedURLs", {"urls": list(_UNSEEN)})
        except BaseException:
            self._run.close_soon(page)
            raise
        return self._run.tabs.add(page)

    async def _browser_disconnected_callback(self) -> None:
        """Let go of a browser that has gone, without a last word to it: it would not answer."""
        self._run.tabs.gone()
        self.context_wrappers.clear()
        if hasattr(self, "browser"):
            del self.browser


async def _shown(page: Page, request: Request) -> ScrapyResponse:
    answer = await page.goto(request.url, wait_until="domcontentloaded")
    headers = Headers(await answer.all_headers() if answer is not None else {})
    headers.pop("Content-Encoding", None)
    body, encoding = _encode_body(headers=headers, text=await page.content())
    kind: Any = responsetypes.from_args(headers=headers, url=page.url, body=body)
    response: ScrapyResponse = kind(
        url=page.url,
        status=answer.status if answer is not None else 200,
        headers=headers,
        body=body,
        request=request,
        encoding=encoding,
    )
    return response


def visit(ear: "Ear | None", session: Session | None = None) -> dict[str, Any]:
    """Return the meta of a request that opens a page in the browser, with a log-in's state."""
    state = {"storage_state": dict(session.state)} if session else {}
    return {
        "playwright": True,
        "playwright_context": "visit",
        "playwright_context_kwargs": {
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "service_workers": "block",
            "accept_downloads": False,
            **state,
        },
        "ear": ear,
    }


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
