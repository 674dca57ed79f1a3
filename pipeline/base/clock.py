"""The one place that asks what time it is.

Times are kept in UTC with their zone; days (``_on``) are Beijing days, whatever
zone the machine stands in.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time. Handed down, so that a test may hold it."""

    def now(self) -> datetime:
        """Return the time of day, in UTC and with its zone."""
        ...

    def steady_seconds(self) -> float:
        """Return seconds that never run backwards; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place that may ask

    def steady_seconds(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()


@dataclass
class HeldClock:
    """A clock that moves only when told to: for tests and for simulated nights."""

    at: datetime
    steady: float = field(default=0.0)

    def now(self) -> datetime:
        """Return the held time in UTC."""
        return self.at.astimezone(UTC)

    def steady_seconds(self) -> float:
        """Return the seconds passed by :meth:`move`."""
        return self.steady

    def move(self, **by: float) -> None:
        """Move on by ``timedelta(**by)``."""
        step = timedelta(**by)
        self.at += step
        self.steady += step.total_seconds()


def beijing_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai on which ``moment`` falls."""
    return moment.astimezone(BEIJING).date()


def stamp(moment: datetime) -> str:
    """Return ``moment`` as the database keeps it: ``2026-11-25T03:04:05.678Z``, sortable."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def unstamp(text: str) -> datetime:
    """Return the time that :func:`stamp` wrote.

    Raises:
        ValueError: the text is no such time.
    """
    return datetime.fromisoformat(text).astimezone(UTC)


def beijing_iso(moment: datetime) -> str:
    """Return ``moment`` as scripts read it: ISO 8601 to the second with ``+08:00``."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")
