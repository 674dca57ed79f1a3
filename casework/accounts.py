"""What is changed of a person after the first day: role, cities, password, codes, log-ins."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from casework import codes, guessing, people, rights
from casework.people import Person, Role
from casework.rights import Action
from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.store import audit
from pipeline.store.open import Database

PICTURES = ("plain", "grey", "blur")
"""How a person wants pictures shown before they are pointed at."""

_HANDLE = 16
_CHANGE = "update people set role = ?, cities = ?, sees_unplaced = ? where name = ?"
_SESSIONS = """
    select substr(token_hash, 1, 16), made_at, used_at, address, agent, token_hash
      from sessions where name = ? and ends_at > ? order by used_at desc
"""
_END = "delete from sessions where name = ? and substr(token_hash, 1, 16) = ?"
_END_OTHERS = "delete from sessions where name = ? and token_hash <> ?"
_CODES_OF = "select totp_secret, totp_is_on, totp_step from people where name = ?"
_SET_CODES = "update people set totp_secret = ?, totp_is_on = ?, totp_step = ? where name = ?"


@dataclass(frozen=True, slots=True)
class LogIn:
    """A log-in that still holds; ``handle`` names it without opening anything."""

    handle: str
    made_at: str
    used_at: str
    address: str
    agent: str
    token_hash: str


def change(
    db: Database,
    name: str,
    *,
    role: Role,
    cities: Sequence[str],
    sees_unplaced: bool,
    by: Person,
    clock: Clock,
) -> Person:
    """Give a person another role or other cities; open log-ins end, so that it acts at once.

    Raises:
        NotFound: there is nobody of that name, or not for ``by`` to change.
        BadInput: it is oneself, or more than ``by`` holds.
    """
    with db.atomic():
        before = _other(db, name, by)
        if not rights.may_grant(by, role, cities, sees_unplaced=sees_unplaced):
            raise more_than_held(name)
        told = json.dumps([*cities])
        db.conn.execute(_CHANGE, (role, told, int(sees_unplaced), name))
        db.conn.execute("delete from sessions where name = ?", (name,))
        details = {
            "role": [before.role, role],
            "cities": [[*before.cities], [*cities]],
            "sees_unplaced": [before.sees_unplaced, sees_unplaced],
        }
        audit.write(db, clock=clock, who=by.name, did="person.changed", what=name, details=details)
    return people.get(db, name)


def set_disabled(db: Database, name: str, *, is_disabled: bool, by: Person, clock: Clock) -> None:
    """Shut a person out, or let him in again.

    Raises:
        NotFound: there is nobody of that name, or not for ``by`` to change.
        BadInput: it is oneself.
    """
    with db.atomic():
        _other(db, name, by)
        if is_disabled:
            people.disable(db, name, clock=clock, by=by.name)
            return
        db.conn.execute("update people set is_disabled = 0 where name = ?", (name,))
        audit.write(db, clock=clock, who=by.name, did="person.enabled", what=name)


def reset_password(db: Database, name: str, *, by: Person, clock: Clock) -> str:
    """Return a new password for another person, to be shown once; codes are asked no more.

    Raises:
        NotFound: there is nobody of that name, or not for ``by`` to change.
        BadInput: it is oneself.
    """
    _other(db, name, by)
    secret = people.set_password(db, name, clock=clock, by=by.name)
    with db.atomic():
        _set_codes(db, name, "", is_on=False)
    return secret


def change_own_password(
    db: Database, who: Person, *, old: str, new: str, clock: Clock, address: str
) -> None:
    """Set one's own password; every log-in of that name ends.

    Raises:
        BadInput: the old one is wrong, or the new one too short.
        SlowDown: the old one was guessed at too often.
    """
    prove(db, who, old, clock=clock, address=address)
    people.set_password(db, who.name, password=new, clock=clock, by=who.name)


def sessions_of(db: Database, name: str, *, clock: Clock) -> list[LogIn]:
    """Return the log-ins of a person that still hold, the last used first."""
    return [LogIn(*row) for row in db.conn.execute(_SESSIONS, (name, stamp(clock.now())))]


def end_session(db: Database, name: str, handle: str, *, by: Person, clock: Clock) -> None:
    """End one log-in of a person, on the server.

    Raises:
        NotFound: there is none of that handle.
    """
    with db.atomic():
        ended = db.conn.execute(_END, (name, handle[:_HANDLE]))
        if ended.rowcount != 1:
            raise NotFound(name, _("没有这次登录，可能已经结束"))
        audit.write(db, clock=clock, who=by.name, did="session.ended", what=name)


def end_other_sessions(db: Database, who: Person, token_hash: str, *, clock: Clock) -> None:
    """End every log-in of one's own but the one at hand."""
    with db.atomic():
        db.conn.execute(_END_OTHERS, (who.name, token_hash))
        audit.write(db, clock=clock, who=who.name, did="session.others_ended", what=who.name)


def begin_codes(db: Database, who: Person) -> str:
    """Return the secret for an app; nothing is asked until :func:`confirm_codes`."""
    with db.atomic():
        secret, is_on, _step = db.conn.execute(_CODES_OF, (who.name,)).fetchone()
        if secret and not is_on:
            return str(secret)
        if is_on:
            raise BadInput(who.name, _("两步验证已经启用"), _("先停用，再重新设置"))
        fresh = codes.new_secret()
        _set_codes(db, who.name, fresh, is_on=False)
    return fresh


def confirm_codes(db: Database, who: Person, code: str, *, clock: Clock) -> None:
    """Ask for codes from now on, once the app has shown a right one.

    Raises:
        BadInput: it is not the code of this moment.
    """
    with db.atomic():
        secret, _is_on, last = db.conn.execute(_CODES_OF, (who.name,)).fetchone()
        step = codes.matching(secret, code, now=clock.now(), after=last) if secret else None
        if step is None:
            raise BadInput("code", _("动态码不对"), _("请看手机上此刻显示的六位数字"))
        _set_codes(db, who.name, secret, is_on=True, step=step)
        audit.write(db, clock=clock, who=who.name, did="person.codes_on", what=who.name)


def stop_codes(db: Database, who: Person, *, password: str, clock: Clock, address: str) -> None:
    """Ask for no codes any more.

    Raises:
        BadInput: the password is wrong.
        SlowDown: it was guessed at too often.
    """
    prove(db, who, password, clock=clock, address=address)
    with db.atomic():
        _set_codes(db, who.name, "", is_on=False)
        audit.write(db, clock=clock, who=who.name, did="person.codes_off", what=who.name)


def set_pictures(db: Database, who: Person, wish: str) -> None:
    """Remember how a person wants pictures shown."""
    assert wish in PICTURES, wish
    with db.atomic():
        db.conn.execute("update people set pictures = ? where name = ?", (wish, who.name))


def prove(db: Database, who: Person, password: str, *, clock: Clock, address: str) -> None:
    """Let on who knows his own password, for what a stolen session must not do.

    Raises:
        BadInput: it is wrong.
        SlowDown: it was guessed at too often.
    """
    guessing.make_wait(db, who.name, address, clock=clock)
    if people.is_password_of(db, who.name, password):
        return
    guessing.remember(db, who.name, address, is_ok=False, clock=clock)
    raise BadInput("password", _("当前密码不对"), _("请再输入一次"))


def more_than_held(name: str) -> BadInput:
    """Return the refusal of a grant that is more than the giver holds."""
    return BadInput(name, _("不能授予超出自己权限或范围的角色"), _("请由省级负责人办理"))


def _other(db: Database, name: str, by: Person) -> Person:
    person = people.get(db, name)
    rights.check(by, Action.PEOPLE, person, name)
    if person.name == by.name:
        raise BadInput(name, _("不能改自己的角色、范围和状态"), _("请另一位负责人办理"))
    return person


def _set_codes(db: Database, name: str, secret: str, *, is_on: bool, step: int = 0) -> None:
    db.conn.execute(_SET_CODES, (secret, int(is_on), step, name))
