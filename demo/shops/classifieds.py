"""辽海百姓集: old-fashioned classifieds in GBK, lists with paging, a page for each listing.

Its traps are those of real classifieds: an advert row, a row pinned on every page, prices
in words, relative times, characters that GBK cannot hold, other listings beside the one asked
for. ``layout=2`` is the same shop after it redesigned its pages.
"""

from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from demo.pages import Hours, Pages
from demo.stock import Shelf, Ware

NAME = "辽海百姓集"
ROWS = 18
"""Listings on a page of the list, beside the pinned one."""

WALL_FROM_PAGE = 4
"""On the third night the list asks for a code from this page on."""


def routes(shelf: Shelf, hours: Hours, *, layout: int = 1) -> list[BaseRoute]:
    """Return the addresses of the shop."""
    shop = _Classifieds(Pages(shelf, hours, charset="gbk", layout=layout))
    return [
        Route("/", shop.front),
        Route("/huaniao/", shop.board),
        Route("/sousuo", shop.search),
        Route("/xinxi/{ware_id}.html", shop.detail),
        Route("/user/{seller_id}.html", shop.seller),
        Route("/click", shop.advert),
        Route("/antibot/verifycode", shop.verify),
        Route("/pic/{ware_id}/{number:int}.jpg", shop.pages.picture),
        shop.pages.file("classifieds.css", "text/css"),
        shop.pages.robots("/admin/", "/click", "/user/"),
    ]


class _Classifieds:
    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.shelf = pages.shelf

    async def front(self, _request: Request) -> Response:
        return self.pages.page("classifieds/front.html", newest=self.shelf.shown[:10])

    async def board(self, request: Request) -> Response:
        page = _page(request)
        if self.shelf.night >= 3 and page >= WALL_FROM_PAGE:  # noqa: PLR2004 - the third night
            return _to_the_wall(request)
        return self._list(page, self.shelf.shown, "/huaniao/?page=", "")

    async def search(self, request: Request) -> Response:
        words = _words(request)
        address = f"/sousuo?kw={quote(words, encoding='gbk', errors='ignore')}&page="
        return self._list(_page(request), self.shelf.found(words), address, words)

    async def detail(self, request: Request) -> Response:
        ware = self.shelf.ware(request.path_params["ware_id"])
        if ware is None:
            return self.pages.page("classifieds/gone.html", 404)
        if ware.id in self.shelf.walls:
            return _to_the_wall(request)
        others = [other for other in self.shelf.shown if other.id != ware.id][:4]
        name = f"classifieds/detail{self.pages.layout}.html"
        return self.pages.page(name, ware=ware, others=others)

    async def seller(self, request: Request) -> Response:
        seller_id = request.path_params["seller_id"]
        wares = [ware for ware in self.shelf.shown if ware.seller_id == seller_id]
        if not wares:
            return self.pages.page("classifieds/gone.html", 404)
        return self.pages.page("classifieds/seller.html", wares=wares, seller=wares[0].seller)

    async def advert(self, _request: Request) -> Response:
        return RedirectResponse("/", 302)

    async def verify(self, request: Request) -> Response:
        wanted = request.query_params.get("url", "/")
        return self.pages.page("classifieds/verify.html", wanted=wanted)

    def _list(self, page: int, wares: tuple[Ware, ...], address: str, words: str) -> Response:
        pinned = [ware for ware in wares if ware.is_pinned]
        rows = [ware for ware in wares if not ware.is_pinned]
        last = max(1, -(-len(rows) // ROWS))
        name = f"classifieds/list{self.pages.layout}.html"
        return self.pages.page(
            name,
            rows=pinned + rows[(page - 1) * ROWS : page * ROWS],
            page=page,
            last=last,
            address=address,
            words=words,
            count=len(wares),
        )


def _to_the_wall(request: Request) -> Response:
    wanted = quote(str(request.url), safe="")
    return RedirectResponse(f"/antibot/verifycode?code=22&url={wanted}", 302)


def _page(request: Request) -> int:
    number = request.query_params.get("page", "1")
    return int(number) if number.isdecimal() and len(number) < 6 and int(number) else 1  # noqa: PLR2004 - no list has 100,000 pages


def _words(request: Request) -> str:
    """Return the words searched for: the shop's own form sends GBK, many others UTF-8."""
    query: bytes = request.scope["query_string"]
    for charset in ("utf-8", "gbk"):
        try:
            found = parse_qs(query.decode("ascii"), encoding=charset, errors="strict")
        except UnicodeDecodeError:
            continue
        return str(found.get("kw", [""])[0])
    return ""
