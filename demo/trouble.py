"""Trouble on request: each fault that a crawler meets, as a page with a name.

``/trouble/slow?seconds=3``, ``/trouble/drop``, ``/trouble/busy?seconds=7``, ``/trouble/down``,
``/trouble/inside``, ``/trouble/loop``, ``/trouble/endless?page=1``, ``/trouble/bomb``,
``/trouble/drip?seconds=3``, ``/trouble/challenge``, ``/trouble/login``, ``/trouble/gone``,
``/trouble/mislabelled`` stand in every shop. :class:`Trouble` puts the same faults on the
shop's ordinary pages, for the next few requests.
"""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

INSIDE = (
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://[::1]:8700/",
    "http://2130706433:8700/",
)
"""Addresses that nobody may be led to; ``/trouble/inside?n=`` picks one."""

KINDS = (
    "slow", "drop", "busy", "down", "inside", "loop", "endless", "bomb", "drip",
    "challenge", "login", "gone", "mislabelled",
)  # fmt: skip

_ALL_OF_IT = 40 * 1024 * 1024


@dataclass
class Trouble:
    """A fault waiting for its next requests.

    Attributes:
        kind: one of :data:`KINDS`.
        match: what the path must hold.
        after: matching requests that still pass.
        times: how many are then hit.
        seconds: of delay, or of Retry-After.
    """

    kind: str
    match: str = "/"
    after: int = 0
    times: int = 1
    seconds: float = 2.0

    def hits(self, path: str) -> bool:
        """Tell whether this request is hit; counts it."""
        if self.match not in path or self.times <= 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


class Troubled:
    """A shop, with trouble standing before its pages."""

    def __init__(self, shop: ASGIApp) -> None:
        self._shop = shop
        self.waiting: list[Trouble] = []
        self.requests: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or fail it."""
        if scope["type"] != "http":
            await self._shop(scope, receive, send)
            return
        request = Request(scope, receive)
        query = f"?{request.url.query}" if request.url.query else ""
        self.requests.append(request.url.path + query)
        kind, seconds = self._trouble_of(request)
        if kind == "slow":
            await asyncio.sleep(seconds)
            answer: ASGIApp = self._shop if "/trouble/" not in scope["path"] else HTMLResponse("慢")
        elif kind:
            answer = _answer(kind, request, seconds)
        else:
            answer = self._shop
        await answer(scope, receive, send)

    def _trouble_of(self, request: Request) -> tuple[str, float]:
        path = request.url.path
        if path.startswith("/trouble/"):
            kind = path.removeprefix("/trouble/").strip("/")
            seconds = _number(request, "seconds") or 2
            return (kind if kind in KINDS else "", min(60.0, seconds))
        hit = next((trouble for trouble in self.waiting if trouble.hits(path)), None)
        return (hit.kind, hit.seconds) if hit else ("", 0.0)


def _answer(kind: str, request: Request, seconds: float) -> ASGIApp:
    return _drop if kind == "drop" else _ANSWERS[kind](request, seconds)


def _busy(_request: Request, seconds: float) -> Response:
    words = "<html><title>访问过于频繁</title><body>操作频繁，请稍后再试</body></html>"
    return HTMLResponse(words, 429, {"retry-after": str(int(seconds))})


def _down(_request: Request, _seconds: float) -> Response:
    return HTMLResponse("<html><title>503</title><body>系统维护中</body></html>", 503)


def _inside(request: Request, _seconds: float) -> Response:
    return RedirectResponse(INSIDE[_number(request, "n") % len(INSIDE)], 302)


def _challenge(_request: Request, _seconds: float) -> Response:
    words = "<html><title>安全验证</title><body>请完成下列验证后继续，拖动滑块</body></html>"
    return HTMLResponse(words)


def _login(_request: Request, _seconds: float) -> Response:
    words = "<html><title>登录</title><body>请先登录，登录后查看更多。扫码登录</body></html>"
    return HTMLResponse(words)


def _gone(_request: Request, _seconds: float) -> Response:
    words = "<html><title>信息不存在</title><body>该信息已被发布者删除</body></html>"
    return HTMLResponse(words, 404)


def _mislabelled(_request: Request, _seconds: float) -> Response:
    """Return GBK bytes that call themselves UTF-8, in the header and in the page."""
    html = '<html><meta charset="utf-8"><title>出售鹩哥笼一只</title><h1>出售鹩哥笼一只</h1></html>'
    headers = {"content-type": "text/html; charset=utf-8"}
    return Response(html.encode("gbk"), headers=headers)


def _loop(request: Request, _seconds: float) -> Response:
    return RedirectResponse(str(request.url), 302)


def _endless(request: Request, _seconds: float) -> Response:
    """Return a list page that always has a next one, with new listings for ever."""
    page = _number(request, "page")
    rows = "".join(_ROW.format(number=f"e{page}-{row}") for row in range(5))
    following = f'<a class="next" href="/trouble/endless?page={page + 1}">下一页</a>'
    html = f'<html><title>没有尽头</title><ul class="infolist">{rows}</ul>{following}</html>'
    return HTMLResponse(html)


def _bomb(_request: Request, _seconds: float) -> Response:
    headers = {"content-type": "text/html", "content-encoding": "gzip"}
    return Response(gzip.compress(b" " * _ALL_OF_IT), headers=headers)


def _dripping(_request: Request, seconds: float) -> Response:
    return StreamingResponse(_drip(seconds), media_type="text/html")


_ANSWERS: Mapping[str, Callable[[Request, float], Response]] = MappingProxyType(
    {
        "busy": _busy,
        "down": _down,
        "inside": _inside,
        "loop": _loop,
        "endless": _endless,
        "bomb": _bomb,
        "drip": _dripping,
        "challenge": _challenge,
        "login": _login,
        "gone": _gone,
        "mislabelled": _mislabelled,
    }
)

_ROW = (
    '<li class="info" data-id="{number}"><h3><a class="tit" href="/xinxi/{number}.html">'
    "鸟笼一个 编号{number}</a></h3></li>"
)


def _number(request: Request, name: str) -> int:
    value = request.query_params.get(name, "0")
    return int(value) if value.isdecimal() and len(value) < 10 else 0  # noqa: PLR2004 - enough


async def _drop(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Promise a page, send its beginning, and let the line go dead."""
    headers = [(b"content-type", b"text/html"), (b"content-length", b"50000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"<html><body>", "more_body": True})
    # returning before the promised length makes the server cut the connection


async def _drip(seconds: float) -> AsyncIterator[bytes]:
    yield b"<html><title>drip</title>"
    for _ in range(int(seconds * 10)):
        await asyncio.sleep(0.1)
        yield b" "
