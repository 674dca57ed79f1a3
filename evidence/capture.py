"""The page in a real browser: what it showed, and every byte that it was made of."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from evidence.chromium.browser import Browser, BrowserLost
from evidence.chromium.exchanges import Exchange, Tap
from evidence.chromium.gatehouse import Gatehouse
from evidence.chromium.picture import WIDEST_PX, photograph, size_of
from pipeline.base.clock import Clock
from pipeline.base.errors import FetchRefused
from pipeline.base.settings import Settings
from pipeline.base.urls import PORTS, Gate

_SETTLE, _READY, _LOOK = (
    (Path(__file__).parent / "chromium" / f"{name}.js").read_text(encoding="utf-8")
    for name in ("settle", "ready", "look")
)
_FAILED_STATUS = 400
_MOVES = 4
_MOVED = "Execution context was destroyed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one page may ask of us.

    Attributes:
        seconds: for the whole capture; half of it for loading and scrolling.
        size_bytes: for all that comes in.
        requests: for the page and everything on it.
        height_px: of the picture; a page that grows beyond it is cut, and said to be.
    """

    seconds: float
    size_bytes: int = 64_000_000
    requests: int = 600
    height_px: int = 50_000

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Return the limits that these settings mean."""
        return cls(seconds=settings.page_timeout_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something the page asked for and we do not have, and why in Chinese words."""

    url: str
    kind: str
    status: int
    why: str


@dataclass(slots=True, kw_only=True)
class Captured:
    """What one look at a page brought. Where ``failure`` is not empty there is no picture.

    Attributes:
        failure: why the page did not show itself at all, in Chinese words.
        exchanges: requests and answers with their bytes.
        addresses: ``host:port`` -> address connected to; answers: all that its name led to.
        refused: addresses the gate refused, with its reason.
        limits: which limits were reached, in Chinese words.
        clicks: what was pressed on the way; nothing, so far.
    """

    url: str
    started_at: datetime
    ended_at: datetime
    took_seconds: float = 0.0
    failure: str = ""
    final_url: str = ""
    title: str = ""
    text: str = ""
    html: str = ""
    png: bytes = b""
    width_px: int = 0
    height_px: int = 0
    pictures: int = 0
    mhtml: bytes = b""
    exchanges: list[Exchange] = field(default_factory=list)
    sent: list[list[tuple[str, str]]] = field(default_factory=list)
    protocols: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)

    @property
    def main(self) -> Exchange | None:
        """The answer that is the page itself, after all redirects."""
        pages = [one for one in self.exchanges if one.kind == "Document" and not one.leads_on]
        final = self.final_url.partition("#")[0]
        return next((one for one in pages if one.url == final), pages[0] if pages else None)

    @property
    def redirects(self) -> list[Exchange]:
        """The answers that led on to the page, in order."""
        main = self.main
        return [
            one
            for one in self.exchanges
            if one.leads_on and (main is None or one.request_id == main.request_id)
        ]


async def capture(
    browser: Browser, url: str, *, gate: Gate, limits: Limits, clock: Clock
) -> Captured:
    """Look at a page once, whole, and return all it showed and was made of.

    Raises:
        BrowserLost: the browser died meanwhile; nothing can be said about the page.
    """
    began = clock.steady_seconds()
    seen = Captured(url=url, started_at=clock.now(), ended_at=clock.now())
    try:
        gate.check(url)
    except FetchRefused as error:
        seen.refused[url] = error.what
        seen.failure = f"地址被取页关口拒绝：{error.what}"
        return seen
    try:
        async with (
            Gatehouse(gate, limits.size_bytes) as door,
            browser.page(door.address) as (page, cdp),
        ):
            await _look_at(page, cdp, door, seen, gate=gate, limits=limits, clock=clock)
    except PlaywrightError as error:
        raise BrowserLost from error
    seen.ended_at = clock.now()
    seen.took_seconds = clock.steady_seconds() - began
    return seen


async def _look_at(
    page: Page,
    cdp: CDPSession,
    door: Gatehouse,
    seen: Captured,
    *,
    gate: Gate,
    limits: Limits,
    clock: Clock,
) -> None:
    tap = Tap(
        cdp,
        gate,
        clock,
        limit_bytes=limits.size_bytes,
        limit_requests=limits.requests,
        body_seconds=limits.seconds / 3,
    )
    try:
        async with asyncio.timeout(limits.seconds):
            await tap.open()
            if await _arrive(page, seen, limits):
                await _show(page, cdp, tap, seen, limits)
    except TimeoutError:
        seen.failure = f"页面卡住，{limits.seconds:g} 秒内未能取下"
    finally:
        tap.close()
        _gather(tap, door, seen)


async def _arrive(page: Page, seen: Captured, limits: Limits) -> bool:
    """Go there; return whether there is a page."""
    try:
        await page.goto(seen.url, wait_until="commit", timeout=limits.seconds * 500)
    except PlaywrightError as error:
        first = str(error).partition("\n")[0]
        if "closed" in first or "crashed" in first:
            raise
        seen.failure = (
            "地址给出的是下载文件，不是网页"
            if "Download is starting" in first
            else f"页面打不开：{first.removeprefix('Page.goto: ')}"
        )
    seen.final_url = page.url
    return not seen.failure


async def _show(page: Page, cdp: CDPSession, tap: Tap, seen: Captured, limits: Limits) -> None:
    """Load it and take it; begin again where the page goes elsewhere under our hands."""
    for _ in range(_MOVES):
        try:
            await _load(page, tap, seen, limits)
            await _take(page, cdp, seen, limits)
        except PlaywrightError as error:
            if _MOVED not in str(error):
                raise
        else:
            break
    else:
        seen.failure = f"页面不断跳转，{_MOVES} 次都未能取下"
    if page.url.startswith("chrome-error:"):
        seen.failure = "页面自己跳到了打不开的地址"
        seen.png = b""


async def _load(page: Page, tap: Tap, seen: Captured, limits: Limits) -> None:
    try:
        async with asyncio.timeout(limits.seconds / 2):
            await page.wait_for_load_state("load", timeout=0)
            await tap.quiet()
            await _to_the_end(page, tap, seen, limits)
    except TimeoutError:
        seen.limits.append(f"页面在 {limits.seconds / 2:g} 秒内没有加载完")
    await page.evaluate(_READY)


async def _to_the_end(page: Page, tap: Tap, seen: Captured, limits: Limits) -> None:
    reached, height = 0, -1
    while True:
        told: dict[str, Any] = await page.evaluate(
            _SETTLE, {"from": reached, "limit": limits.height_px}
        )
        await tap.quiet()
        if told["height"] > limits.height_px:
            seen.limits.append(f"页面高过 {limits.height_px} 像素，只取到这里")
            return
        if told["height"] == height:
            return
        reached, height = told["reached"], told["height"]


async def _take(page: Page, cdp: CDPSession, seen: Captured, limits: Limits) -> None:
    """Take picture, one-file copy and words, in this order and from one standing page."""
    width, height = await size_of(cdp)
    if width > WIDEST_PX:
        seen.limits.append(f"页面宽 {width} 像素，只取到 {WIDEST_PX}")
    seen.width_px, seen.height_px = min(width, WIDEST_PX), min(height, limits.height_px)
    seen.png = await photograph(cdp, seen.width_px, seen.height_px)
    copy = await cdp.send("Page.captureSnapshot", {"format": "mhtml"})
    seen.mhtml = copy["data"].encode()
    told: dict[str, Any] = await page.evaluate(_LOOK)
    seen.final_url = page.url
    seen.title, seen.text, seen.html = told["title"], told["text"], told["html"]
    seen.pictures = told["pictures"]
    if told["inner_px"]:
        seen.limits.append(f"页内滚动区还有 {told['inner_px']} 像素不在图中")
    for why, urls in (("图片未载入", told["waiting"]), ("图片内容损坏，画不出来", told["broken"])):
        seen.missing.extend(
            Missing(url=_short(url), kind="Image", status=0, why=why) for url in urls
        )


def _gather(tap: Tap, door: Gatehouse, seen: Captured) -> None:
    seen.exchanges = tap.exchanges
    seen.sent = [tap.request_headers(one) for one in tap.exchanges]
    seen.protocols = tap.protocols
    seen.addresses, seen.answers = door.led_to, door.answers
    seen.refused |= tap.refused | door.refused
    seen.limits += tap.limits
    if door.is_full:
        seen.limits.append(f"收到的字节超过 {door.limit_bytes}")
    if seen.failure and seen.refused:
        seen.failure = f"地址被取页关口拒绝：{next(iter(seen.refused.values()))}"
    if seen.failure and door_of(seen.url) in door.unreached:
        seen.failure = f"页面打不开：{door.unreached[door_of(seen.url)]}"
    main = seen.main
    if seen.failure and main is not None and main.problem:
        seen.failure = f"页面打不开：{main.problem}"
    named = {
        one.url: Missing(url=_short(one.url), kind=one.kind, status=one.status, why="服务器报错")
        for one in seen.exchanges
        if one.status >= _FAILED_STATUS and one is not main
    }
    for lost in tap.lost:
        name = door_of(lost.url)
        why = "地址被取页关口拒绝" if name in door.refused else door.unreached.get(name, "")
        named.setdefault(
            lost.url, Missing(url=_short(lost.url), kind=lost.kind, status=0, why=why or lost.why)
        )
    for one in seen.missing:
        named.setdefault(one.url, one)
    seen.missing = list(named.values())


def door_of(url: str) -> str:
    """Return ``host:port`` of an address, as the gatehouse names it; empty where it has none."""
    parts = urlsplit(url)
    with contextlib.suppress(ValueError):
        if parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            return f"{host}:{parts.port or PORTS.get(parts.scheme, 0)}"
    return ""


def _short(url: str) -> str:
    """A data: address may be megabytes long; its beginning names it."""
    return url if len(url) <= 2_000 else f"{url[:2_000]}…"  # noqa: PLR2004 - as said
