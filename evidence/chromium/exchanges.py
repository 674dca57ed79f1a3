"""Every request of a page and every answer, as the bytes the server sent.

Bodies come from the ``Fetch`` domain at the response stage: ``Network.getResponseBody`` gave
a GBK page back as UTF-8, and an undecodable picture as nothing (chromium 156).
"""

import asyncio
import base64
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from pipeline.base.clock import Clock
from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Gate

_WITHOUT_BODY = frozenset({204, 205, 304})
_REDIRECTS = range(300, 400)
_PIECE = 1_048_576
_SMALL_GZIP_BYTES = 60_000
"""Deflate unfolds at most 1,032 times: this much can become no more than 62 MB."""
_QUIET_SECONDS = 0.08
_POLL_SECONDS = 0.02


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request and its answer.

    Attributes:
        body: as the server sent it, transfer and content coding taken off; None where there
            is none to have (a redirect, 204) or it could not be had.
        problem: why there is no body though there should be one, in Chinese words.
    """

    request_id: str
    url: str
    method: str
    kind: str
    request_headers: list[tuple[str, str]]
    posted: bytes
    status: int
    status_text: str
    headers: list[tuple[str, str]]
    received_at: datetime
    body: bytes | None = None
    problem: str = ""

    @property
    def leads_on(self) -> bool:
        """Whether the answer is a redirect."""
        return self.status in _REDIRECTS and any(
            name.lower() == "location" for name, _ in self.headers
        )

    def header(self, name: str) -> str:
        """Return a response header, empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(slots=True, kw_only=True)
class Lost:
    """A request that brought nothing: its address and why, in Chinese words."""

    url: str
    kind: str
    why: str


class _TooMuch(Exception):  # noqa: N818 - it says what happened
    """A body went on beyond the limit."""


@dataclass  # no slots: Playwright keeps a note on whoever listens
class Tap:
    """Listens to one page over CDP, holds each request until the gate has looked at it.

    Attributes:
        exchanges: what was asked and answered, in the order of the answers.
        lost: what was asked and brought nothing.
        refused: address -> why the gate refused it.
        limits: which limits were reached, in Chinese words.
    """

    cdp: CDPSession
    gate: Gate
    clock: Clock
    limit_bytes: int
    limit_requests: int
    body_seconds: float
    exchanges: list[Exchange] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    limits: list[str] = field(default_factory=list)
    protocols: dict[str, str] = field(default_factory=dict)
    security: dict[str, dict[str, Any]] = field(default_factory=dict)
    _sent: dict[str, list[list[tuple[str, str]]]] = field(default_factory=dict)
    _hops: dict[str, int] = field(default_factory=dict)
    _under_way: dict[str, tuple[str, str, str | None]] = field(default_factory=dict)
    _given_up: dict[str, str] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _requests: int = 0
    _bytes: int = 0

    async def open(self) -> None:
        """Begin to listen; nothing passes from here on that was not looked at."""
        for event, heard in (
            ("Fetch.requestPaused", self._paused),
            ("Network.requestWillBeSent", self._asked),
            ("Network.requestWillBeSentExtraInfo", self._asked_exactly),
            ("Network.responseReceived", self._answered),
            ("Network.loadingFinished", self._finished),
            ("Network.loadingFailed", self._failed),
        ):
            self.cdp.on(event, heard)
        stages = [{"urlPattern": "*", "requestStage": stage} for stage in ("Request", "Response")]
        await self.cdp.send("Network.enable")
        await self.cdp.send("Fetch.enable", {"patterns": stages})

    async def quiet(self) -> None:
        """Wait until nothing has been under way for a moment."""
        still = 0.0
        while still < _QUIET_SECONDS:
            await asyncio.sleep(_POLL_SECONDS)
            still = 0.0 if self._under_way else still + _POLL_SECONDS

    def close(self) -> None:
        """Stop listening; what is still under way is lost, and said to be."""
        for task in self._tasks:
            task.cancel()
        for url, kind, _frame in self._under_way.values():
            self.lost.append(Lost(url=url, kind=kind, why="到时限仍未收完"))
        self._under_way.clear()

    def request_headers(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Return the headers as they went out, cookies included, where Chromium told."""
        sent = self._sent.get(exchange.request_id, [])
        hop = sum(
            1
            for other in self.exchanges[: self.exchanges.index(exchange)]
            if other.request_id == exchange.request_id
        )
        return sent[hop] if hop < len(sent) else exchange.request_headers

    def _asked(self, event: dict[str, Any]) -> None:
        url, kind, frame = event["request"]["url"], event.get("type", "Other"), event.get("frameId")
        if kind == "Document":
            # a page that goes elsewhere before it is done never says that it is finished
            for request_id, (_, its_kind, its_frame) in tuple(self._under_way.items()):
                if (its_kind, its_frame) == (kind, frame):
                    del self._under_way[request_id]
        if url.startswith(("http:", "https:")):
            self._under_way[event["requestId"]] = (url, kind, frame)

    def _asked_exactly(self, event: dict[str, Any]) -> None:
        self._sent.setdefault(event["requestId"], []).append(list(event["headers"].items()))

    def _answered(self, event: dict[str, Any]) -> None:
        self.protocols[event["requestId"]] = event["response"].get("protocol", "")
        if "securityDetails" in event["response"]:
            self.security[event["requestId"]] = event["response"]["securityDetails"]

    def _finished(self, event: dict[str, Any]) -> None:
        self._under_way.pop(event["requestId"], None)

    def _failed(self, event: dict[str, Any]) -> None:
        request_id = event["requestId"]
        asked = self._under_way.pop(request_id, None)
        why = self._given_up.get(request_id, "")
        if asked is None or (event.get("canceled") and not why):
            return  # the page itself thought better of it
        url, kind, _frame = asked
        self.lost.append(Lost(url=url, kind=kind, why=why or f"浏览器报告 {event['errorText']}"))

    def _paused(self, event: dict[str, Any]) -> None:
        task = asyncio.ensure_future(self._pass(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _pass(self, event: dict[str, Any]) -> None:
        try:
            if "responseStatusCode" in event:
                await self._keep(event)
            elif "responseErrorReason" in event:
                await self._send("Fetch.continueResponse", event)
            else:
                await self._let_out(event)
        except PlaywrightError:
            pass  # the page or the request went away meanwhile: Network events tell what of

    async def _let_out(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        self._requests += 1
        try:
            self.gate.check(url)
        except FetchRefused as error:
            self.refused[url] = error.what
            await self._give_up(event, "地址被取页关口拒绝", "AddressUnreachable")
            return
        if self._requests > self.limit_requests:
            self._reached(f"一次固定最多 {self.limit_requests} 个请求")
            await self._give_up(event, "超过请求数上限", "BlockedByClient")
            return
        await self._send("Fetch.continueRequest", event)

    async def _keep(self, event: dict[str, Any]) -> None:
        exchange = self._exchange(event)
        self.exchanges.append(exchange)
        if exchange.status in _WITHOUT_BODY or exchange.leads_on:
            await self._send("Fetch.continueResponse", event)
            return
        if not self._has_room_for(exchange):
            self._reached(f"一次固定最多 {self.limit_bytes} 字节")
            exchange.problem = "超过字节数上限"
            await self._give_up(event, exchange.problem, "BlockedByClient")
            return
        try:
            async with asyncio.timeout(self.body_seconds):
                if _is_bounded(exchange):
                    await self._hold(exchange, event)
                else:
                    await self._pour(exchange, event)
        except _TooMuch:
            self._reached(f"一次固定最多 {self.limit_bytes} 字节")
            exchange.problem = "超过字节数上限"
            await self._give_up(event, exchange.problem, "BlockedByClient")
        except TimeoutError:
            exchange.problem = "到时限仍未收完"
            await self._give_up(event, exchange.problem, "TimedOut")
        except PlaywrightError:
            if exchange.body is None:
                exchange.problem = "内容未能收全"
            raise

    async def _hold(self, exchange: Exchange, event: dict[str, Any]) -> None:
        """Take a body of known size, then let it go on to the page."""
        exchange.body = _bytes_of(await self._send("Fetch.getResponseBody", event), "body")
        self._bytes += len(exchange.body)
        await self._send("Fetch.continueResponse", event)

    async def _pour(self, exchange: Exchange, event: dict[str, Any]) -> None:
        """Take a body that may unfold without end piece by piece, then hand the page its own.

        A hundred kilobytes of gzip hold a hundred megabytes; held at once they went through
        three processes and took 600 MB and 7 s.
        """
        handle = (await self._send("Fetch.takeResponseBodyAsStream", event))["stream"]
        pieces: list[bytes] = []
        is_over = False
        while not is_over:
            read = await self.cdp.send("IO.read", {"handle": handle, "size": _PIECE})
            is_over = read["eof"]
            pieces.append(_bytes_of(read, "data"))
            self._bytes += len(pieces[-1])
            if self._bytes > self.limit_bytes:
                raise _TooMuch
        exchange.body = b"".join(pieces)
        answer = {
            "requestId": event["requestId"],
            "responseCode": exchange.status,
            "responseHeaders": event.get("responseHeaders", []),
            "body": base64.b64encode(exchange.body).decode(),
        }
        if exchange.status_text:
            answer["responsePhrase"] = exchange.status_text
        await self.cdp.send("Fetch.fulfillRequest", answer)

    def _exchange(self, event: dict[str, Any]) -> Exchange:
        request = event["request"]
        entries = request.get("postDataEntries", [])
        return Exchange(
            request_id=event.get("networkId", event["requestId"]),
            url=request["url"],
            method=request["method"],
            kind=event["resourceType"],
            request_headers=list(request["headers"].items()),
            posted=b"".join(base64.b64decode(entry.get("bytes", "")) for entry in entries),
            status=event["responseStatusCode"],
            status_text=event.get("responseStatusText", ""),
            headers=[(row["name"], row["value"]) for row in event.get("responseHeaders", [])],
            received_at=self.clock.now(),
        )

    def _has_room_for(self, exchange: Exchange) -> bool:
        announced = exchange.header("content-length")
        size = int(announced) if announced.isdecimal() else 0
        return self._bytes + size <= self.limit_bytes

    def _reached(self, limit: str) -> None:
        if limit not in self.limits:
            self.limits.append(limit)

    async def _give_up(self, event: dict[str, Any], why: str, reason: str) -> None:
        self._given_up[event.get("networkId", "")] = why
        await self.cdp.send(
            "Fetch.failRequest", {"requestId": event["requestId"], "errorReason": reason}
        )

    def _send(self, method: str, event: dict[str, Any]) -> Coroutine[Any, Any, dict[str, Any]]:
        return self.cdp.send(method, {"requestId": event["requestId"]})


def _is_bounded(exchange: Exchange) -> bool:
    """Whether the headers say how large the body can become at most."""
    size, coding = exchange.header("content-length"), exchange.header("content-encoding").lower()
    if not size.isdecimal():
        return False
    return coding in {"", "identity"} or (
        coding in {"gzip", "deflate"} and int(size) <= _SMALL_GZIP_BYTES
    )


def _bytes_of(answer: dict[str, Any], key: str) -> bytes:
    data = answer[key]
    return base64.b64decode(data) if answer["base64Encoded"] else data.encode()
