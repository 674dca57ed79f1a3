"""Who works here: names, roles, passwords (argon2id), and guessing made slow."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from casework import codes, guessing
from casework.guessing import SlowDown as SlowDown  # noqa: PLC0414 - a re-export
from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import BadInput, Conflict, NotFound
from pipeline.base.language import _
from pipeline.store import audit
from pipeline.store.open import Database
from pipeline.store.text import storable

HASHER = PasswordHasher()
"""argon2id, 64 MiB, 3 rounds: the library's own measure."""

_LONGEST_PASSWORD = 1024
_SHORTEST_PASSWORD = 10
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}|[一-鿿][一-鿿a-z0-9._-]{0,31}")
# no letters that are mistaken for one another when read off a screen
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"

_COLUMNS = """
    name, shown_name, role, cities, is_disabled, made_at, sees_unplaced, totp_is_on, pictures
"""
_ALL = f"select {_COLUMNS} from people order by name"  # noqa: S608 - our own columns
_ONE = f"select {_COLUMNS} from people where name = ?"  # noqa: S608 - our own columns
_ADD = """
    insert into people
        (name, shown_name, role, cities, password_hash, made_at, password_at, sees_unplaced)
    values (?, ?, ?, ?, ?, ?, ?, ?)
"""


class Role(StrEnum):
    """What a person is here for."""

    ANALYST = "analyst"
    CASE_OFFICER = "case_officer"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    AUDITOR = "auditor"

    @property
    def shown(self) -> str:
        """Return the word that people read."""
        return _shown()[self]


@cache
def _shown() -> dict[Role, str]:
    return {
        Role.ANALYST: _("研判员"),
        Role.CASE_OFFICER: _("办案人员"),
        Role.SUPERVISOR: _("负责人"),
        Role.OPERATOR: _("运维人员"),
        Role.AUDITOR: _("审计人员"),
    }


JUDGES = frozenset({Role.ANALYST, Role.CASE_OFFICER, Role.SUPERVISOR})
"""The roles that give verdicts."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in.

    Attributes:
        cities: GB/T 2260 codes; empty is the whole province.
        sees_unplaced: also what may be of any city, because the page does not say of which.
        has_codes: a code is asked for beside the password.
        pictures: how pictures are shown: plain, grey, blur.
    """

    name: str
    shown_name: str
    role: Role
    cities: tuple[str, ...]
    is_disabled: bool
    made_at: str
    sees_unplaced: bool = False
    has_codes: bool = False
    pictures: str = "plain"


def add(
    db: Database,
    name: str,
    *,
    role: Role | str = Role.ANALYST,
    shown_name: str = "",
    cities: Sequence[str] = (),
    sees_unplaced: bool = False,
    password: str = "",
    clock: Clock,
    by: str = "command line",
) -> tuple[Person, str]:
    """Add a person; return it with the password, which is kept nowhere and shown once.

    Raises:
        BadInput: the name or role cannot be used, or the password is too short.
        Conflict: there is such a person already.
    """
    if not _NAME.fullmatch(name):
        raise BadInput(
            name.encode("utf-8", "replace").decode()[:40] or "name",
            _("不能用作登录名"),
            _("用小写字母、数字或汉字，32 个字符以内"),
        )
    chosen = _role(role)
    secret = _fit(password) if password else _new_password()
    hashed = HASHER.hash(secret)  # slow on purpose, so before the transaction
    now = stamp(clock.now())
    with db.atomic():
        if db.conn.execute(_ONE, (name,)).fetchone():
            raise Conflict(name, _("已有同名人员"), _("换一个登录名"))
        shown = storable(shown_name.strip())[:64] or name
        told = json.dumps([*cities])
        values = (name, shown, chosen, told, hashed, now, now, int(sees_unplaced))
        db.conn.execute(_ADD, values)
        details = {"role": chosen, "cities": [*cities], "sees_unplaced": sees_unplaced}
        audit.write(db, clock=clock, who=by, did="person.added", what=name, details=details)
    return get(db, name), secret


def get(db: Database, name: str) -> Person:
    """Return a person.

    Raises:
        NotFound: there is none of that name.
    """
    row = db.conn.execute(_ONE, (storable(name),)).fetchone()
    if row is None:
        raise NotFound(
            name, _("没有这个人员"), _("用 `shouyi user list` 查看，或 `shouyi user add` 添加")
        )
    return _person(row)


def list(db: Database) -> tuple[Person, ...]:  # noqa: A001 - read as people.list(db)
    """Return everybody, by name."""
    return tuple(_person(row) for row in db.conn.execute(_ALL))


def disable(db: Database, name: str, *, clock: Clock, by: str = "command line") -> Person:
    """Shut a person out: no log-in any more, open sessions end at once.

    Raises:
        NotFound: there is none of that name.
    """
    with db.atomic():
        get(db, name)
        db.conn.execute("update people set is_disabled = 1 where name = ?", (name,))
        db.conn.execute("delete from sessions where name = ?", (name,))
        audit.write(db, clock=clock, who=by, did="person.disabled", what=name)
    return get(db, name)


def set_password(
    db: Database, name: str, *, password: str = "", clock: Clock, by: str = "command line"
) -> str:
    """Give a person a new password, end open sessions, and return it to be shown once.

    Raises:
        NotFound: there is none of that name.
        BadInput: the password is too short.
    """
    get(db, name)
    secret = _fit(password) if password else _new_password()
    hashed = HASHER.hash(secret)
    with db.atomic():
        db.conn.execute(
            "update people set password_hash = ?, password_at = ? where name = ?",
            (hashed, stamp(clock.now()), name),
        )
        db.conn.execute("delete from sessions where name = ?", (name,))
        audit.write(db, clock=clock, who=by, did="person.password_set", what=name)
    return secret


def check_password(
    db: Database, name: str, password: str, *, code: str = "", clock: Clock, address: str = ""
) -> Person | None:
    """Return the person whose password this is, None where it is not.

    ``code``: what the telephone shows, for who has switched codes on; used once.

    An unknown name and a disabled person take as long, and say no more, than a wrong
    password. A guesser elsewhere does not shut the owner out: a place from which the name
    has logged in within 90 days has its own count.

    Raises:
        SlowDown: too many wrong ones in the last minute; the password was not looked at.
    """
    name, address = storable(name)[:64], storable(address)[:64]
    guessing.make_wait(db, name, address, clock=clock)
    row = db.conn.execute(
        "select password_hash, is_disabled, totp_is_on from people where name = ?", (name,)
    ).fetchone()
    hashed, is_disabled, asks_code = row or (_nobodys_hash(HASHER), 1, 0)
    is_right = len(password) <= _LONGEST_PASSWORD and _verify(hashed, password)
    is_ok = is_right and not is_disabled and (not asks_code or _use(db, name, code, clock))
    guessing.remember(db, name, address, is_ok=is_ok, clock=clock)
    if not is_ok:
        return None
    if HASHER.check_needs_rehash(hashed):
        rehashed = HASHER.hash(password)
        with db.atomic():
            db.conn.execute("update people set password_hash = ? where name = ?", (rehashed, name))
    return get(db, name)


def is_password_of(db: Database, name: str, password: str) -> bool:
    """Tell whether this is somebody's password; the caller counts the tries."""
    row = db.conn.execute("select password_hash from people where name = ?", (name,)).fetchone()
    return row is not None and len(password) <= _LONGEST_PASSWORD and _verify(row[0], password)


def who_judges(db: Database, name: str) -> Person:
    """Return the person, who may give verdicts.

    Raises:
        NotFound: there is none of that name.
        BadInput: the person is disabled, or has another task.
    """
    person = get(db, name)
    if person.is_disabled:
        raise BadInput(name, _("已停用，不能给出研判结论"), _("换一个人员"))
    if person.role not in JUDGES:
        raise BadInput(
            name,
            _("角色是“{role}”，不能给出研判结论").format(role=person.role.shown),
            _("请研判员、办案人员或负责人操作"),
        )
    return person


def _use(db: Database, name: str, code: str, clock: Clock) -> bool:
    """Take a code where it is the one of now, so that it opens nothing a second time."""
    with db.atomic():
        secret, last = db.conn.execute(
            "select totp_secret, totp_step from people where name = ?", (name,)
        ).fetchone()
        step = codes.matching(secret, code, now=clock.now(), after=last)
        if step is not None:
            db.conn.execute("update people set totp_step = ? where name = ?", (step, name))
    return step is not None


def _verify(hashed: str, password: str) -> bool:
    try:
        return HASHER.verify(hashed, password.encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_hex(16))


def _new_password() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _place in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def _fit(password: str) -> str:
    if not _SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise BadInput(
            "password",
            _("密码长度不合适"),
            _("用 {least} 到 {most} 个字符").format(
                least=_SHORTEST_PASSWORD, most=_LONGEST_PASSWORD
            ),
        )
    return password


def _role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise BadInput("--role", _("没有角色 {role}").format(role=role), ", ".join(Role)) from None


def _person(row: tuple[Any, ...]) -> Person:
    name, shown, role, cities, disabled, made_at, unplaced, has_codes, pictures = row
    return Person(
        name,
        shown,
        Role(role),
        tuple(json.loads(cities)),
        bool(disabled),
        made_at,
        bool(unplaced),
        bool(has_codes),
        pictures,
    )
