"""The only way out of the browser: a SOCKS door on loopback, one for each capture.

Chromium hands it names, never addresses; it looks the name up itself, asks the gate about
every answer, and connects to exactly the address that passed. So redirects, sub-resources,
web sockets, workers and a name whose answer changes in between are all held, at the moment
of connecting. Bytes pass unchanged (TLS too), are counted, and are cut at the limit.
"""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Gate

_VERSION = 5
_CONNECT = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_GRANTED = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
_NOT_ALLOWED = b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"
_UNREACHABLE = b"\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00"
_CONNECT_SECONDS = 10.0
_PIECE = 65_536


@dataclass(slots=True)
class Gatehouse:
    """Carries what one capture sends and receives, and remembers where it led.

    Attributes:
        gate: says where we may go.
        limit_bytes: what may come in altogether; then every connection is cut.
        answers: ``host:port`` -> every address its name led to, as the look-up gave them.
        led_to: ``host:port`` -> the address connected to, the last one where several were.
        refused: ``host:port`` -> why the gate refused it, in words.
        unreached: ``host:port`` -> why nobody answered there, in Chinese words.
        received_bytes: what has come in so far, as it is on the wire.
    """

    gate: Gate
    limit_bytes: int
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    led_to: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    unreached: dict[str, str] = field(default_factory=dict)
    received_bytes: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def is_full(self) -> bool:
        """Whether the limit of bytes is reached and nothing more passes."""
        return self.received_bytes >= self.limit_bytes

    @property
    def address(self) -> str:
        """What a browser is told to use as its proxy."""
        assert self._server is not None, "the door is open only inside `async with`"
        return f"socks5://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._cut()

    def _cut(self) -> None:
        for writer in tuple(self._open):
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            host, port = await _wish(reader, writer)
            inward, outward = await self._connect(host, port)
        except _Refusal as refusal:
            writer.write(refusal.answer)
        except (OSError, EOFError, UnicodeError):
            pass  # the browser went away, or spoke no SOCKS: nothing was asked for
        else:
            self._open.add(outward)
            writer.write(_GRANTED)
            up = asyncio.ensure_future(_carry(reader, outward))
            try:
                await self._carry_in(inward, writer)
            finally:
                up.cancel()
                outward.close()
                self._open.discard(outward)
        finally:
            writer.close()
            self._open.discard(writer)

    async def _connect(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        if self.is_full:
            raise _Refusal(_NOT_ALLOWED)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
            addresses = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
            self.answers[name] = addresses
            for address in addresses:
                self.gate.check_address(host, address, port)
        except FetchRefused as error:
            self.refused[name] = error.what
            raise _Refusal(_NOT_ALLOWED) from error
        except (OSError, UnicodeError) as error:
            self.unreached[name] = f"查不到 {host} 这个名字"
            raise _Refusal(_UNREACHABLE) from error
        for address in addresses:
            with contextlib.suppress(OSError):
                async with asyncio.timeout(_CONNECT_SECONDS):
                    pair = await asyncio.open_connection(address, port)
                self.led_to[name] = address
                return pair
        self.unreached[name] = f"{name} 无人应答"
        raise _Refusal(_UNREACHABLE)

    async def _carry_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE):
                self.received_bytes += len(piece)
                if self.is_full:
                    self._cut()
                    return
                writer.write(piece)
                await writer.drain()


class _Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """What the browser is told instead of a connection."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        super().__init__()


async def _wish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[str, int]:
    """Return the host and port that the browser asks for (RFC 1928, no log-in)."""
    version, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    version, command, _, kind = await reader.readexactly(4)
    if version != _VERSION or command != _CONNECT:
        raise _Refusal(_NOT_ALLOWED)
    if kind == _NAME:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode("ascii").strip("[]")
    elif kind == _IPV4:
        host = socket.inet_ntop(socket.AF_INET, await reader.readexactly(4))
    elif kind == _IPV6:
        host = socket.inet_ntop(socket.AF_INET6, await reader.readexactly(16))
    else:
        raise _Refusal(_NOT_ALLOWED)
    (port,) = struct.unpack(">H", await reader.readexactly(2))
    return host, int(port)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
        writer.write_eof()
