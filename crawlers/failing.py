"""Why there was no answer, in words that run states are made of."""

from dataclasses import dataclass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from twisted.python.failure import Failure

from crawlers.door import HostPaused
from crawlers.robots import RobotsOutOfReach
from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Gate

_PASSING: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "timeout"),
    (TimeoutError, "timeout"),
    (DownloadConnectionRefusedError, "connection refused"),
    (ResponseDataLossError, "cut short"),
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a page could not be had.

    Attributes:
        is_passing: it may be otherwise in a moment: worth another try.
        is_refusal: we did not want to fetch it, by rule.
        is_pause: nothing is wrong; its host is left alone for now.
    """

    reason: str
    is_passing: bool = False
    is_refusal: bool = False
    is_pause: bool = False


def trouble_of(failure: Failure, url: str, gate: Gate) -> Trouble:
    """Return what a failed request means."""
    error = failure.value
    if isinstance(error, HostPaused):
        return Trouble("paused", is_pause=True)
    if isinstance(error, RobotsOutOfReach):
        return Trouble(str(error), is_passing=True)
    if isinstance(error, (IgnoreRequest, DownloadCancelledError)):
        is_too_big = isinstance(error, DownloadCancelledError)
        return Trouble("limits.bytes" if is_too_big else str(error), is_refusal=True)
    if isinstance(error, CannotResolveHostError):
        return _unresolved(url, gate)
    return Trouble(_words(error), is_passing=True)


def _words(error: BaseException | None) -> str:
    for kind, words in _PASSING:
        if isinstance(error, kind):
            return words
    text = str(error).lower()
    is_tls = any(word in text for word in ("ssl", "tls", "certificate"))
    return "TLS" if is_tls else f"connection lost: {type(error).__name__}"


def _unresolved(url: str, gate: Gate) -> Trouble:
    """Tell a name that nobody knows from one that leads where we do not go."""
    try:
        gate.check_resolved(url)
    except FetchRefused as refusal:
        if "not known" in refusal.what:
            return Trouble("host not known", is_passing=True)
        return Trouble(f"address: {refusal.what}", is_refusal=True)
    return Trouble("host not known", is_passing=True)
