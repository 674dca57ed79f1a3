"""What all five shops share: templates, pictures, the refusals, plain files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo import said
from demo.drawing import jpeg
from demo.stock import Shelf, Ware

_HERE = Path(__file__).parent

Now = Callable[[], datetime]
"""Asks for the time of day in Beijing."""


@dataclass(frozen=True, slots=True)
class Hours:
    """What time it is, and since when the market stands.

    Attributes:
        now: asks for the time of day in Beijing.
        began_at: when the first night opened; ages count from there.
        opened_at: when tonight opened.
    """

    now: Now
    began_at: datetime
    opened_at: datetime

    def posted_at(self, ware: Ware, night: int) -> datetime:
        """Return when a listing was posted: its age before the night on which it first stood."""
        nights = max(1, night - 1)
        passed = (self.opened_at - self.began_at) * min(1.0, (ware.first_night - 1) / nights)
        return self.began_at + passed - ware.age


class Pages:
    """The pages of one shop: its shelf, its templates and its hours."""

    def __init__(
        self, shelf: Shelf, hours: Hours, *, charset: str = "utf-8", layout: int = 1
    ) -> None:
        self.shelf = shelf
        self.layout = layout
        self._hours = hours
        self._charset = charset
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            ago=lambda ware: said.ago(self.posted_at(ware), hours.now()),
            exact=lambda ware: said.exact(self.posted_at(ware)),
            iso=lambda ware: self.posted_at(ware).isoformat(timespec="seconds"),
            mailed=lambda ware: format_datetime(self.posted_at(ware)),
            gbk=lambda words: quote(words, encoding="gbk"),
        )

    def posted_at(self, ware: Ware) -> datetime:
        """Return when a listing was posted."""
        return self._hours.posted_at(ware, self.shelf.night)

    def page(self, name: str, status: int = 200, /, **values: object) -> Response:
        """Return a page in the shop's own encoding; what it cannot hold becomes ``&#8203;``."""
        html = self._templates.get_template(name).render(shelf=self.shelf, **values)
        # the header names no encoding, as on many old sites: only the page itself does
        kind = "text/html" if self._charset != "utf-8" else "text/html; charset=utf-8"
        body = html.encode(self._charset, "xmlcharrefreplace")
        return Response(body, status, {"content-type": kind})

    async def picture(self, request: Request) -> Response:
        """Return the nth picture of a listing; those of removed listings are removed too."""
        ware = self.shelf.ware(request.path_params["ware_id"])
        number = request.path_params["number"]
        if ware is None or not 1 <= number <= len(ware.pictures):
            return Response("404", 404, media_type="text/plain")
        seed = f"{ware.shop}-{ware.id}-{number}"
        body = await run_in_threadpool(jpeg, ware.pictures[number - 1], seed)
        return Response(body, media_type="image/jpeg", headers={"cache-control": "max-age=600"})

    def file(self, name: str, kind: str) -> Route:
        """Return the route of a file of ``static/``."""
        body = (_HERE / "static" / name).read_bytes()

        async def answer(_request: Request) -> Response:
            return Response(body, headers={"content-type": kind})

        return Route(f"/{name}", answer)

    def robots(self, *closed: str) -> Route:
        """Return the route of a robots.txt that closes some paths to everybody."""
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]

        async def answer(_request: Request) -> Response:
            return Response("\n".join(lines), media_type="text/plain")

        return Route("/robots.txt", answer)
