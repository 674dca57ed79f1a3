"""Builds the desk: its pages, its door, and how errors are told."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from casework import rights
from casework.rights import Denied
from desk import security
from desk.api import docs, problems
from desk.birds import Birds
from desk.doors import may_enter
from desk.language import mark as _
from desk.looks import STATIC, Looks
from desk.pages import (
    account,
    bulk,
    evidence,
    export,
    health,
    language,
    listing,
    log,
    login,
    overview,
    package,
    people,
    pull,
    queue,
    reveal,
    second,
    sending,
    sources,
    verdict,
    views,
)
from desk.parts import LOCKED, Connections, House, sit_down
from desk.security import FrontDoor, NotLoggedIn, Refused, add_headers
from desk.sources import SourceNames
from pipeline.base import log as logs
from pipeline.base.clock import Clock
from pipeline.base.errors import BadInput, Conflict, FetchRefused, NotFound, ShouyiError
from pipeline.base.settings import Settings
from pipeline.score import Reader, load_reader
from pipeline.store.open import open_store

OPEN = (login, health, docs)
"""Pages that need no log-in: the door itself, the pulse for a watchdog, what the API can do."""

PAGES = (
    queue,
    pull,
    bulk,
    views,
    export,
    verdict,
    sending,
    second,
    reveal,
    package,
    listing,
    evidence,
    language,
    overview,
    sources,
    people,
    account,
    log,
)
"""The pages behind the log-in, one file each. A new page is locked without asking."""

_LOG = logs.get("desk")

_SENTENCES = {
    400: (_("这样不行"), _("请求的内容不完整或不合规定。")),
    403: (_("已拒绝"), _("请求不是从本工作台的页面发出的，或页面已过期。请返回重新打开。")),
    404: (_("没有这一页"), _("地址有误，或者内容已不在。")),
    405: (_("这样不行"), _("这个地址不接受这种操作。")),
    409: (_("有人先改过了"), _("请重新打开，看过之后再决定。")),
    413: (_("内容过长"), _("请缩短后再提交。")),
    422: (_("表单不完整"), _("请返回检查后再提交。")),
    500: (_("出了差错"), _("已记入日志。您提交的内容没有写入一半；请稍后再试。")),
}


def build(settings: Settings, *, clock: Clock, reader: Reader | None = None) -> FastAPI:
    """Return the desk of one home, ready to be served.

    ``reader``: of this home, where the caller has it already; read from its files otherwise.

    Raises:
        BadInput: the store cannot be opened.
    """
    open_store(settings.database).conn.close()
    connections = Connections(settings.database)
    reader = reader or load_reader(settings)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        connections.close()

    app = FastAPI(
        title="Shouyi desk",
        lifespan=life,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    app.state.reader = reader
    app.state.house = House(
        settings,
        clock,
        connections,
        Looks(),
        Birds(reader.lexicon.species),
        SourceNames(settings),
        reader.weights,
    )
    for page in OPEN:
        app.include_router(page.router)
    for page in PAGES:
        app.include_router(page.router, dependencies=[*LOCKED, Depends(may_enter)])
    for part in docs.ROUTERS:
        app.include_router(part.router)  # each route asks for a token (desk/api/door.py)
    # only our own files are squeezed: a page that holds a secret beside a stranger's text is not
    app.mount("/static", GZipMiddleware(_Static(directory=STATIC), minimum_size=500))
    _tell_errors(app)
    problems.tell(app)
    app.add_middleware(FrontDoor)
    return app


class _Static(StaticFiles):
    """Our own files; their address changes with their content, so a browser may keep them."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _tell_errors(app: FastAPI) -> None:
    """Translate each kind of error to a page, once."""

    @app.exception_handler(NotLoggedIn)
    def _to_the_door(request: Request, _error: NotLoggedIn) -> Response:
        door = f"/login?next={quote(_where(request))}"
        if "hx-request" in request.headers:
            return Response(status_code=401, headers={"HX-Redirect": door})
        return RedirectResponse(door, 303)

    @app.exception_handler(Refused)
    def _refused(request: Request, _error: Refused) -> Response:
        return _told(request, 403)

    @app.exception_handler(ShouyiError)
    def _ours(request: Request, error: ShouyiError) -> Response:
        kinds = ((NotFound, 404), (BadInput, 400), (Conflict, 409), (FetchRefused, 400))
        status = next((code for kind, code in kinds if isinstance(error, kind)), 500)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            _LOG.error("request.failed", path=request.url.path, error=str(error))
        if isinstance(error, NotFound):
            _remember_refusal(request, error)
        return _told(request, status, error)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        return _told(request, error.status_code)

    @app.exception_handler(RequestValidationError)
    def _incomplete(request: Request, error: RequestValidationError) -> Response:
        return _told(request, 422, error)

    @app.exception_handler(Exception)
    def _unforeseen(request: Request, error: Exception) -> Response:
        _LOG.error("request.failed", path=request.url.path, error=repr(error))
        response = _told(request, 500)
        # this one answers outside of the front door
        add_headers(response.headers)
        return response


def _remember_refusal(request: Request, error: NotFound) -> None:
    """Write to the audit log that somebody asked for what is not for him.

    For who works for some cities, what is not there is written down too: both cost the same.
    """
    house: House = request.app.state.house
    with house.connections.lend() as db:
        caller = getattr(request.state, "caller", None)
        person = caller or sit_down(request, house, db).person
        if person is not None and (person.cities or isinstance(error, Denied)):
            rights.refuse(db, person, clock=house.clock, what=error.where)


def _where(request: Request) -> str:
    """Return the page on the screen of one who must log in (again)."""
    if request.method in security.SAFE_METHODS:
        shown = request.url
    else:
        shown = URL(request.headers.get("hx-current-url", "/queue"))
    return shown.path + (f"?{shown.query}" if shown.query else "")


def _told(request: Request, status: int, error: Exception | None = None) -> Response:
    """Return an error as the one who asked can read it: a page, or JSON under /api."""
    heading, sentence = _SENTENCES.get(status, _SENTENCES[400 if status < 500 else 500])  # noqa: PLR2004
    if request.url.path.startswith(problems.PATHS):
        return problems.problem(
            status, problems.sentence_of(error, sentence) if error else sentence
        )
    house: House = request.app.state.house
    try:
        with house.connections.lend() as db:
            desk = sit_down(request, house, db)
            return desk.page(
                "message.html",
                status=status,
                heading=desk.say(heading),
                sentence=desk.say(sentence),
            )
    except (sqlite3.Error, ShouyiError):
        # the store itself is what failed: say so without it
        return PlainTextResponse(f"{heading}：{sentence}\n", status)
