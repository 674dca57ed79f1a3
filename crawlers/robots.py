"""robots.txt, obeyed; what it said is kept with the run.

Scrapy's own middleware, with three differences: a robots.txt that cannot be had (5xx, 429,
no answer) forbids everything for now, as RFC 9309 section 2.3.1.4 asks; its Crawl-delay is
kept; and each decision is written down.
"""

from collections import Counter
from typing import Any, Protocol

from protego import Protego
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.manners import PRODUCT, TRIES

_OK = range(200, 300)
_GONE = range(400, 500)
_LONGEST_DELAY_SECONDS = 60.0


class RobotsForbid(IgnoreRequest):
    """robots.txt does not want this page read."""


class RobotsOutOfReach(IgnoreRequest):
    """robots.txt cannot be had: until it can, nothing of that host is read."""


class Notebook(Protocol):
    """What the middleware needs of the spider that it works for."""

    def note_robots(self, host: str, said: str, *, delay_seconds: float) -> None:
        """Keep what a host's robots.txt said, and the pause it asks for."""


class ObeyRobots(RobotsTxtMiddleware):
    """Asks robots.txt before each host's first page, and at each redirect."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._out_of_reach: dict[str, str] = {}
        self._asked: Counter[str] = Counter()

    async def process_request(
        self,
        request: Request,
        spider: Spider | None = None,  # noqa: ARG002 - Scrapy's signature
    ) -> None:
        """Let a request pass, or say why not."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        parser = await self.robot_parser(request)
        why = self._out_of_reach.get(urlparse_cached(request).netloc)
        if why is not None:
            raise RobotsOutOfReach(f"robots.txt out of reach: {why}")
        if parser is not None and not parser.allowed(request.url, PRODUCT):
            raise RobotsForbid("robots.txt")

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        is_missing = response.status in _GONE and response.status != 429  # noqa: PLR2004 - busy
        if response.status in _OK:
            rules = Protego.parse(response.body.decode("utf-8", "replace"))
            self._note(netloc, "obeyed", float(rules.crawl_delay(PRODUCT) or 0.0))
        else:
            self._note(netloc, f"status {response.status}", 0.0)
            response = response.replace(body=b"")
        if response.status in _OK or is_missing:
            self._out_of_reach.pop(netloc, None)
        else:
            self._out_of_reach[netloc] = f"status {response.status}"
        await super()._parse_robots(response, netloc, request)
        self._ask_again(netloc)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._out_of_reach[netloc] = type(exc).__name__
        self._note(netloc, f"out of reach: {type(exc).__name__}", 0.0)
        super()._robots_error(exc, netloc)
        self._ask_again(netloc)

    def _ask_again(self, netloc: str) -> None:
        """Let the next page ask once more, where it may have been a bad moment."""
        self._asked[netloc] += 1
        if netloc in self._out_of_reach and self._asked[netloc] < TRIES:
            del self._parsers[netloc]

    def _note(self, host: str, said: str, delay_seconds: float) -> None:
        spider: Any = self.crawler.spider
        notebook: Notebook = spider
        notebook.note_robots(host, said, delay_seconds=min(delay_seconds, _LONGEST_DELAY_SECONDS))
