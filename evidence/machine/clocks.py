"""Our clock against others: how far it is off, by the sources that the settings name.

A source is ``ntp://host`` (RFC 4330) or an address whose server tells its ``Date``. No source
is asked that nobody configured: then the record says "not checked".
"""

import socket
import statistics
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from pipeline.base.clock import Clock, stamp

NOT_CHECKED = "not checked"
FAR_MILLISECONDS = 2_000
_SECONDS = 3.0
_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP begins to count, to 1970."""
_HALF_A_SECOND = 500
"""A ``Date`` header drops what is below a second: on average half of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """What one source says: by how much it is ahead of our clock, or why it said nothing."""

    source: str
    at: str
    offset_milliseconds: int | None = None
    round_trip_milliseconds: int = 0
    problem: str = ""


def ask(source: str, clock: Clock) -> Offset:
    """Ask one source."""
    at = stamp(clock.now())
    try:
        offset, trip = (_ntp if source.startswith("ntp://") else _date)(source, clock)
    except (OSError, ValueError, TypeError, struct.error, httpx.HTTPError) as error:
        return Offset(source=source, at=at, problem=type(error).__name__)
    return Offset(source=source, at=at, offset_milliseconds=offset, round_trip_milliseconds=trip)


def checked(sources: Sequence[str], clock: Clock) -> dict[str, Any]:
    """Return the record of the check, with the middle one of all offsets."""
    asked = [ask(source, clock) for source in sources]
    offsets = [one.offset_milliseconds for one in asked if one.offset_milliseconds is not None]
    return {
        "source": "clock of this machine",
        "offset_against_time_server": (
            f"{round(statistics.median(offsets))} ms" if offsets else NOT_CHECKED
        ),
        "asked": [asdict(one) for one in asked],
    }


def problems_of(told: dict[str, Any]) -> list[str]:
    """Return in Chinese words what is wrong with our clock, by the record of the check."""
    if not told["asked"]:
        return []
    offset = str(told["offset_against_time_server"])
    if offset == NOT_CHECKED:
        return ["校时源都没有应答，本机时钟未经核对"]
    milliseconds = int(offset.removesuffix(" ms"))
    if abs(milliseconds) <= FAR_MILLISECONDS:
        return []
    way = "慢" if milliseconds > 0 else "快"
    return [f"本机时钟比校时源{way} {abs(milliseconds) / 1000:.1f} 秒"]


def _ntp(source: str, clock: Clock) -> tuple[int, int]:
    parts = urlsplit(source)
    began, sent = clock.steady_seconds(), clock.now()
    found = socket.getaddrinfo(parts.hostname, parts.port or 123, type=socket.SOCK_DGRAM)
    family, kind, protocol, _name, address = found[0]
    with socket.socket(family, kind, protocol) as line:
        line.settimeout(_SECONDS)
        line.sendto(b"\x23" + 47 * b"\0", address)
        answer, _ = line.recvfrom(512)
    trip = clock.steady_seconds() - began
    seconds, fraction = struct.unpack("!II", answer[40:48])
    if not seconds:
        raise ValueError("an empty answer")
    theirs = datetime.fromtimestamp(seconds - _EPOCH + fraction / 2**32, UTC)
    middle = (theirs - sent).total_seconds() - trip / 2
    return round(middle * 1000), round(trip * 1000)


def _date(source: str, clock: Clock) -> tuple[int, int]:
    began, sent = clock.steady_seconds(), clock.now()
    answer = httpx.head(source, timeout=_SECONDS, trust_env=False)
    trip = clock.steady_seconds() - began
    theirs = parsedate_to_datetime(answer.headers["date"])
    middle = (theirs - sent).total_seconds() - trip / 2
    return round(middle * 1000) + _HALF_A_SECOND, round(trip * 1000)


def against(header: str, received_at: datetime) -> int | None:
    """Return by how many seconds a server's ``Date`` is ahead of ours; None where it says none."""
    try:
        return round((parsedate_to_datetime(header) - received_at).total_seconds())
    except (ValueError, TypeError):
        return None
