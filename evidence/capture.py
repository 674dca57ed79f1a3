"""The page in a real browser: what it showed, and every byte that it was made of."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import CDPSession, Page
from playwright.async_api import Error as PlaywrightError

from evidence.captured import Captured, Limits, LookedFor, Missing, door_of
from evidence.chromium import certificates
from evidence.chromium.areas import photograph_areas, scrolled_areas
from evidence.chromium.browser import Browser, BrowserLost
from evidence.chromium.clearing import cleared
from evidence.chromium.exchanges import Tap
from evidence.chromium.gatehouse import Gatehouse
from evidence.chromium.picture import WIDEST_PX, photograph, size_of
from pipeline.base.clock import Clock
from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Gate

__all__ = ["Captured", "Limits", "LookedFor", "Missing", "capture", "door_of"]

_SETTLE, _READY, _LOOK, _SPOTS, _DECLARED = (
    (Path(__file__).parent / "chromium" / f"{name}.js").read_text(encoding="utf-8")
    for name in ("settle", "ready", "look", "spots", "declared")
)
_FAILED_STATUS = 400
_MOVES = 4
_MOVED = "Execution context was destroyed"
_NOTHING = LookedFor()


async def capture(
    browser: Browser,
    url: str,
    *,
    gate: Gate,
    limits: Limits,
    clock: Clock,
    looked_for: LookedFor = _NOTHING,
    session: Path | None = None,
) -> Captured:
    """Look at a page once, whole, and return all it showed and was made of.

    Args:
        browser: a context of its own is opened in it.
        url: the page.
        gate: where we may go.
        limits: how much the page may ask of us.
        clock: tells when.
        looked_for: what must be seen on it, where that is known.
        session: the log-in that an operator recorded for this source; None: none.

    Raises:
        BrowserLost: the browser died meanwhile; nothing can be said about the page.
    """
    began = clock.steady_seconds()
    now = clock.now()
    seen = Captured(url=url, started_at=now, ended_at=now, has_session=session is not None)
    try:
        gate.check(url)
    except FetchRefused as error:
        seen.refused[url] = error.what
        seen.failure = f"地址被取页关口拒绝：{error.what}"
        return seen
    try:
        async with (
            Gatehouse(gate, limits.size_bytes) as door,
            browser.page(door.address, session=session) as (page, cdp),
        ):
            look = _Look(page, cdp, door, seen, gate, limits, clock, looked_for)
            await look.look()
    except PlaywrightError as error:
        raise BrowserLost from error
    seen.ended_at = clock.now()
    seen.took_seconds = clock.steady_seconds() - began
    return seen


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at one page, and all that it needs."""

    page: Page
    cdp: CDPSession
    door: Gatehouse
    seen: Captured
    gate: Gate
    limits: Limits
    clock: Clock
    looked_for: LookedFor

    async def look(self) -> None:
        """Go there, load it, take it; whatever happens, gather what came in."""
        tap = Tap(
            self.cdp,
            self.gate,
            self.clock,
            limit_bytes=self.limits.size_bytes,
            limit_requests=self.limits.requests,
            body_seconds=self.limits.seconds / 3,
        )
        seen = self.seen
        try:
            async with asyncio.timeout(self.limits.seconds):
                seen.cookies_before = len(await self.page.context.cookies())
                await tap.open()
                if await _arrive(self.page, seen, self.limits):
                    await self._show(tap)
                    seen.certificates = await certificates.chain_of(self.cdp, seen.final_url)
                elif "CERT_" in seen.failure:
                    seen.certificates = await certificates.refused_by_browser(seen.url, self.gate)
        except TimeoutError:
            seen.failure = f"页面卡住，{self.limits.seconds:g} 秒内未能取下"
        finally:
            tap.close()
            _gather(tap, self.door, seen)

    async def _show(self, tap: Tap) -> None:
        """Load it and take it; begin again where the page goes elsewhere under our hands."""
        page, seen = self.page, self.seen
        for _ in range(_MOVES):
            try:
                await _load(page, tap, seen, self.limits)
                await self._take(tap)
            except PlaywrightError as error:
                if _MOVED not in str(error):
                    raise
            else:
                break
        else:
            seen.failure = f"页面不断跳转，{_MOVES} 次都未能取下"
        if page.url.startswith("chrome-error:"):
            seen.failure = "页面自己跳到了打不开的地址"
            seen.png = seen.clear_png = b""

    async def _take(self, tap: Tap) -> None:
        """Take picture, one-file copy and words, in this order and from one standing page."""
        page, cdp, seen = self.page, self.cdp, self.seen
        seen.png, seen.width_px, seen.height_px = await self._picture()
        copy = await cdp.send("Page.captureSnapshot", {"format": "mhtml"})
        seen.mhtml = copy["data"].encode()
        told: dict[str, Any] = await page.evaluate(_LOOK)
        seen.final_url = page.url
        seen.title, seen.text, seen.html = told["title"], told["text"], told["html"]
        seen.pictures, seen.ready = told["pictures"], told["ready"]
        for why, urls in (
            ("图片未载入", told["waiting"]),
            ("图片内容损坏，画不出来", told["broken"]),
        ):
            seen.missing.extend(
                Missing(url=_short(url), kind="Image", status=0, why=why) for url in urls
            )
        seen.declared = await page.evaluate(_DECLARED)
        await photograph_areas(page, cdp, seen)
        if await cleared(page, seen, self.clock):
            # a page that a layer held locked may only now be long
            await _to_the_end(page, tap, seen, self.limits)
            await page.evaluate(_READY)
            seen.clear_png, _, _ = await self._picture()
            seen.clear_text = (await page.evaluate(_LOOK))["text"]
        wanted = self.looked_for
        if wanted.texts or wanted.pictures:
            told = {name: list(ways) for name, ways in wanted.texts.items()}
            seen.spots = await page.evaluate(
                _SPOTS, {"texts": told, "pictures": list(wanted.pictures)}
            )

    async def _picture(self) -> tuple[bytes, int, int]:
        width, height = await size_of(self.cdp)
        if width > WIDEST_PX:
            _once(self.seen, f"页面宽 {width} 像素，只取到 {WIDEST_PX}")
        width, height = min(width, WIDEST_PX), min(height, self.limits.height_px)
        return await photograph(self.cdp, width, height), width, height


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
        if "CERT_" in seen.failure:
            seen.failure = seen.failure.replace("页面打不开", "服务器的证书不可信")
    seen.final_url = page.url
    return not seen.failure


async def _load(page: Page, tap: Tap, seen: Captured, limits: Limits) -> None:
    try:
        async with asyncio.timeout(limits.seconds / 2):
            await page.wait_for_load_state("load", timeout=0)
            await tap.quiet()
            await _to_the_end(page, tap, seen, limits)
            if await scrolled_areas(page):
                await tap.quiet()
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
            _once(seen, f"页面高过 {limits.height_px} 像素，只取到这里")
            return
        if told["height"] == height:
            return
        reached, height = told["reached"], told["height"]


def _once(seen: Captured, limit: str) -> None:
    if limit not in seen.limits:
        seen.limits.append(limit)


def _gather(tap: Tap, door: Gatehouse, seen: Captured) -> None:
    seen.exchanges = tap.exchanges
    seen.sent = [tap.request_headers(one) for one in tap.exchanges]
    seen.protocols = tap.protocols
    seen.received_bytes = door.received_bytes
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
    if main is not None:
        seen.security = tap.security.get(main.request_id, {})
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


def _short(url: str) -> str:
    """A data: address may be megabytes long; its beginning names it."""
    return url if len(url) <= 2_000 else f"{url[:2_000]}…"  # noqa: PLR2004 - as said
