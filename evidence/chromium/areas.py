"""Areas that scroll inside the page: each photographed whole, beside the page."""

import asyncio
import base64
import io
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import CDPSession, Page

from evidence.captured import Area, Captured

_MOST = 4
_TALLEST_PX = 20_000
_AREAS = (Path(__file__).parent / "areas.js").read_text(encoding="utf-8")


async def scrolled_areas(page: Page) -> int:
    """Scroll every area to its end and back, so that what loads on sight loads; their number."""
    found: list[dict[str, Any]] = await page.evaluate(_AREAS, {"number": -1, "top": 0})
    for number, area in enumerate(found[:_MOST]):
        for top in range(0, min(area["whole"], _TALLEST_PX), max(area["height"], 100)):
            await page.evaluate(_AREAS, {"number": number, "top": top})
        await page.evaluate(_AREAS, {"number": number, "top": 0})
    return len(found)


async def photograph_areas(page: Page, cdp: CDPSession, seen: Captured) -> None:
    """Photograph what lies in each area, from its top to its end."""
    found: list[dict[str, Any]] = await page.evaluate(_AREAS, {"number": -1, "top": 0})
    for number, area in enumerate(found[:_MOST]):
        strips = []
        top, whole = 0, area["whole"]
        while top < min(whole, _TALLEST_PX):
            (now,) = await page.evaluate(_AREAS, {"number": number, "top": top}) or [None]
            if now is None:
                break
            strips.append((now["at"], await _strip(cdp, now)))
            whole = now["whole"]
            if now["at"] + now["height"] >= whole:
                break
            top += now["height"]
        await page.evaluate(_AREAS, {"number": number, "top": 0})
        if not strips:
            continue
        height = min(whole, strips[-1][0] + area["height"])
        png = await asyncio.to_thread(_together, strips, area["width"], height)
        seen.areas.append(
            Area(
                left=area["left"],
                top=area["top"],
                width=area["width"],
                height=height,
                is_whole=height >= whole,
                png=png,
            )
        )
        if height < whole:
            seen.limits.append(
                f"页内滚动区高过 {_TALLEST_PX} 像素，还有 {whole - height} 像素不在图中"
            )
    if len(found) > _MOST:
        seen.limits.append(f"页内滚动区有 {len(found)} 处，只取了 {_MOST} 处")


async def _strip(cdp: CDPSession, now: dict[str, Any]) -> bytes:
    clip = {"x": now["left"], "y": now["top"], "scale": 1}
    clip |= {"width": now["width"], "height": now["height"]}
    shot = await cdp.send(
        "Page.captureScreenshot",
        {"format": "png", "captureBeyondViewport": True, "clip": clip, "optimizeForSpeed": True},
    )
    return base64.b64decode(shot["data"])


def _together(strips: list[tuple[int, bytes]], width: int, height: int) -> bytes:
    whole = Image.new("RGB", (width, height), "white")
    for top, data in strips:
        with Image.open(io.BytesIO(data)) as part:
            whole.paste(part.convert("RGB"), (0, top))
    written = io.BytesIO()
    whole.save(written, "PNG", compress_level=2)
    return written.getvalue()
