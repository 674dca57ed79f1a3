"""黑土鸟事: a small blog with an RSS and an Atom feed, an article behind each entry."""

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from demo.pages import Hours, Pages
from demo.stock import Shelf

NAME = "黑土鸟事"


def routes(shelf: Shelf, hours: Hours) -> list[BaseRoute]:
    """Return the addresses of the blog."""
    blog = _Blog(Pages(shelf, hours))
    return [
        Route("/", blog.front),
        Route("/feed/", blog.feed("feed/rss.xml", "application/rss+xml; charset=UTF-8")),
        Route("/atom.xml", blog.feed("feed/atom.xml", "application/atom+xml")),
        Route("/archives/{ware_id}.html", blog.article),
        Route("/uploads/{ware_id}/{number:int}.jpg", blog.pages.picture),
        blog.pages.file("feed.css", "text/css"),
        blog.pages.robots("/wp-admin/"),
    ]


class _Blog:
    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.shelf = pages.shelf

    async def front(self, _request: Request) -> Response:
        return self.pages.page("feed/front.html")

    def feed(self, name: str, kind: str) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def answer(request: Request) -> Response:
            answer = self.pages.page(name, base=str(request.base_url))
            answer.headers["content-type"] = kind
            return answer

        return answer

    async def article(self, request: Request) -> Response:
        ware = self.shelf.ware(request.path_params["ware_id"])
        if ware is None:
            return self.pages.page("feed/gone.html", 404)
        base = str(request.base_url)
        return self.pages.page("feed/article.html", ware=ware, base=base)
