"""The door: log-in and log-out."""

import hmac
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from casework import people, rights
from casework.rights import Action
from desk import security
from desk.parts import AtDesk, Clerk, Desk
from pipeline.store import audit
from pipeline.store.text import storable

router = APIRouter()

_DOOR = "door"


@router.get("/login")
def show(desk: Desk, next: str = "/queue") -> Response:  # noqa: A002 - the word in the address
    """Show the log-in form; one who is logged in goes on."""
    if desk.session is not None:
        return RedirectResponse(_own_path(next), 303)
    return _form(desk, next=next)


@router.post("/login")
def log_in(
    desk: Desk,
    *,
    name: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=1024)],
    code: Annotated[str, Form(max_length=20)] = "",
    csrf: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/queue",  # noqa: A002 - see show
) -> Response:
    """Begin a session; an old one of this browser ends, whatever its id was."""
    given = desk.request.cookies.get(security.cookie_name(_DOOR, desk.settings), "")
    if not given or not hmac.compare_digest(given.encode(), csrf.encode()):
        return _form(desk, next=next, name=name, problem=desk.say("页面已过期，请再登录一次。"))
    address = desk.request.client.host if desk.request.client else ""
    try:
        person = people.check_password(
            desk.db, name, password, code=code, clock=desk.clock, address=address
        )
    except people.SlowDown as slow:
        problem = desk.say("密码试错过多，请 %(n)d 秒后再试。") % {"n": slow.wait_seconds}
        return _form(desk, next=next, name=name, problem=problem, status=429)
    if person is None:
        problem = desk.say("用户名、密码或动态码不对。")
        return _form(desk, next=next, name=name, problem=problem, status=401)
    with desk.db.atomic():
        security.forget_ended(desk.db, desk.clock)
        if desk.session is not None:
            security.end(desk.db, desk.session.token_hash)
        token = security.begin(
            desk.db,
            person.name,
            language=desk.language,
            settings=desk.settings,
            clock=desk.clock,
            address=address,
            agent=storable(desk.request.headers.get("user-agent", "")),
        )
    wanted = _own_path(next)
    sees_queue = rights.allowed(person, Action.SEE)
    response = RedirectResponse(wanted if sees_queue or wanted != "/queue" else "/", 303)
    security.set_cookie(response, "session", token, desk.settings)
    security.drop_cookie(response, _DOOR, desk.settings)
    return response


@router.post("/logout")
def log_out(desk: Desk, clerk: Clerk) -> Response:
    """End the session on the server."""
    with desk.db.atomic():
        security.end(desk.db, clerk.token_hash)
        audit.write(desk.db, clock=desk.clock, who=clerk.name, did="person.logged_out", what="desk")
    response = RedirectResponse("/login", 303)
    security.drop_cookie(response, "session", desk.settings)
    return response


def _form(
    desk: AtDesk,
    *,
    next: str,  # noqa: A002 - see show
    name: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    token = secrets.token_urlsafe(24)
    response = desk.page(
        "login.html",
        status=status,
        door_token=token,
        next=_own_path(next),
        name=name,
        problem=problem,
        is_nobody_there=not people.list(desk.db),
    )
    security.set_cookie(response, _DOOR, token, desk.settings, seconds=3600)
    if desk.request.query_params.get("lang") == desk.language:
        security.set_cookie(response, "language", desk.language, desk.settings)
    return response


def _own_path(wanted: str) -> str:
    """Return ``wanted`` where it is a path of this desk, else the queue: no open redirect."""
    parts = urlsplit(wanted)
    is_ours = (
        not parts.scheme
        and not parts.netloc
        and wanted.startswith("/")
        and not wanted.startswith(("//", "/\\", "/login"))
        and "\\" not in wanted
        and wanted.isprintable()
    )
    return wanted if is_ours else "/queue"
