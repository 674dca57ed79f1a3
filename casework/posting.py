"""Posts to a receiver: to an address that the gate has passed at the moment of connecting."""

import socket
import typing
from collections.abc import Iterable

import httpcore
import httpx

from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Gate

_SECONDS = 10.0


class _Gated(httpcore.SyncBackend):
    """Connects to nothing but what the gate lets pass."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[typing.Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve a name, judge every address, and connect to the first."""
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        for *_rest, address in answers:
            self._gate.check_address(host, str(address[0]), port)
        return super().connect_tcp(
            str(answers[0][4][0]), port, timeout, local_address, socket_options
        )


class Postman:
    """Posts bodies; follows no redirect, takes no proxy from the environment."""

    def __init__(self, gate: Gate) -> None:
        transport = httpx.HTTPTransport()
        transport._pool = httpcore.ConnectionPool(  # noqa: SLF001 - httpx offers no other way in
            ssl_context=httpx.create_ssl_context(), network_backend=_Gated(gate)
        )
        self._client = httpx.Client(transport=transport, timeout=_SECONDS, trust_env=False)

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Post a body; return the status of the answer, whose text nobody reads.

        Raises:
            FetchRefused: the name leads to where we do not go.
            OSError: nobody takes it.
        """
        try:
            with self._client.stream("POST", url, content=body, headers=headers) as answer:
                return answer.status_code
        except FetchRefused:
            raise
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ConnectionError(type(error).__name__) from error

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()
