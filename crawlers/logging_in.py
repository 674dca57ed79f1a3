"""An operator logs in at a site himself, in a browser that he sees; we keep what that leaves.

Nothing is typed, solved or clicked for him. The browser goes out through the same gateway as
every other: what the gate refuses, it does not reach either.
"""

import asyncio
import os
import shutil
from contextlib import suppress
from typing import Any

from playwright.async_api import Error as BrowserError
from playwright.async_api import async_playwright

from pipeline.base import gateway
from pipeline.base.errors import BadInput
from pipeline.base.gateway import Gateway
from pipeline.base.language import _
from pipeline.base.urls import Gate

VISIBLE = ("chromium", "google-chrome", "chromium-browser")
"""Browsers that have a window; the headless shell has none."""

_LOOK_SECONDS = 1.0
_LONGEST_SECONDS = 1_800.0


def visible_browser() -> str:
    """Return the path of a browser that the operator can see.

    Raises:
        BadInput: there is none, or no display to show it on.
    """
    path = next((found for name in VISIBLE if (found := shutil.which(name))), "")
    mend = _("或在别的电脑上登录，把登录状态存成文件，用 --import 导入")
    if not path:
        raise BadInput("browser", _("没有带窗口的 Chromium（apt-get install chromium）"), mend)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):  # noqa: TID251 - the screen, no setting
        raise BadInput("browser", _("这里没有显示屏"), mend)
    return path


def logged_in(path: str, url: str, gate: Gate) -> dict[str, Any]:
    """Open ``url`` in a window, wait until it is closed, and return the state it had.

    Raises:
        BadInput: the window was closed before anything was there to keep.
    """
    state = asyncio.run(_logged_in(path, url, gate))
    if not state.get("cookies"):
        raise BadInput("session", _("窗口关闭时没有任何登录状态"), _("登录之后再关窗口"))
    return state


async def _logged_in(path: str, url: str, gate: Gate) -> dict[str, Any]:
    way_out = Gateway(gate)
    way_out.open()
    await way_out.serve()
    state: dict[str, Any] = {}
    try:
        async with async_playwright() as playwright:
            args = [*gateway.FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
            browser = await playwright.chromium.launch(
                executable_path=path,
                headless=False,
                args=args,
                proxy=way_out.proxy,  # type: ignore[arg-type] # a mapping of the right names
            )
            context = await browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
            page = await context.new_page()
            await page.goto(url, wait_until="commit")
            with suppress(BrowserError):  # the window was closed in the middle of a look
                async with asyncio.timeout(_LONGEST_SECONDS):
                    while not page.is_closed():
                        state = dict(await context.storage_state())
                        await asyncio.sleep(_LOOK_SECONDS)
            await browser.close()
    finally:
        await way_out.close()
    return state
