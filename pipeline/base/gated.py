"""An httpx client that connects to nothing but what the gate lets pass."""

import socket
import typing
from collections.abc import Iterable

import httpcore
import httpx

from pipeline.base.urls import Gate


class GatedBackend(httpcore.SyncBackend):
    """Judges every address of a name at the moment of connecting, after any rebinding."""

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
        """Resolve a name, judge every address, and connect to the first.

        Raises:
            FetchRefused: the name leads to where we do not go.
        """
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} is not known") from error
        for *_rest, address in answers:
            self._gate.check_address(host, str(address[0]), port)
        first = str(answers[0][4][0])
        return super().connect_tcp(first, port, timeout, local_address, socket_options)


def gated_client(
    gate: Gate, *, seconds: float, headers: dict[str, str] | None = None
) -> httpx.Client:
    """Return a client behind the gate; it takes no proxy from the environment.

    Args:
        gate: says where we go.
        seconds: how long each step of a request may take.
        headers: sent with every request.
    """
    transport = httpx.HTTPTransport()
    transport._pool = httpcore.ConnectionPool(  # noqa: SLF001 - httpx offers no other way in
        ssl_context=httpx.create_ssl_context(), network_backend=GatedBackend(gate)
    )
    return httpx.Client(transport=transport, headers=headers, timeout=seconds, trust_env=False)
