"""辽海鸟友论坛: boards, threads and replies, in the shape of the forum program most boards run.

Traps: a pinned notice that is no listing, a quote that repeats another's words, pictures whose
``src`` is a blank, "last edited by" inside the text, refusals that wear the forum's own marks.
"""

import base64
import itertools
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from demo.pages import Hours, Pages
from demo.stock import Shelf, Ware

NAME = "辽海鸟友论坛"
ROWS = 8
"""Threads on a page of a board."""

BOARDS = {"2": "鸟友交易", "3": "养鸟观鸟"}
_TRADE = ("出售", "求购", "交换", "版规")
_GONE = "抱歉，指定的主题不存在或已被删除或正在被审核"
_CLOSED = "抱歉，您尚未登录，没有权限访问该版块"
_BLANK = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def routes(shelf: Shelf, hours: Hours) -> list[BaseRoute]:
    """Return the addresses of the forum: those with ``?mod=`` and the short ones."""
    forum = _Forum(Pages(shelf, hours))
    return [
        Route("/", forum.index),
        Route("/forum.php", forum.asked),
        Route("/forum-{fid}-{page:int}.html", forum.board),
        Route("/thread-{tid}-{page:int}-{back:int}.html", forum.thread),
        Route("/data/attachment/forum/{ware_id}/{number:int}.jpg", forum.pages.picture),
        Route("/static/image/common/none.gif", forum.blank),
        forum.pages.file("forum.css", "text/css"),
        forum.pages.robots("/search.php", "/member.php", "/misc.php", "/api.php", "/api/"),
    ]


class _Forum:
    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.shelf = pages.shelf

    async def index(self, _request: Request) -> Response:
        counts = {fid: len(self._threads(fid)) for fid in BOARDS}
        return self.pages.page("forum/index.html", boards=BOARDS, counts=counts)

    async def asked(self, request: Request) -> Response:
        query = request.query_params
        page = query.get("page", "1")
        number = int(page) if page.isdecimal() and len(page) < 6 else 1  # noqa: PLR2004 - no board is longer
        match query.get("mod", ""):
            case "forumdisplay":
                return self._board(query.get("fid", ""), number)
            case "viewthread":
                return self._thread(query.get("tid", ""))
            case "rss":
                return self._rss(query.get("fid", ""), str(request.base_url))
        return await self.index(request)

    async def board(self, request: Request) -> Response:
        return self._board(request.path_params["fid"], request.path_params["page"])

    async def thread(self, request: Request) -> Response:
        return self._thread(request.path_params["tid"])

    async def blank(self, _request: Request) -> Response:
        return Response(_BLANK, media_type="image/gif")

    def _board(self, fid: str, page: int) -> Response:
        if fid not in BOARDS:
            return self._refuse("抱歉，您指定的版块不存在", 404)
        threads = self._threads(fid)
        pinned = [ware for ware in threads if ware.is_pinned]
        rows = [ware for ware in threads if not ware.is_pinned]
        last = max(1, -(-len(rows) // ROWS))
        return self.pages.page(
            "forum/board.html",
            fid=fid,
            board=BOARDS[fid],
            pinned=pinned if page == 1 else [],
            rows=rows[(page - 1) * ROWS : page * ROWS],
            page=page,
            last=last,
            count=len(threads),
        )

    def _thread(self, tid: str) -> Response:
        ware = self.shelf.ware(tid)
        if ware is None:
            return self._refuse(_GONE, 404)
        if tid in self.shelf.walls:
            return self._refuse(_CLOSED)
        fid = _board_of(ware)
        first = self.pages.posted_at(ware)
        # each answer comes some time after the one before, and none in the future
        step = ware.age / (len(ware.replies) + 2)
        replies = [
            (reply, first + step * number, f"{tid}{number:02d}")
            for number, reply in zip(itertools.count(1), ware.replies, strict=False)
        ]
        return self.pages.page(
            "forum/thread.html",
            ware=ware,
            fid=fid,
            board=BOARDS[fid],
            replies=replies,
            edited=first + timedelta(minutes=3) if len(ware.pictures) > 1 else None,
        )

    def _rss(self, fid: str, base: str) -> Response:
        threads = [ware for ware in self._threads(fid) if not ware.is_pinned][:20]
        answer = self.pages.page(
            "forum/rss.xml", fid=fid, board=BOARDS.get(fid, ""), rows=threads, base=base
        )
        answer.headers["content-type"] = "application/xml"
        return answer

    def _refuse(self, words: str, status: int = 200) -> Response:
        return self.pages.page("forum/message.html", status, words=words)

    def _threads(self, fid: str) -> list[Ware]:
        return [ware for ware in self.shelf.shown if _board_of(ware) == fid]


def _board_of(ware: Ware) -> str:
    return "2" if ware.section in _TRADE else "3"
