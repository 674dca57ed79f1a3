"""Tokens: a program acts for a person, within some scopes, until a day.

A token opens what its owner may open at that very moment, in his cities, and never more than
its scopes. The store holds its SHA-256. A password set anew ends every token made before.
"""

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from casework import people
from pipeline.base.clock import Clock, stamp, unstamp
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.store import audit
from pipeline.store.open import Database
from pipeline.store.text import storable

PREFIX = "sy_"
"""How a token begins: to be known for one where it lies about."""

LONGEST_DAYS = 366
USUAL_DAYS = 90
MOST_TOKENS = 20
_LONGEST_LABEL = 60


class Scope(StrEnum):
    """What a token may be used for."""

    READ = "read"
    JUDGE = "judge"
    EVIDENCE = "evidence"
    HOOKS = "hooks"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret; ``is_open``: it opens something still."""

    token_id: int
    owner: str
    label: str
    scopes: tuple[str, ...]
    made_by: str
    made_at: str
    ends_at: str
    used_at: str
    is_open: bool


_COLUMNS = """
    t.token_id, t.owner, t.label, t.scopes, t.made_by, t.made_at, t.ends_at, t.used_at,
    t.ended_at = '' and t.ends_at > :now and t.made_at >= p.password_at and not p.is_disabled
"""
_FROM = "from api_tokens as t join people as p on p.name = t.owner"
_ONE = f"select {_COLUMNS} {_FROM} where t.token_hash = :hash"
_ALL = f"select {_COLUMNS} {_FROM} where :owner in ('', t.owner) order by t.token_id desc"
_ADD = """
    insert into api_tokens (token_hash, owner, label, scopes, made_by, made_at, ends_at)
    values (?, ?, ?, ?, ?, ?, ?)
"""
_END = """
    update api_tokens set ended_at = ?, ended_by = ?
     where token_id = ? and ? in ('', owner) and ended_at = ''
"""


def add(
    db: Database,
    owner: str,
    *,
    label: str,
    scopes: Collection[str],
    days: int = USUAL_DAYS,
    by: str,
    clock: Clock,
) -> tuple[Token, str]:
    """Make a token for somebody; return it with its secret, which is shown this once.

    Raises:
        NotFound: there is nobody of that name.
        BadInput: no name, scope or day that can be used, or too many tokens already.
    """
    person = people.get(db, owner)
    name = storable(" ".join(label.split()))[:_LONGEST_LABEL]
    wanted = sorted(set(scopes))
    if not name:
        raise BadInput("label", _("没有写用途"), _("写明给哪个程序用，例如“省厅看板”"))
    if not wanted or set(wanted) - set(Scope):
        raise BadInput("scopes", _("没有这个权限"), _("可用：{all}").format(all=", ".join(Scope)))
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput("days", _("期限不合适"), _("一天到 {most} 天").format(most=LONGEST_DAYS))
    secret = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    with db.atomic():
        if sum(each.is_open for each in of(db, clock=clock, owner=person.name)) >= MOST_TOKENS:
            raise BadInput("tokens", _("令牌太多"), _("先收回不用的"))
        values = (_hash(secret), person.name, name, json.dumps(wanted), by, stamp(now))
        db.conn.execute(_ADD, (*values, stamp(now + timedelta(days=days))))
        details = {"label": name, "scopes": wanted, "days": days}
        audit.write(db, clock=clock, who=by, did="token.made", what=person.name, details=details)
        made = find(db, secret, clock=clock)
    assert made is not None, "made a moment ago"
    return made, secret


def find(db: Database, secret: str, *, clock: Clock) -> Token | None:
    """Return the token of a secret, whether it is open or not; None where there is none."""
    if not secret.startswith(PREFIX):
        return None
    values = {"hash": _hash(secret), "now": stamp(clock.now())}
    row = db.conn.execute(_ONE, values).fetchone()
    return _token(row) if row else None


def of(db: Database, *, clock: Clock, owner: str = "") -> list[Token]:
    """Return the tokens of somebody, or of all, newest first."""
    rows = db.conn.execute(_ALL, {"owner": owner, "now": stamp(clock.now())})
    return [_token(row) for row in rows]


def end(db: Database, token_id: int, *, by: str, clock: Clock, owner: str = "") -> None:
    """Take a token back; it opens nothing from this moment.

    Raises:
        NotFound: there is no such token (of this owner), or it was taken back before.
    """
    with db.atomic():
        ended = db.conn.execute(_END, (stamp(clock.now()), by, token_id, owner))
        if ended.rowcount != 1:
            raise NotFound(str(token_id), _("没有这个令牌，或者已经收回"))
        audit.write(db, clock=clock, who=by, did="token.ended", what=str(token_id))


def is_touched(token: Token, clock: Clock) -> bool:
    """Tell whether its last use was written down within the last minutes."""
    return bool(token.used_at) and clock.now() - unstamp(token.used_at) < timedelta(minutes=5)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _token(row: tuple[Any, ...]) -> Token:
    number, owner, label, scopes, made_by, made_at, ends_at, used_at, is_open = row
    told = tuple(json.loads(scopes))
    return Token(
        number, owner, label, told, made_by, made_at, ends_at, used_at, is_open=bool(is_open)
    )
