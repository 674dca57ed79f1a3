"""羽心宠物用品: a shop whose product pages carry schema.org data as JSON-LD.

Traps: the related products on a page are products too; some have a price range instead of a
price; a product may be out of stock; the description holds line breaks.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from demo.pages import Hours, Pages
from demo.stock import Shelf, Ware

NAME = "羽心宠物用品"
ROWS = 8
"""Products on a page of the list."""

_CONTEXT = "https://schema.org"


def routes(shelf: Shelf, hours: Hours) -> list[BaseRoute]:
    """Return the addresses of the shop."""
    shop = _Shop(Pages(shelf, hours))
    return [
        Route("/", shop.front),
        Route("/shop/page/{page:int}/", shop.front),
        Route("/product/{ware_id}/", shop.product),
        Route("/sitemap.xml", shop.sitemap),
        Route("/media/{ware_id}/{number:int}.jpg", shop.pages.picture),
        shop.pages.file("shop.css", "text/css"),
        shop.pages.robots("/cart/", "/my-account/"),
    ]


class _Shop:
    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.shelf = pages.shelf

    async def front(self, request: Request) -> Response:
        page = max(1, request.path_params.get("page", 1))
        wares = self.shelf.shown
        rows = wares[(page - 1) * ROWS : page * ROWS]
        last = max(1, -(-len(wares) // ROWS))
        return self.pages.page("shop/front.html", rows=rows, page=page, last=last)

    async def product(self, request: Request) -> Response:
        ware = self.shelf.ware(request.path_params["ware_id"])
        if ware is None:
            return self.pages.page("shop/gone.html", 404)
        base = str(request.base_url)
        related = [other for other in self.shelf.shown if other.id != ware.id][:3]
        graph = {
            "@context": _CONTEXT,
            "@graph": [
                _crumbs(ware, base),
                self._product(ware, base),
                {
                    "@type": "ItemList",
                    "name": "相关商品",
                    "itemListElement": [_short(other, base) for other in related],
                },
            ],
        }
        return self.pages.page("shop/product.html", ware=ware, related=related, graph=graph)

    async def sitemap(self, request: Request) -> Response:
        answer = self.pages.page("shop/sitemap.xml", base=str(request.base_url))
        answer.headers["content-type"] = "application/xml"
        return answer

    def _product(self, ware: Ware, base: str) -> dict[str, Any]:
        pictures = range(1, len(ware.pictures) + 1)
        posted = self.pages.posted_at(ware)
        return {
            "@type": "Product",
            "@id": f"{base}product/{ware.id}/#product",
            "sku": ware.id,
            "name": ware.title,
            "description": ware.text,
            "category": ware.section,
            "url": f"{base}product/{ware.id}/",
            "image": [f"{base}media/{ware.id}/{number}.jpg" for number in pictures],
            "releaseDate": f"{posted:%Y-%m-%d}",
            "offers": _offer(ware),
        }


def _offer(ware: Ware) -> dict[str, Any]:
    seller = {"@type": "Organization", "name": ware.seller}
    stock = f"{_CONTEXT}/{'OutOfStock' if '缺货' in ware.text else 'InStock'}"
    common = {"priceCurrency": "CNY", "availability": stock, "seller": seller}
    low, _, high = ware.price.partition("-")
    if high:
        return {"@type": "AggregateOffer", "lowPrice": low, "highPrice": high, **common}
    return {"@type": "Offer", "price": low, **common}


def _short(ware: Ware, base: str) -> dict[str, Any]:
    return {"@type": "Product", "name": ware.title, "url": f"{base}product/{ware.id}/"}


def _crumbs(ware: Ware, base: str) -> dict[str, Any]:
    steps = (("首页", base), (ware.section, base), (ware.title, f"{base}product/{ware.id}/"))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": address}
            for number, (name, address) in enumerate(steps, start=1)
        ],
    }
