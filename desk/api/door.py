"""Who calls: a token, the person it acts for, and what that token may be used for.

Cookies open nothing here, so no page of another site can call in a person's name.
"""

import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from casework import people, tokens
from casework.once import done_once
from casework.tokens import Scope, Token
from desk import doors, security
from desk.api.problems import NoToken, OutOfScope
from desk.language import mark as _
from desk.parts import AtDesk, House
from desk.security import Session
from pipeline.base.clock import stamp
from pipeline.store import audit

SCOPES: dict[tuple[str, str], Scope] = {
    ("GET", "/api/v1/me"): Scope.READ,
    ("GET", "/api/v1/queue"): Scope.READ,
    ("GET", "/api/v1/queue.atom"): Scope.READ,
    ("GET", "/api/v1/search"): Scope.READ,
    ("GET", "/api/v1/counts"): Scope.READ,
    ("GET", "/api/v1/listings/{listing_id:path}"): Scope.READ,
    ("GET", "/api/v1/sources"): Scope.READ,
    ("GET", "/api/v1/runs"): Scope.READ,
    ("POST", "/api/v1/match"): Scope.READ,
    ("POST", "/api/v1/queue/pull"): Scope.JUDGE,
    ("POST", "/api/v1/listings/{listing_id:path}/verdict"): Scope.JUDGE,
    ("POST", "/api/v1/listings/{listing_id:path}/postpone"): Scope.JUDGE,
    ("POST", "/api/v1/verdicts/undo"): Scope.JUDGE,
    ("GET", "/api/v1/evidence/of/{listing_id:path}"): Scope.READ,
    ("GET", "/api/v1/evidence/{snapshot_id}/verify"): Scope.EVIDENCE,
    ("GET", "/api/v1/evidence/{snapshot_id}/files/{name:path}"): Scope.EVIDENCE,
    ("GET", "/api/v1/webhooks"): Scope.HOOKS,
    ("POST", "/api/v1/webhooks"): Scope.HOOKS,
    ("DELETE", "/api/v1/webhooks/{webhook_id}"): Scope.HOOKS,
}
"""Method and path -> the scope a token needs, beside the right of its owner (desk/doors.py)."""

SHOWN = {
    Scope.READ: _("读取：队列、信息、计数、来源、查词"),
    Scope.JUDGE: _("研判：领取、结论、撤销、延期"),
    Scope.EVIDENCE: _("证据：校验和下载固定文件"),
    Scope.HOOKS: _("推送：登记和停用接收地址"),
}

_TOUCH = "update api_tokens set used_at = ? where token_id = ?"


class Answer(Response):
    """JSON as it is read by people too: characters as they are, a lone surrogate as "?"."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Return the bytes of an answer."""
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


async def _caller(
    request: Request, authorization: Annotated[str, Header(include_in_schema=False)] = ""
) -> AsyncIterator[AtDesk]:
    house: House = request.app.state.house
    kind, _blank, secret = authorization.partition(" ")
    with house.connections.lend() as db:
        found = tokens.find(db, secret.strip(), clock=house.clock)
        if kind.lower() != "bearer" or found is None or not found.is_open:
            raise NoToken
        person = people.get(db, found.owner)
        request.state.caller = person
        request.state.token = found
        session = Session(str(found.token_id), found.owner, "", "zh")
        desk = AtDesk(request, house, db, session, "zh", person)
        doors.walk_in(desk)
        _check_scope(request, found)
        if not tokens.is_touched(found, house.clock):
            security.write_if_free(db, _TOUCH, [stamp(house.clock.now()), found.token_id])
        yield desk


def _check_scope(request: Request, token: Token) -> None:
    route = getattr(request.scope.get("route"), "path", "")
    needed = SCOPES.get((request.method, route))
    if needed is None or needed not in token.scopes:
        raise OutOfScope(needed or "")


Caller = Annotated[AtDesk, Depends(_caller)]
"""The desk as it stands before the owner of a token: his rights, his cities."""

OnceKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="同一个键再发一次，只做一次，回答相同；保留七天。",
    ),
]


def write_once(
    desk: AtDesk, key: str, asked: str, do: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Do what a program asks for, once for a key; the token used is in the audit log."""
    assert desk.person is not None, "a token has an owner"
    who, token = desk.person.name, desk.request.state.token
    path = desk.request.url.path

    def audited() -> dict[str, Any]:
        answer = do()
        audit.write(
            desk.db,
            clock=desk.clock,
            who=who,
            did="token.used",
            what=f"{desk.request.method} {path}"[:400],
            details={"token": token.token_id, "label": token.label},
        )
        return answer

    whole = f"{desk.request.method} {path}\n{asked}"
    return done_once(desk.db, who, key, whole, audited, clock=desk.clock)
