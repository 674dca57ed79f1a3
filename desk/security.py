"""Who is at the desk, and what a browser may do there.

A session is a row of ``sessions``: the cookie holds 256 random bits, the database their
SHA-256. Every response, errors too, leaves through :class:`FrontDoor` with the same strict
headers; every unsafe request comes in through it.
"""

import hashlib
import hmac
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.base.clock import Clock, stamp, unstamp
from pipeline.base.settings import Settings
from pipeline.store.open import BUSY_SECONDS, Database

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_BODY_BYTES = 64 * 1024
_TOUCH_AFTER = timedelta(minutes=1)

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What our own pages may load: our own files, no script or style inside the page."""

STRANGERS_POLICY = (
    "default-src 'none'; sandbox; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a stranger's file may do when a browser opens it from our store: nothing."""

HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
"""On every response; one that set a header itself keeps it."""


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in that still holds."""

    token_hash: str
    name: str
    csrf: str
    language: str


class NotLoggedIn(Exception):  # noqa: N818 - an answer, not a fault: leads to the log-in page
    """Nobody is logged in on this browser, or the log-in has ended."""


class Refused(Exception):  # noqa: N818 - an answer, told to the browser as 403
    """A request that did not come from a page of ours."""


def begin(
    db: Database,
    name: str,
    *,
    language: str,
    settings: Settings,
    clock: Clock,
    address: str = "",
    agent: str = "",
) -> str:
    """Begin a session and return the cookie's value; it is never stored as such.

    ``address`` and ``agent``: where from and with what, for the owner to know it again by.
    """
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.table("sessions").insert(
        {
            "token_hash": _hash(token),
            "name": name,
            "csrf": secrets.token_urlsafe(24),
            "made_at": stamp(now),
            "used_at": stamp(now),
            "ends_at": stamp(now + timedelta(hours=settings.session_hours)),
            "language": language,
            "address": address[:64],
            "agent": agent[:200],
        }
    )
    return token


_FIND = """
    select s.token_hash, s.name, s.csrf, s.language, s.used_at, s.ends_at
      from sessions s join people p on p.name = s.name
     where s.token_hash = ? and not p.is_disabled
"""
_END = "delete from sessions where token_hash = ?"
_TOUCH = "update sessions set used_at = ? where token_hash = ?"


def find(db: Database, token: str, *, settings: Settings, clock: Clock) -> Session | None:
    """Return the session of a cookie, or None: unknown, too old, idle too long, disabled."""
    if not token:
        return None
    row = next(db.query(_FIND, [_hash(token)]), None)
    if row is None:
        return None
    now = clock.now()
    idle = now - unstamp(row["used_at"])
    if now >= unstamp(row["ends_at"]) or idle > timedelta(minutes=settings.session_idle_minutes):
        write_if_free(db, _END, [row["token_hash"]])
        return None
    if idle > _TOUCH_AFTER:
        write_if_free(db, _TOUCH, [stamp(now), row["token_hash"]])
    return Session(row["token_hash"], row["name"], row["csrf"], row["language"])


def end(db: Database, token_hash: str) -> None:
    """End a session on the server: its cookie opens nothing any more."""
    with db.atomic():
        db.execute(_END, [token_hash])


def write_if_free(db: Database, sql: str, values: list[Any]) -> None:
    """Write where nobody else is writing just now; if so, the next page does it.

    Sessions are looked up where all pages pass: no writer may make them wait.
    """
    db.conn.execute("pragma busy_timeout = 0")
    try:
        with db.atomic():
            db.execute(sql, values)
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise
    finally:
        db.conn.execute(f"pragma busy_timeout = {round(BUSY_SECONDS * 1000)}")


def forget_ended(db: Database, clock: Clock) -> None:
    """Delete the sessions whose time is over."""
    db.execute("delete from sessions where ends_at <= ?", [stamp(clock.now())])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# ---- cookies ---------------------------------------------------------------


def cookie_name(kind: str, settings: Settings) -> str:
    """Return a cookie's name; behind TLS the browser itself guards its origin (``__Host-``)."""
    return f"__Host-shouyi_{kind}" if settings.secure_cookies else f"shouyi_{kind}"


def set_cookie(
    response: Response, kind: str, value: str, settings: Settings, *, seconds: int | None = None
) -> None:
    """Set a cookie that no script can read and no other site can send."""
    response.set_cookie(
        cookie_name(kind, settings),
        value,
        max_age=seconds,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def drop_cookie(response: Response, kind: str, settings: Settings) -> None:
    """Ask the browser to forget a cookie."""
    response.delete_cookie(
        cookie_name(kind, settings),
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


# ---- cross-site requests ---------------------------------------------------


async def sent_token(request: Request) -> str:
    """Return the CSRF token that came with an unsafe request: header, else form field."""
    if request.method in SAFE_METHODS:
        return ""
    header = request.headers.get("x-csrf-token", "")
    if header:
        return header
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    value = (await request.form()).get("csrf", "")
    return value if isinstance(value, str) else ""


def check_token(request: Request, sent: str, expected: str) -> None:
    """Refuse an unsafe request whose token is not the one its page was given.

    Raises:
        Refused: the token is missing or another one.
    """
    if request.method in SAFE_METHODS:
        return
    if not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise Refused


def _is_foreign(headers: Headers) -> bool:
    """Tell whether the browser itself says that another site sent this.

    Our pages carry ``no-referrer``, under which a plain form is posted with
    ``Origin: null``; and ``Sec-Fetch-Site`` is only sent to https and loopback. Where the
    browser says nothing, the CSRF token alone decides.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site != "same-origin"
    origin = headers.get("origin")
    if origin is None or origin == "null":
        return False
    return urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


# ---- the door --------------------------------------------------------------


class FrontDoor:
    """Every request comes in and every response goes out through here.

    In: an unsafe request of another site, or a body over 64 KiB, goes no further.
    Out: the headers of :data:`HEADERS`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or turn it away."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message))
            await send(message)

        headers = Headers(scope=scope)
        if scope["method"] not in SAFE_METHODS:
            refusal = _refusal(headers)
            if refusal is not None:
                await refusal(scope, receive, send_with_headers)
                return
        await self._app(scope, _bounded(receive), send_with_headers)


def add_headers(headers: MutableHeaders) -> None:
    """Add what every response carries; a value that is already there stays."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def _refusal(headers: Headers) -> Response | None:
    if _is_foreign(headers):
        return PlainTextResponse("请求不是从本工作台的页面发出的，已拒绝。\n", 403)
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        return PlainTextResponse("内容过长，未受理。\n", 413)
    return None


def _bounded(receive: Receive) -> Receive:
    """Cut a body that says nothing of its length and does not end."""
    seen = 0

    async def receive_bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MAX_BODY_BYTES:
            return {"type": "http.disconnect"}
        return message

    return receive_bounded
