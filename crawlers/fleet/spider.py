"""The same spider, as one of many: its pages come from Redis, and what it reads goes there.

It keeps nothing in mind from one page to the next: what a worker knew would be gone with it.
Whether a card was seen before, a list repeats itself or a limit is reached, the ledger says.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError
from scrapy.exceptions import DontCloseSpider

from crawlers.deliver import Yield
from crawlers.families import reader_of
from crawlers.fleet import wire
from crawlers.fleet.post import READ, Letter, Post, robots_of
from crawlers.fleet.wire import Listed, OpenRun
from crawlers.job import Job
from crawlers.manners import Site
from crawlers.pages.base import Fetched
from crawlers.reading import Reading, outcome_of
from crawlers.spider import SourceSpider
from pipeline.base.urls import Gate
from pipeline.store.ledger import Due


@dataclass(slots=True)
class Outgoing:
    """What this worker has read and not yet handed on; it outlives the spiders."""

    post: Post
    _waiting: list[tuple[Letter | None, dict[str, str]]] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many letters are not yet handed on."""
        return len(self._waiting)

    def add(self, letter: Letter | None, said: dict[str, str]) -> None:
        """Take what a page gave, and the letter that asked for the page."""
        self._waiting.append((letter, said))

    def write(self) -> bool:
        """Hand everything on; False where Redis is not there: then it is kept for later.

        What a page gave is sent in the transaction that gives its letter back: Redis knows
        both or neither, whenever it dies.
        """
        if not self._waiting:
            return True
        batch = tuple(self._waiting)
        sent = [
            ("XADD", READ, "*", *[word for pair in said.items() for word in pair])
            for _, said in batch
        ]
        try:
            self.post.give_back([letter for letter, _ in batch if letter], also=sent)
        except (RedisError, OSError):
            return False
        del self._waiting[: len(batch)]
        return True


@dataclass(slots=True)
class Handing:
    """Stands where the delivery of a run stands that works alone, and where its ledger stands.

    Attributes:
        letter_of: gives up the letter that asked for a page.
        requests: page -> how it was asked for, as JSON.
        pages: pages that were asked for and are not yet handed on.
    """

    outgoing: Outgoing
    run_id: str
    letter_of: Callable[[int], Letter | None]
    requests: dict[int, str] = field(default_factory=dict)
    pages: dict[int, Due] = field(default_factory=dict)

    @property
    def waiting(self) -> int:
        """How many pages are not yet handed on."""
        return self.outgoing.waiting

    def take(self, given: Yield) -> None:
        """Take what a page gave; of a page that is only tried again nothing is told."""
        if given.page is None or given.page.state == "due":
            return
        due = self.pages.pop(given.page.page_id, None)
        if due is not None:
            said = {"run_id": self.run_id, "url": due.url, "read": wire.read_line(due, given)}
            said["request"] = self.requests.pop(due.page_id, "")
            self.outgoing.add(self.letter_of(due.page_id), said)

    def stop(self, reason: str, because: str) -> None:
        """Tell the ledger that the source does not want us to go on."""
        said = {"run_id": self.run_id, "url": "", "stop": reason, "because": because}
        self.outgoing.add(None, said)

    def write(self) -> None:
        """Hand on what there is."""
        self.outgoing.write()

    def drop(self) -> None:
        """Forget nothing: it belongs to the ledger."""


class FleetReading(Reading):
    """Reads pages one by one, each as if it were the first."""

    def read(self, due: Due, fetched: Fetched) -> Yield:
        """Read a page; of a list, tell all that stands on it.

        Raises:
            WallMet: it is a login wall or a challenge.
        """
        self.keys.clear()
        self.shown.clear()
        if due.kind != "index":
            return Reading.read(self, due, fetched)
        page = self.pages.index(fetched)
        return Listed(page=outcome_of(due, page.verdict, fetched), index=page)


def reading_of(run: OpenRun, gate: Gate) -> FleetReading:
    """Return what reads the pages of a run here."""
    source = run.source
    return FleetReading(source, reader_of(source), gate, Site(source), day=run.day)


class FleetSpider(SourceSpider):
    """Reads pages of one run, as long as it is open."""

    job: Job
    asks_whether_changed = False  # what a page was before, only the ledger knows

    def __init__(self, job: Job, post: Post, **more: Any) -> None:
        super().__init__(job, **more)
        self.post = post
        self.delays: dict[str, float] = {}

    async def start(self) -> Any:
        """Ask for the first page; the rest follows."""
        self._pump()
        for request in self._more:
            yield request

    def on_idle(self) -> None:
        """Wait for more: the ledger closes the run, not a worker that has nothing to do."""
        if not self.job.stopped:
            raise DontCloseSpider

    def on_closed(self, reason: str) -> None:  # noqa: ARG002 - the run is not ours to end
        """Leave no timer behind."""
        for timer in self._timers.values():
            if timer.active():
                timer.cancel()

    def request(self, due: Due) -> Any:
        """Return the request for a page, and remember the page until it is handed on."""
        handing: Any = self.job.delivery
        handing.pages[due.page_id] = due
        return super().request(due)

    def stop(self, reason: str, because: str = "") -> None:
        """Fetch nothing more of this run; a wall is told to everybody."""
        if reason == "blocked" and not self.job.stopped:
            handing: Any = self.job.delivery
            handing.stop(reason, because)
        super().stop(reason, because)

    def note_robots(self, host: str, said: str, *, delay_seconds: float) -> None:
        """Keep what a host's robots.txt said; its pause counts if it is longer than ours."""
        words = f"{said}, Crawl-delay {delay_seconds:g}" if delay_seconds else said
        self.delays[host] = max(self.delays.get(host, 0.0), delay_seconds)
        feed: Any = self.job.feed
        if delay_seconds > self.source.manners.seconds_between:
            feed.gap_seconds[host] = max(feed.gap_seconds.get(host, 0.0), delay_seconds)
        try:
            self.post.redis.hset(robots_of(self.name), host, words)
        except (RedisError, OSError):
            self.job.robots[host] = words

    def write(self) -> None:
        """Hand on what was read."""
        self.job.delivery.write()

    def _pump(self) -> None:
        engine = self.crawler.engine
        if engine is None or self.job.stopped:
            return
        slot = engine._slot  # noqa: SLF001 - the engine looks at its scheduler every 5 s only
        if slot is not None:
            slot.nextcall.schedule()
        self._after("pump", self.job.feed.wait_seconds(), self._pump)
