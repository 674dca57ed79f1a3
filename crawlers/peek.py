"""One page, fetched once, to try a source on: through the same gate, and as politely."""

from collections.abc import Callable
from urllib.parse import urljoin

import httpx
from protego import Protego

from crawlers.manners import PRODUCT, USER_AGENT
from crawlers.pages.base import Fetched, fetched
from crawlers.source import Limits, Manners
from pipeline.base.clock import Clock
from pipeline.base.errors import FetchRefused
from pipeline.base.gated import gated_client
from pipeline.base.urls import Gate

_ROBOTS_BYTES = 500_000


def peek(url: str, gate: Gate, *, manners: Manners, limits: Limits, clock: Clock) -> Fetched:
    """Fetch one page; its robots.txt is asked first.

    Raises:
        FetchRefused: the gate or robots.txt says no, a limit is reached, or nobody answers.
    """
    gate.check(url)
    headers = {"user-agent": manners.user_agent or USER_AGENT, "accept-encoding": "gzip, deflate"}
    with gated_client(gate, seconds=limits.seconds, headers=headers) as client:
        if manners.robots == "obey":
            _ask_robots(client, url, gate)
        return _get(client, url, gate, limits, clock)


def _ask_robots(client: httpx.Client, url: str, gate: Gate) -> None:
    where = urljoin(url, "/robots.txt")
    gate.check(where)
    try:
        with client.stream("GET", where) as answer:
            status = answer.status_code
            body = _bounded(answer, where, _ROBOTS_BYTES) if status == httpx.codes.OK else b""
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _failed(where, error) from error
    if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:  # noqa: PLR2004 - RFC 9309
        raise FetchRefused(where, f"answers {status}: until it can be read, nothing is", "")
    if not Protego.parse(body.decode("utf-8", "replace")).can_fetch(url, PRODUCT):
        raise FetchRefused(url, "robots.txt does not want this page read", "save it by hand")


def _get(client: httpx.Client, url: str, gate: Gate, limits: Limits, clock: Clock) -> Fetched:
    started = clock.steady_seconds()
    for _hop in range(limits.redirects + 1):
        gate.check(url)
        try:
            with client.stream("GET", url) as answer:
                if answer.is_redirect and answer.headers.get("location"):
                    url = urljoin(url, answer.headers["location"])
                    continue
                body = _bounded(
                    answer,
                    url,
                    limits.unpacked_bytes,
                    is_late=lambda: clock.steady_seconds() - started > limits.seconds,
                )
                return fetched(
                    url,
                    body,
                    seen_at=clock.now(),
                    status=answer.status_code,
                    headers=dict(answer.headers),
                )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _failed(url, error) from error
    raise FetchRefused(url, f"more than {limits.redirects} redirects", "look at it in a browser")


def _bounded(
    answer: httpx.Response,
    url: str,
    most_bytes: int,
    *,
    is_late: Callable[[], bool] = lambda: False,
) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > most_bytes:
            raise FetchRefused(
                url, f"is larger than {most_bytes:,} bytes", "see limits in its source"
            )
        if is_late():
            raise FetchRefused(url, "takes too long", "see limits.seconds in its source")
        parts.append(part)
    return b"".join(parts)


def _failed(url: str, error: Exception) -> FetchRefused:
    said = " ".join(str(error).split()) or type(error).__name__
    return FetchRefused(url, f"cannot be had ({said})", "try again later")
