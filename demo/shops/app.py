"""轻舟闲置: a second-hand app whose pages are drawn by script from signed-looking JSON.

The page itself holds nothing: its script asks ``/h5/mtop.qingzhou.…`` and signs each call
with the token of its cookie; scrolling to the end asks for more. The keys of the answers are
those of the large second-hand app that officers meet most. Without a good signature, or on the
third night from the second page on, the answer says refused, with HTTP 200.
"""

import json
import re
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from demo.pages import Hours, Pages
from demo.stock import Shelf, Ware

NAME = "轻舟闲置"
ROWS = 12
"""Listings in one answer."""

APP_KEY = "20260311"
TOKEN = "8f3c1d0b7a92e645"  # noqa: S105 - of a practice shop, handed to every visitor
_SUCCESS = "SUCCESS::调用成功"
_ILLEGAL = "FAIL_SYS_ILLEGAL_ACCESS::非法请求"
_CROWDED = "RGV587_ERROR::SM::哎哟喂,被挤爆啦,请稍后重试!"
_NO_SUCH = "FAIL_BIZ_ITEM_NOT_FOUND::宝贝不存在或已下架"


def routes(shelf: Shelf, hours: Hours) -> list[BaseRoute]:
    """Return the addresses of the shop."""
    shop = _App(Pages(shelf, hours))
    return [
        Route("/", shop.search_page),
        Route("/search", shop.search_page),
        Route("/item", shop.item_page),
        Route("/personal", shop.search_page),
        Route("/h5/mtop.qingzhou.search/1.0/", shop.search),
        Route("/h5/mtop.qingzhou.detail/1.0/", shop.detail),
        Route("/pic/{ware_id}/{number:int}.jpg", shop.pages.picture),
        shop.pages.file("app.js", "text/javascript; charset=utf-8"),
        shop.pages.file("app.css", "text/css"),
        shop.pages.robots("/personal", "/admin/"),
    ]


def digest(text: str) -> str:
    """Return the signature that ``static/app.js`` computes: four rounds of FNV-1a."""
    parts = []
    for seed in range(4):
        value = 0x811C9DC5 ^ seed
        for byte in text.encode():
            value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
        parts.append(f"{value:08x}")
    return "".join(parts)


class _App:
    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.shelf = pages.shelf

    async def search_page(self, request: Request) -> Response:
        return self._shell("app/search.html", words=request.query_params.get("q", ""))

    async def item_page(self, _request: Request) -> Response:
        return self._shell("app/item.html")

    async def search(self, request: Request) -> Response:
        asked = _asked(request)
        if asked is None:
            return _answer(_ILLEGAL)
        page = _whole(asked.get("pageNumber"))
        if self.shelf.night >= 3 and page > 1:  # noqa: PLR2004 - the third night
            return _answer(_CROWDED, {"url": "/_____tmd_____/punish"})
        wares = self.shelf.found(str(asked.get("keyword", "")))
        rows = wares[(page - 1) * ROWS : page * ROWS]
        cards = [self._card(ware, str(request.base_url)) for ware in rows]
        if page == 1 and cards:
            cards.insert(3, _advert(str(request.base_url)))
        more = page * ROWS < len(wares)
        return _answer(
            _SUCCESS,
            {"resultInfo": {"hasNextPage": more, "pageNumber": page}, "resultList": cards},
        )

    async def detail(self, request: Request) -> Response:
        asked = _asked(request)
        if asked is None:
            return _answer(_ILLEGAL)
        ware = self.shelf.ware(str(asked.get("itemId", "")))
        if ware is None:
            return _answer(_NO_SUCH)
        if ware.id in self.shelf.walls:
            return _answer("FAIL_SYS_USER_VALIDATE", {"url": "/_____tmd_____/punish"})
        return _answer(_SUCCESS, self._item(ware, str(request.base_url)))

    def _shell(self, name: str, **values: object) -> Response:
        answer = self.pages.page(name, name=NAME, **values)
        answer.set_cookie("_qz_h5_tk", f"{TOKEN}_1999999999999", samesite="lax")
        return answer

    def _card(self, ware: Ware, base: str) -> dict[str, Any]:
        published = str(self._milliseconds(ware))
        tags = [_tag("包邮" if "包邮" in ware.text else "同城"), _tag(f"{_wanted(ware)}人想要")]
        content = {
            "itemId": ware.id,
            # as on the real thing, the "title" of a card is the whole text
            "title": f"{ware.title}\n{ware.text}",
            "detailParams": {"title": ware.title, "userNick": ware.seller},
            "price": _price_parts(ware.price),
            "oriPrice": "",
            "area": ware.place,
            "userNickName": ware.seller,
            "picUrl": f"{base}pic/{ware.id}/1.jpg" if ware.pictures else "",
            "isAuction": "false",
            "fishTags": {"r3": {"tagList": tags}},
        }
        # the numbers here are not to be trusted: wantNum is always 0, seller_id is no user id
        arguments = {
            "publishTime": published,
            "item_id": ware.id,
            "wantNum": "0",
            "seller_id": digest(ware.seller),
        }
        main = {
            "exContent": content,
            "clickParam": {"args": arguments},
            "targetUrl": f"qingzhou://item?id={ware.id}",
        }
        return {"data": {"item": {"main": main}}, "type": "item"}

    def _item(self, ware: Ware, base: str) -> dict[str, Any]:
        item = {
            "itemId": ware.id,
            "title": ware.title,
            "desc": ware.text,
            "soldPrice": ware.price,
            "imageInfos": [
                {"url": f"{base}pic/{ware.id}/{number}.jpg"}
                for number in range(1, len(ware.pictures) + 1)
            ],
            "wantCnt": _wanted(ware),
            "browseCnt": ware.views,
            "gmtCreate": self._milliseconds(ware),
            "area": ware.place,
        }
        seller = {"sellerId": ware.seller_id, "nick": ware.seller, "userRegDay": 211}
        return {"itemDO": item, "sellerDO": seller}

    def _milliseconds(self, ware: Ware) -> int:
        posted = self.pages.posted_at(ware).replace(second=0, microsecond=0)
        return int(posted.timestamp() * 1000)


def _asked(request: Request) -> dict[str, Any] | None:
    """Return the call's data if it is signed as the page's own script signs it."""
    query = request.query_params
    token = request.cookies.get("_qz_h5_tk", "").partition("_")[0]
    text = "&".join((token, query.get("t", ""), APP_KEY, query.get("data", "")))
    if token != TOKEN or query.get("sign") != digest(text):
        return None
    try:
        asked = json.loads(query["data"])
    except (KeyError, ValueError):
        return None
    return asked if isinstance(asked, dict) else None


def _answer(ret: str, data: dict[str, Any] | None = None) -> Response:
    return JSONResponse({"api": "mtop.qingzhou", "v": "1.0", "ret": [ret], "data": data or {}})


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 1


def _tag(words: str) -> dict[str, Any]:
    return {"data": {"content": words}}


def _wanted(ware: Ware) -> int:
    return ware.views // 9


def _price_parts(price: str) -> list[dict[str, str]]:
    """Return the price as the app does, in pieces: ¥, 1.2, 万."""
    ten_thousands = re.fullmatch(r"(\d+)0000|(\d+)(\d)000", price)
    if ten_thousands is None:
        return [{"text": "¥", "type": "sign"}, {"text": price, "type": "integer"}]
    short = f"{Decimal(price) / 10_000:.1f}".removesuffix(".0")
    return [{"text": "¥"}, {"text": short}, {"text": "万"}]


def _advert(base: str) -> dict[str, Any]:
    content = {
        "itemId": "990000000001",
        "title": "官方补贴 品牌猫粮狗粮限时五折",
        "price": [{"text": "¥"}, {"text": "39.9"}],
        "area": "",
        "userNickName": "旗舰店",
        "picUrl": f"{base}pic/advert/1.jpg",
    }
    main = {
        "exContent": content,
        "isAliMaMaAD": True,
        "clickParam": {"args": {"publishTime": "", "item_id": "990000000001"}},
        "targetUrl": "qingzhou://advert?id=990000000001",
    }
    return {"data": {"item": {"main": main}}, "type": "ad"}
