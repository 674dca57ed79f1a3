"""Scrapy's scheduler over Redis: the pages of a run, shared by all workers that crawl it.

scrapy-redis's scheduler with a queue of our own. Its queues forget a request in the moment
they hand it out, so that a worker that dies takes it along; ours hands out on lease. And a
request leaves only with a slot of its host in hand (:mod:`crawlers.fleet.slots`).
"""

import json
import time
from collections import deque
from collections.abc import Iterable
from typing import Any, Self

from redis.exceptions import RedisError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.dupefilters import BaseDupeFilter
from scrapy_redis.queue import Base
from scrapy_redis.scheduler import Scheduler

from crawlers.fleet import wire
from crawlers.fleet.post import Letter, Post, pages_of
from crawlers.fleet.slots import SharedPauses, Slots
from crawlers.manners import host_of
from crawlers.set_up import FULL_SPEED_SECONDS
from pipeline.store.ledger import Due

_IDLE_SECONDS = (0.05, 0.5)
"""How soon we look for new pages where there were none: at first, and after a while."""
_REDIS_AWAY_SECONDS = 0.5


class SharedScheduler(Scheduler):  # type: ignore[misc] # scrapy-redis is not typed
    """scrapy-redis's scheduler, which never flushes: what is in Redis is not ours alone."""

    queue: "LeasedRequests"

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Build it with the post of this worker, which its spider has."""
        spider: Any = crawler.spider
        made: Self = cls(
            server=spider.post.redis,
            persist=True,
            queue_key="%(spider)s",
            queue_cls="crawlers.fleet.requests.LeasedRequests",
            dupefilter=BaseDupeFilter(),  # the ledger keeps a page from being asked for twice
            serializer=json,
        )
        return made

    def has_pending_requests(self) -> bool:
        """Return whether this worker has a page in hand."""
        return bool(self.queue.waiting)


class LeasedRequests(Base):  # type: ignore[misc] # the same
    """The pages of one run, as far as this worker has them in hand.

    It stands where the feed of a run stands that works alone (:class:`crawlers.feed.Feed`).

    Attributes:
        held: page id -> its letter, on lease until what it gave is handed on.
        gap_seconds: from one page of a host to the next, whoever asks.
    """

    last_page_id = 0

    def __init__(self, server: Any, spider: Any, key: str, serializer: Any = None) -> None:
        super().__init__(server, spider, key, serializer)
        post: Post = spider.post
        manners, limits = spider.source.manners, spider.source.limits
        self.stream = pages_of(spider.name)
        self.held: dict[int, Letter] = {}
        self.gap_seconds: dict[str, float] = {}
        self.pauses = SharedPauses(time.monotonic, slots=Slots(server, post.me))
        self._post = post
        self._at_once = manners.at_once
        self._between = manners.seconds_between
        self._hold_seconds = 2.0 * limits.seconds + 10.0
        self._hand: deque[Due] = deque()
        self._hops: deque[Request] = deque()
        self._later: list[tuple[float, Due]] = []
        self._in_flight: dict[int, tuple[str, float]] = {}
        self._not_before: dict[str, float] = {}
        self._look_at = 0.0
        self._idle = _IDLE_SECONDS[0]
        spider.job.feed = self

    # -- what Scrapy asks --------------------------------------------------------------------

    def __len__(self) -> int:
        """Return the pages in hand that are not in flight."""
        return self.waiting

    def push(self, request: Request) -> None:
        """Take the next hop of a redirect: its page is in our hand already."""
        self._hops.append(request)

    def pop(self, timeout: int = 0) -> Request | None:  # noqa: ARG002 - scrapy-redis's signature
        """Return a request that may leave now, None where there is none."""
        if self.spider.job.stopped or len(self._in_flight) > self._at_once:
            return None
        try:
            return self._hop() or self._page()
        except (RedisError, OSError):
            self._look_at = time.monotonic() + _REDIS_AWAY_SECONDS
            return None

    def clear(self) -> None:
        """Hand out nothing more; what is on lease is taken over by others in time."""
        self._hand.clear()
        self._hops.clear()
        self._later.clear()

    # -- what the spider asks ----------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Pages in hand that are not in flight."""
        return len(self._hand) + len(self._later) + len(self._hops)

    @property
    def in_flight(self) -> int:
        """Pages that are being fetched or read."""
        return len(self._in_flight)

    def add(self, pages: Iterable[Due]) -> None:
        """Take pages back into our hand."""
        self._hand.extend(pages)

    def later(self, page: Due, seconds: float) -> None:
        """Take a page that is to be tried again after a while."""
        self._later.append((time.monotonic() + seconds, page))

    def landed(self, page: Due) -> None:
        """Count a page as no longer in flight, and let others ask its host."""
        host, began = self._in_flight.pop(page.page_id, ("", 0.0))
        if not host:
            return
        self._adapt(host, time.monotonic() - began)
        try:
            self.pauses.slots.leave(host, page.page_id)
        except (RedisError, OSError):
            return  # it is given back by itself after a while

    def wait_seconds(self) -> float:
        """Return how long until it is worth asking for a page again."""
        now = time.monotonic()
        times = [when - now for when, _ in self._later]
        if self._hand or self._hops:
            times += [when - now for when in self._not_before.values() if when > now]
        else:
            times.append(self._look_at - now)
        return min(1.0, max(0.005, min(times, default=0.02)))

    # -- by which way ------------------------------------------------------------------------

    def _hop(self) -> Request | None:
        if not self._hops:
            return None
        due: Due = self._hops[0].cb_kwargs["due"]
        return self._hops.popleft() if self._may_ask(self._hops[0].url, due) else None

    def _page(self) -> Request | None:
        now = time.monotonic()
        self._hand.extend(page for when, page in self._later if when <= now)
        self._later = [(when, page) for when, page in self._later if when > now]
        if not self._hand and self._look_at <= now:
            self._fetch(now)
        for _ in range(len(self._hand)):
            if self._may_ask(self._hand[0].url, self._hand[0]):
                request: Request = self.spider.request(self._hand.popleft())
                return request
            self._hand.rotate(-1)
        return None

    def _fetch(self, now: float) -> None:
        # a worker that takes more than it can ask for keeps it from the others
        is_slow = self._between >= FULL_SPEED_SECONDS
        count = 1 if is_slow else max(1, self._at_once)
        letters = self._post.take(self.stream, count=count)
        for letter in letters:
            due = wire.due_of(letter.said["page"])
            if due.page_id not in self.held:
                self._hand.append(due)
            self.held[due.page_id] = letter
        self._idle = _IDLE_SECONDS[0] if letters else min(self._idle * 1.5, _IDLE_SECONDS[1])
        self._look_at = now if letters else now + self._idle

    def _may_ask(self, url: str, due: Due) -> bool:
        host, now = host_of(url), time.monotonic()
        if self._not_before.get(host, 0.0) > now:
            return False
        wait = self.pauses.slots.ask(
            host,
            due.page_id,
            at_once=self._at_once,
            gap_seconds=self.gap_seconds.get(host, self._gap),
            hold_seconds=self._hold_seconds,
        )
        if wait:
            self._not_before[host] = now + wait
            return False
        self._in_flight[due.page_id] = (host, now)
        return True

    @property
    def _gap(self) -> float:
        return self._between if self._between >= FULL_SPEED_SECONDS else 0.0

    def _adapt(self, host: str, took_seconds: float) -> None:
        """Ask a host that answers slowly less often, never more often than its file says."""
        if not self._gap:
            return
        gap = self.gap_seconds.get(host, self._gap)
        self.gap_seconds[host] = max(self._floor(host), (gap + took_seconds / self._at_once) / 2)

    def _floor(self, host: str) -> float:
        asked: float = self.spider.delays.get(host, 0.0)
        return max(self._gap, asked)
