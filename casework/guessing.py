"""Makes the guessing of passwords slow, without shutting the owner of a name out."""

from datetime import timedelta

from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import Conflict
from pipeline.base.language import _
from pipeline.store import audit
from pipeline.store.open import Database

TRIES_A_MINUTE = 10
"""Wrong passwords for one name from places it never logged in from, before it must wait."""

TRIES_A_MINUTE_FROM_A_PLACE = 30
"""Wrong passwords from one place, whatever the names."""

_USUAL_DAYS = 90

_TRIED = "insert into log_ins (name, at, is_ok, address) values (?, ?, ?, ?)"
_FORGET = "delete from log_ins where at < :usual or (at < :minute and is_ok = 0)"
_IS_USUAL = "select 1 from log_ins where name = ? and address = ? and is_ok = 1 limit 1"
_WRONG_AT_USUAL = """
    select count(*) from log_ins where name = ? and address = ? and is_ok = 0 and at > ?
"""
_WRONG_ELSEWHERE = """
    select count(*) from log_ins as l
     where name = ? and is_ok = 0 and at > ?
       and not exists (select 1 from log_ins as ok
                        where ok.name = l.name and ok.address = l.address and ok.is_ok = 1)
"""
_WRONG_FROM = "select count(*) from log_ins where address = ? and is_ok = 0 and at > ?"


class SlowDown(Conflict):
    """Too many wrong passwords; ``wait_seconds`` until the next may be tried."""

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(
            "",
            _("密码试错次数过多"),
            _("请 {seconds} 秒后再试").format(seconds=wait_seconds),
        )


def make_wait(db: Database, name: str, address: str, *, clock: Clock) -> None:
    """Let the next try pass, or not yet.

    A place from which the name has logged in within 90 days has its own count.

    Raises:
        SlowDown: too many wrong passwords in the last minute.
    """
    since = stamp(clock.now() - timedelta(minutes=1))
    is_usual = db.conn.execute(_IS_USUAL, (name, address)).fetchone() is not None
    if is_usual:
        (wrong,) = db.conn.execute(_WRONG_AT_USUAL, (name, address, since)).fetchone()
    else:
        (wrong,) = db.conn.execute(_WRONG_ELSEWHERE, (name, since)).fetchone()
        (from_there,) = db.conn.execute(_WRONG_FROM, (address, since)).fetchone()
        if from_there >= TRIES_A_MINUTE_FROM_A_PLACE:
            raise SlowDown(60)
    if wrong >= TRIES_A_MINUTE:
        raise SlowDown(60)


def remember(db: Database, name: str, address: str, *, is_ok: bool, clock: Clock) -> None:
    """Write down a try, and forget those that count no more."""
    now = clock.now()
    ages = {
        "usual": stamp(now - timedelta(days=_USUAL_DAYS)),
        "minute": stamp(now - timedelta(hours=1)),
    }
    with db.atomic():
        db.conn.execute(_FORGET, ages)
        db.conn.execute(_TRIED, (name, stamp(now), int(is_ok), address))
        did = "person.logged_in" if is_ok else "person.refused"
        audit.write(db, clock=clock, who=name, did=did, what="desk", details={"address": address})
