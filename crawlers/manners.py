"""How we behave: hours, pauses a host asked for, and whose site a page is on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from urllib.parse import urlsplit

import tldextract

from crawlers.source import Source
from pipeline.base.clock import BEIJING

PRODUCT = "Shouyi"
USER_AGENT = "Mozilla/5.0 (compatible; Shouyi/0.1; lawful wildlife-trade monitoring)"
"""Who we are, unless a source file says otherwise: no visitor's browser is played."""

TRIES = 3
"""How often a page is asked for in one run."""

LONGEST_WAIT_SECONDS = 600.0
"""A host that wants to be left alone for longer is left alone for the night."""

_AGAIN = frozenset({408, 429, 500, 502, 503, 504, 522, 524})
_BUSY = frozenset({429, 503})


@dataclass(slots=True)
class Pauses:
    """Hosts that asked not to be asked, and until when (steady seconds)."""

    steady: Callable[[], float]
    _until: dict[str, float] = field(default_factory=dict)

    def set(self, host: str, seconds: float) -> None:
        """Leave ``host`` alone from now on for ``seconds``."""
        self._until[host] = max(self._until.get(host, 0.0), self.steady() + seconds)

    def left(self, host: str) -> float:
        """Return the seconds that ``host`` is still to be left alone, 0.0 for none."""
        until = self._until.get(host)
        return 0.0 if until is None else max(0.0, until - self.steady())

    def soonest(self) -> float:
        """Return the seconds until the first of the paused hosts may be asked again."""
        now = self.steady()
        return min((until - now for until in self._until.values() if until > now), default=0.0)


def wants_another_try(status: int) -> bool:
    """Return whether a status may be another one in a moment."""
    return status in _AGAIN


def wait_asked(status: int, retry_after: str, now: datetime) -> float | None:
    """Return the seconds a busy host asks us to stay away; None where it does not.

    ``Retry-After`` is a number of seconds or an HTTP date; one that cannot be read counts as
    not said.
    """
    if status not in _BUSY or not retry_after.strip():
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), 86_400))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), 86_400.0)


def backoff(attempts: int, seconds_between: float) -> float:
    """Return how long to wait before a page is tried again, growing with each attempt."""
    return min(max(seconds_between, 0.25) * 2.0**attempts, 60.0)


def seconds_open(hours: str, now: datetime) -> float:
    """Return how long a site may still be read, 0.0 outside its hours.

    ``hours`` is ``"22:00-06:00"`` in Asia/Shanghai; empty means at any time.
    """
    if not hours:
        return float("inf")
    here = now.astimezone(BEIJING)
    begin, _, finish = hours.partition("-")
    minutes = here.hour * 60 + here.minute + here.second / 60
    opens, closes = _minutes(begin), _minutes(finish)
    length = (closes - opens) % 1440 or 1440
    since = (minutes - opens) % 1440
    return max(0.0, timedelta(minutes=length - since).total_seconds())


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """Return ``host:port`` as the address names it, lower case: whose patience is counted."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


class Site:
    """Whose pages are read: the hosts that a source file names, and their own sub-domains."""

    def __init__(self, source: Source) -> None:
        named = (source.base_url, source.search.url)
        self._hosts = frozenset(host_of(url) for url in named)
        self._domains = frozenset(filter(None, (_domain(url) for url in named)))
        self._seen: dict[str, bool] = {}

    def holds(self, url: str) -> bool:
        """Return whether an address belongs to the site."""
        host = host_of(url)
        if host not in self._seen:
            self._seen[host] = host in self._hosts or _domain(url) in self._domains
        return self._seen[host]


def _domain(url: str) -> str:
    return str(_suffixes()(url).top_domain_under_public_suffix)


@cache
def _suffixes() -> tldextract.TLDExtract:
    # the list that comes with the package: the default asks the internet for a newer one
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
