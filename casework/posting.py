"""Posts to a receiver: to an address that the gate has passed at the moment of connecting."""

import httpx

from pipeline.base.errors import FetchRefused
from pipeline.base.gated import gated_client
from pipeline.base.urls import Gate

_SECONDS = 10.0


class Postman:
    """Posts bodies; follows no redirect, takes no proxy from the environment."""

    def __init__(self, gate: Gate) -> None:
        self._client = gated_client(gate, seconds=_SECONDS)

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
