"""The one door of the crawler: nothing leaves that the gate, the site or a pause holds back.

Scrapy's parts, each with the check it lacks. The last word is spoken where the connection is
made: names are resolved through :class:`GatedResolver`, which hands on only the addresses
that the gate lets pass, and Twisted connects to exactly those.
"""

import time
from typing import Any, Protocol

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped] # ships no stubs

from pipeline.base.errors import FetchRefused
from pipeline.base.urls import Gate

REDIRECTS = frozenset({301, 302, 303, 307, 308})


class HostPaused(IgnoreRequest):
    """The host asked to be left alone a while; the page stays due."""


class Refused(IgnoreRequest):
    """The gate, or a limit of the source, does not let this request pass."""


class Porter(Protocol):
    """What the door needs of the spider that it works for."""

    gate: Gate

    def let_out(self, request: Request) -> None:
        """Raise :class:`HostPaused` or :class:`Refused` where a request must not leave now."""

    def is_ours(self, url: str) -> bool:
        """Return whether an address belongs to the site that is read."""

    def came_back(self, request: Request, *, received: int, took_seconds: float) -> None:
        """Note that a request left, and what came back of it over the wire."""


def porter_of(crawler: Crawler) -> Porter:
    """Return the spider of a crawler as the door knows it."""
    spider: Any = crawler.spider
    porter: Porter = spider
    return porter


class Door(HTTP11DownloadHandler):
    """Scrapy's handler for http and https, behind the porter."""

    async def download_request(self, request: Request) -> Response:
        """Fetch, once the porter has nothing against it."""
        porter = porter_of(self._crawler)
        porter.let_out(request)
        began, received = time.monotonic(), 0
        try:
            response = await super().download_request(request)
            received = len(response.body)
        finally:
            porter.came_back(request, received=received, took_seconds=time.monotonic() - began)
        return response


class GatedResolver(CachingHostnameResolver):
    """Resolves names, and hands on only the addresses that the gate lets pass."""

    def __init__(self, reactor: Any, cache_size: int, gate: Gate) -> None:
        super().__init__(reactor, cache_size)
        self._gate = gate

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GatedResolver":
        """Build it with the gate that the settings of the run carry."""
        settings = crawler.settings
        return cls(reactor, settings.getint("DNSCACHE_SIZE"), settings["SHOUYI_GATE"])

    def resolveHostName(  # noqa: N802 - Twisted's names
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        *args: Any,
        **more: Any,
    ) -> Any:
        """Resolve through Scrapy's cache, behind the gate."""
        watched: Any = _GatedReceiver(resolutionReceiver, self._gate, hostName, portNumber)
        return super().resolveHostName(watched, hostName, portNumber, *args, **more)


@implementer(IResolutionReceiver)
class _GatedReceiver:
    def __init__(self, receiver: Any, gate: Gate, host: str, port: int) -> None:
        self._receiver = receiver
        self._gate = gate
        self._host = host
        self._port = port

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 - Twisted's
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802 - Twisted's
        found: Any = address
        try:
            self._gate.check_address(self._host, found.host, self._port)
        except FetchRefused:
            return  # no address left reads to the caller as a name that is not known
        self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's
        self._receiver.resolutionComplete()


class Redirects(RedirectMiddleware):
    """Follows redirects on the site itself; where they leave it, the hop is the answer.

    A redirect to a login server is not fetched, but its address says what happened: the
    response is handed on under the address that it points to, and is judged by that.
    """

    def _engine_started(self) -> None:
        """Say nothing of a Referer: we send none."""
        self._referer_spider_middleware = None

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Any = None,  # noqa: ARG002 - Scrapy's signature
    ) -> Request | Response:
        """Return the next hop, or the response itself."""
        try:
            answer = super().process_response(request, response)
        except IgnoreRequest as end:
            raise Refused(f"limits.redirects {self.max_redirect_times}") from end
        if not isinstance(answer, Request) or porter_of(self.crawler).is_ours(answer.url):
            return answer
        return response.replace(url=answer.url, flags=[*response.flags, "left the site"])


class Unpacking(HttpCompressionMiddleware):
    """Unpacks bodies up to the source's own bound, which is not that of the wire."""

    def __init__(self, stats: Any = None, *, crawler: Crawler | None = None) -> None:
        super().__init__(stats, crawler=crawler)
        assert crawler is not None, "built from a crawler"
        self._max_size = crawler.settings.getint("SHOUYI_UNPACKED_MAXSIZE")
        self._warn_size = self._max_size + 1

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Any = None,  # noqa: ARG002 - Scrapy's signature
    ) -> Request | Response:
        """Return the response unpacked, or refuse what unpacks to too much."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as bomb:
            raise Refused(f"limits.unpacked_bytes {self._max_size}") from bomb
