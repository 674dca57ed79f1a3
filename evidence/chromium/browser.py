"""One Chromium for a night, a fresh context for each capture, and no orphan left behind.

Its whole environment is made here, not inherited: our font file, no proxy but the capture's
own door, an empty profile. Whoever finds it hung ends its process group and starts another.
"""

import asyncio
import contextlib
import os
import platform
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, CDPSession, Page, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from evidence.machine.selfcheck import Machine
from evidence.machine.software import digest_of_program, software
from pipeline.base import log
from pipeline.base.errors import BadInput
from pipeline.base.settings import Settings, find_browser, shipped

VIEWPORT = {"width": 1280, "height": 1000}
LOCALE = "zh-CN"
ZONE = "Asia/Shanghai"
RARE = "𪚥 龘 鸮 鵟 🦜"
"""Characters that sellers use and that a badly set-up machine draws as boxes."""

_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--hide-scrollbars",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # one process a page, frames of other sites inside it: one tap then sees every answer
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process",
)
_CLOSE_SECONDS = 5.0
_START_SECONDS = 60.0

_log = log.get("evidence")


class BrowserLost(Exception):  # noqa: N818 - it says what happened
    """The browser died or no longer answers: start another and look at the page again."""


class Browser:
    """The browser that takes snapshots. Use it as ``async with Browser(settings) as browser``.

    Attributes:
        facts: what it is and where it runs, for the record of the circumstances.
        started: how many times it was started; a capture that saw it die compares.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = find_browser(settings)
        self._driver: Playwright | None = None
        self._chromium: Chromium | None = None
        self._close_seconds = min(_CLOSE_SECONDS, settings.page_timeout_seconds)
        self._group = 0
        self._turn = asyncio.Lock()
        self.started = 0
        self.machine = Machine(settings)
        self.facts: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stop()

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked for another page."""
        return self._chromium is not None and self._chromium.is_connected()

    async def revive(self) -> None:
        """Start another browser where this one is dead; whoever comes second waits."""
        async with self._turn:
            if not self.is_alive:
                await self._stop()
                await self._start()
                _log.warning("browser.restarted", start_number=self.started)

    @asynccontextmanager
    async def page(
        self, proxy: str, *, session: Path | None = None
    ) -> AsyncIterator[tuple[Page, CDPSession]]:
        """Give a page in a fresh context: no cookies, no cache, nothing of the page before.

        Args:
            proxy: the capture's own door (``Gatehouse.address``).
            session: a log-in recorded by an operator; None: none, as any visitor.

        Raises:
            BrowserLost: no page could be opened, or it could not be closed.
        """
        number = self.started
        context, page, tap = await self._opened(proxy, session)
        is_closed = False
        try:
            yield page, tap
        finally:
            is_closed = await _closed(context, within_seconds=self._close_seconds)
            if not is_closed and self.started == number:
                self.kill()
        if not is_closed:
            raise BrowserLost

    async def _opened(
        self, proxy: str, session: Path | None
    ) -> tuple[BrowserContext, Page, CDPSession]:
        number = self.started
        if self._chromium is None:
            raise BrowserLost
        try:
            async with asyncio.timeout(self._settings.page_timeout_seconds):
                context = await self._chromium.new_context(
                    proxy={"server": proxy},
                    viewport={"width": VIEWPORT["width"], "height": VIEWPORT["height"]},
                    locale=LOCALE,
                    timezone_id=ZONE,
                    accept_downloads=False,
                    service_workers="block",
                    reduced_motion="reduce",
                    storage_state=session,
                )
                page = await context.new_page()
                tap = await context.new_cdp_session(page)
        except TimeoutError as error:
            if self.started == number:
                self.kill()
            raise BrowserLost from error
        except PlaywrightError as error:
            raise BrowserLost from error
        # a window that the page opens by itself would be outside the tap
        context.on("page", self._close_popup)
        return context, page, tap

    async def _close_popup(self, popup: Page) -> None:
        await _closed(popup, within_seconds=self._close_seconds)

    def kill(self) -> None:
        """End the browser and everything it started, at once."""
        if self._group:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)
        self._group = 0
        self._chromium = None

    async def _start(self) -> None:
        cache = self._settings.cache / "browser"
        cache.mkdir(parents=True, exist_ok=True)
        self._driver = await async_playwright().start()
        try:
            async with asyncio.timeout(_START_SECONDS):
                self._chromium = await self._launched(self._driver, cache)
                self.started += 1
                await self._learn(self._chromium)
        except (TimeoutError, PlaywrightError) as error:
            await self._stop()
            first = str(error).partition("\n")[0] or f"no answer in {_START_SECONDS:g} s"
            raise BadInput(
                self._path, f"cannot be started: {first}", "set SHOUYI_CHROMIUM to one that starts"
            ) from error

    async def _launched(self, driver: Playwright, cache: Path) -> Chromium:
        return await driver.chromium.launch(
            executable_path=self._path,
            args=[*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
            env={
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "HOME": str(cache),
                "LANG": "C.UTF-8",
                "FONTCONFIG_FILE": str(shipped("fonts.conf")),
            },
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )

    async def _learn(self, chromium: Chromium) -> None:
        tap = await chromium.new_browser_cdp_session()
        told = await tap.send("Browser.getVersion")
        processes = (await tap.send("SystemInfo.getProcessInfo"))["processInfo"]
        number = next(row["id"] for row in processes if row["type"] == "browser")
        group = os.getpgid(number)
        self._group = group if group != os.getpgrp() else 0
        await tap.detach()
        program = _program(number, self._path)
        digest = await asyncio.to_thread(digest_of_program, program, self._settings.product_cache)
        self.facts = {
            "tool": await asyncio.to_thread(software),
            "browser": {
                "product": told["product"],
                "revision": told["revision"],
                "user_agent": told["userAgent"],
                "path": str(program),
                "sha256": digest,
                "driver": f"playwright {version('playwright')}",
                "profile": "a fresh context: empty cache, no extensions; log-in: see session",
                "locale": LOCALE,
                "time_zone": ZONE,
                "viewport_px": VIEWPORT,
            },
            "machine": {
                "host": platform.node(),
                "system": platform.platform(),
                "python": platform.python_version(),
            },
            "fonts": {"rare_characters": RARE, "drawn_by": await self._fonts(chromium)},
        }

    async def _fonts(self, chromium: Chromium) -> list[dict[str, Any]]:
        """Return which fonts draw the rare characters on this machine, most used first."""
        context = await chromium.new_context()
        page = await context.new_page()
        await page.set_content(f"<p style='font-family: sans-serif'>{RARE}")
        tap = await context.new_cdp_session(page)
        await tap.send("DOM.enable")
        await tap.send("CSS.enable")
        root = (await tap.send("DOM.getDocument"))["root"]["nodeId"]
        node = (await tap.send("DOM.querySelector", {"nodeId": root, "selector": "p"}))["nodeId"]
        fonts = (await tap.send("CSS.getPlatformFontsForNode", {"nodeId": node}))["fonts"]
        await context.close()
        return [{"font": row["familyName"], "glyphs": int(row["glyphCount"])} for row in fonts]

    async def _stop(self) -> None:
        chromium, driver = self._chromium, self._driver
        self._driver = None
        with contextlib.suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                if chromium is not None:
                    await chromium.close()
        self.kill()
        with contextlib.suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                if driver is not None:
                    await driver.stop()


def _program(number: int, started_as: str) -> Path:
    """Return the program behind a process: what was started may be a script that starts it."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/exe").readlink()
    return Path(started_as)


async def _closed(thing: Page | BrowserContext, *, within_seconds: float) -> bool:
    """Close it; return whether it let itself be closed, or was gone already."""
    try:
        async with asyncio.timeout(within_seconds):
            await thing.close()
    except TimeoutError:
        return False
    except PlaywrightError:
        pass  # the browser is gone, and with it the page
    return True
