"""Closes what lies over a page, as any visitor may, and records each press.

No gate is passed: nothing in a captcha is touched, and in a layer that asks for a log-in only
what closes it is pressed. The words that may be pressed are in ``data/layers.yml``.
"""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from evidence.captured import Captured, Step
from pipeline.base.clock import Clock
from pipeline.base.errors import BadInput
from pipeline.base.settings import shipped
from pipeline.base.yaml_file import read_yaml

_MOST_PRESSES = 6
_SETTLE_SECONDS = 0.4
_LAYERS = (Path(__file__).parent / "layers.js").read_text(encoding="utf-8")
_LISTS = ("close", "agree", "login", "challenge")
_KINDS = {"login": "登录层", "challenge": "验证层", "notice": "提示层"}


async def layers_of(page: Page, *, unstick: bool = False) -> dict[str, Any]:
    """Return the layers and bars that lie over the page now; lay the bars flat if asked."""
    told: dict[str, Any] = await page.evaluate(_LAYERS, {"words": _words(), "unstick": unstick})
    return told


async def clear(page: Page, lying: Mapping[str, Any], seen: Captured, clock: Clock) -> bool:
    """Press what any visitor may press until nothing lies over the page; True where it helped.

    Args:
        page: the page, its first picture taken.
        lying: what :func:`layers_of` found.
        seen: takes the steps.
        clock: tells when each was done.
    """
    address = page.url
    tried: set[tuple[str, str]] = set()
    for _ in range(_MOST_PRESSES):
        layer = _next(lying, tried)
        if layer is None:
            break
        button = layer["button"]
        tried.add((layer["name"], button["text"]))
        at, before = clock.now(), len(lying["layers"])
        await page.mouse.click(button["x"], button["y"])
        await asyncio.sleep(_SETTLE_SECONDS)
        lying = await layers_of(page)
        came = "已关闭" if len(lying["layers"]) < before else "没有变化"
        if page.url.partition("#")[0] != address.partition("#")[0]:
            came = "页面去了别处，不再继续"
        seen.steps.append(
            Step(did="press", what=button["text"], on=layer["name"], at=at, came_of_it=came)
        )
        if came.startswith("页面"):
            return False
    await _unstick(page, lying, seen, clock)
    for layer in lying["layers"]:
        if not layer["is_bar"]:
            kind = _KINDS[layer["kind"]]
            seen.steps.append(
                Step(
                    did="left alone",
                    what=layer["text"],
                    on=layer["name"],
                    at=clock.now(),
                    came_of_it=f"{kind}，没有访客可以关闭的按钮",
                )
            )
            seen.limits.append(f"{kind}盖住页面的 {layer['share']}%，没有访客可以关闭的按钮")
    return any(step.came_of_it in {"已关闭", "已放平"} for step in seen.steps)


async def _unstick(page: Page, lying: Mapping[str, Any], seen: Captured, clock: Clock) -> None:
    if not lying["bars"]:
        return
    at = clock.now()
    await layers_of(page, unstick=True)
    seen.steps += [
        Step(did="unstick", what=bar["name"], on=bar["name"], at=at, came_of_it="已放平")
        for bar in lying["bars"]
    ]


def _next(lying: Mapping[str, Any], tried: set[tuple[str, str]]) -> dict[str, Any] | None:
    for layer in lying["layers"]:
        button = layer["button"]
        if button and (layer["name"], button["text"]) not in tried:
            found: dict[str, Any] = layer
            return found
    return None


@cache
def _words() -> dict[str, list[str]]:
    file = read_yaml(shipped("layers.yml"))
    for name in _LISTS:
        words = file.value.get(name)
        if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
            raise BadInput(file.where((name,)), f"{name} is no list of words", "write - word")
    return {name: list(file.value[name]) for name in _LISTS}


async def cleared(page: Page, seen: Captured, clock: Clock) -> bool:
    """Clear the page; False where nothing lay over it, or the page did not bear it."""
    lying = await layers_of(page)
    if not lying["layers"] and not lying["bars"]:
        return False
    try:
        return await clear(page, lying, seen, clock)
    except PlaywrightError as error:
        if "closed" in str(error) or "crashed" in str(error):
            raise
        seen.limits.append("关闭遮挡层时页面没有响应")
        return False
