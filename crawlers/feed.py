"""Which page next: the pages that are due, handed out host by host as each one allows."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from crawlers.manners import Pauses, host_of
from pipeline.store.ledger import Due

_LOOK = 200
"""Pages looked at for one whose host is free."""


@dataclass(slots=True)
class Feed:
    """The due pages of a run that this process has in hand.

    Index pages go first: the longer they take, the more a list moves under us.

    Attributes:
        at_once: pages in flight to one host.
        pauses: hosts that want to be left alone.
        steady: seconds that never run backwards.
    """

    at_once: int
    pauses: Pauses
    steady: Callable[[], float]
    _lists: deque[Due] = field(default_factory=deque)
    _others: deque[Due] = field(default_factory=deque)
    _later: list[tuple[float, Due]] = field(default_factory=list)
    _in_flight: Counter[str] = field(default_factory=Counter)
    _hosts: set[str] = field(default_factory=set)
    last_page_id: int = 0

    def add(self, pages: Iterable[Due]) -> None:
        """Take pages that are due."""
        for page in pages:
            self._hosts.add(host_of(page.url))
            (self._lists if page.kind == "index" else self._others).append(page)
            self.last_page_id = max(self.last_page_id, page.page_id)

    def later(self, page: Due, seconds: float) -> None:
        """Take a page that is to be tried again after a while."""
        self._later.append((self.steady() + seconds, page))

    def next(self) -> Due | None:
        """Return a page that may be fetched now, and count it as in flight."""
        self._wake()
        for queue in (self._lists, self._others):
            for _ in range(min(len(queue), _LOOK)):
                host = host_of(queue[0].url)
                if self._in_flight[host] < self.at_once and not self.pauses.left(host):
                    self._in_flight[host] += 1
                    return queue.popleft()
                if len(self._hosts) == 1:
                    break  # one host, and it is busy: the rest of the queue is its too
                queue.rotate(-1)
        return None

    def landed(self, page: Due) -> None:
        """Count a page as no longer in flight."""
        self._in_flight[host_of(page.url)] -= 1

    def clear(self) -> None:
        """Hand out nothing more; what is in flight still lands."""
        self._lists.clear()
        self._others.clear()
        self._later.clear()

    @property
    def in_flight(self) -> int:
        """Pages that are being fetched or read."""
        return self._in_flight.total()

    @property
    def waiting(self) -> int:
        """Pages in hand that are not in flight."""
        return len(self._lists) + len(self._others) + len(self._later)

    def wait_seconds(self) -> float:
        """Return how long until a waiting page may be fetched, as far as is known now."""
        times = [when - self.steady() for when, _ in self._later]
        if self._lists or self._others:
            times.append(self.pauses.soonest())
        return max(0.02, min(times, default=0.02))

    def _wake(self) -> None:
        if not self._later:
            return
        now = self.steady()
        self.add(page for when, page in self._later if when <= now)
        self._later = [(when, page) for when, page in self._later if when > now]
