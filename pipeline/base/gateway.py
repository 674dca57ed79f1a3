"""The gate for a browser: a proxy on loopback through which all of its traffic goes.

A browser resolves names and follows redirects, prefetches, opens sockets and loads pictures
without asking anybody. Given this proxy and nothing else, each of its connections is made
here, to an address that the gate has passed a moment before: what was checked is what is
connected to, so a name that answers differently the second time gains nothing.
"""

import asyncio
import contextlib
import socket
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Door, Gate

HEAD_BYTES = 65_536
CONNECT_SECONDS = 30.0
FLAGS = (
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
)
"""What a browser must be started with besides the proxy: no traffic that knows no proxy."""

_REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_OUT_OF_REACH = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_TUNNEL = b"HTTP/1.1 200 Connection established\r\n\r\n"
_HOP = (b"connection:", b"proxy-connection:", b"keep-alive:")


@dataclass(slots=True)
class Gateway:
    """A forward proxy that asks the gate before each connection.

    Attributes:
        refused: the last refusals, in words.
    """

    gate: Gate
    refused: deque[str] = field(default_factory=lambda: deque(maxlen=100))
    _socket: socket.socket | None = None
    _server: asyncio.Server | None = None
    _busy: set[asyncio.Task[None]] = field(default_factory=set)

    def open(self) -> int:
        """Take a free port on loopback and return it; :meth:`serve` answers there."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        return int(self._socket.getsockname()[1])

    @property
    def proxy(self) -> dict[str, str]:
        """The proxy as Playwright's ``launch`` takes it; loopback is not left out."""
        assert self._socket is not None, "opened first"
        port = self._socket.getsockname()[1]
        return {"server": f"http://127.0.0.1:{port}", "bypass": "<-loopback>"}

    async def serve(self) -> None:
        """Answer from now on, in the loop that is running."""
        assert self._socket is not None, "opened first"
        self._server = await asyncio.start_server(self._answer, sock=self._socket, limit=HEAD_BYTES)

    async def close(self) -> None:
        """Answer no more, and let go of all connections."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._busy):
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task: Any = asyncio.current_task()
        self._busy.add(task)
        try:
            await self._pass_on(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            with contextlib.suppress(OSError):
                writer.write(_OUT_OF_REACH)
        except FetchRefused as refusal:
            self.refused.append(str(refusal))
            writer.write(_REFUSED)
        except asyncio.CancelledError:
            pass
        finally:
            self._busy.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, _, rest = head.partition(b"\r\n")
        method, _, more = line.partition(b" ")
        target = more.rpartition(b" ")[0].decode("latin-1")
        if method.upper() == b"CONNECT":
            there_reader, there = await self._connect(self.gate.check(f"https://{target}/"))
            writer.write(_TUNNEL)
        else:
            door = self.gate.check(target)
            if door.scheme != "http":
                raise FetchRefused(target, "not fetched: not an http address")
            there_reader, there = await self._connect(door)
            there.write(_onward(method, target, rest))
        await _both_ways(reader, writer, there_reader, there)

    async def _connect(self, door: Door) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        answers = await loop.getaddrinfo(door.host, door.port, type=socket.SOCK_STREAM)
        last: Exception = OSError("no address")
        for *_, address in answers:
            ip = str(address[0])
            try:
                self.gate.check_address(door.host, ip, door.port)
                async with asyncio.timeout(CONNECT_SECONDS):
                    return await asyncio.open_connection(ip, door.port)
            except (OSError, TimeoutError, FetchRefused) as error:
                last = error
        raise last


def _onward(method: bytes, target: str, rest: bytes) -> bytes:
    """Return a request as its server expects it, good for one answer.

    ``Connection: close`` keeps a browser from sending the next request, to another host,
    down a connection that was checked for this one; an upgrade (WebSocket) keeps its own.
    """
    parts = urlsplit(target)
    path = parts.path or "/"
    path = f"{path}?{parts.query}" if parts.query else path
    lines = rest.split(b"\r\n")
    if any(line.lower().startswith(b"upgrade:") for line in lines):
        kept = [line for line in lines if not line.lower().startswith(b"proxy-connection:")]
    else:
        kept = [line for line in lines if not line.lower().startswith(_HOP)]
        kept.insert(0, b"Connection: close")
    return b" ".join((method, path.encode("latin-1"), b"HTTP/1.1\r\n")) + b"\r\n".join(kept)


async def _both_ways(
    here_reader: asyncio.StreamReader,
    here: asyncio.StreamWriter,
    there_reader: asyncio.StreamReader,
    there: asyncio.StreamWriter,
) -> None:
    try:
        ways = (_pour(here_reader, there), _pour(there_reader, here))
        tasks = [asyncio.ensure_future(way) for way in ways]
        # when the server has said all, nothing more comes of the browser's side
        await tasks[1]
        tasks[0].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        there.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(HEAD_BYTES):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


@contextlib.contextmanager
def gateway_in_thread(gate: Gate) -> Iterator[Gateway]:
    """Serve a gateway from a thread of its own, for a browser that is driven without a loop."""
    gateway = Gateway(gate)
    gateway.open()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(gateway.serve(), loop).result(10)
    try:
        yield gateway
    finally:
        asyncio.run_coroutine_threadsafe(gateway.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
