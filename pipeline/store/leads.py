"""Addresses that a search engine found, handed on to the source that reads their site."""

from collections.abc import Iterable

from pipeline.base.clock import Clock, stamp
from pipeline.store.open import Database
from pipeline.store.text import storable

MOST = 2_000
"""Leads looked at in one run, the oldest first."""

_ADD = """
    insert into leads (url, found_by, source, title, at) values (?, ?, '', ?, ?)
    on conflict do nothing
"""
_WAITING = "select url from leads where source = '' and taken_at is null order by at limit ?"
_TAKE = "update leads set source = ?, taken_at = ? where url = ? and taken_at is null"


def add(db: Database, url: str, *, found_by: str, title: str, clock: Clock) -> bool:
    """Note a lead inside the caller's transaction; True where it is a new one."""
    values = (storable(url), found_by, storable(title)[:500], stamp(clock.now()))
    return bool(db.conn.execute(_ADD, values).rowcount > 0)


def waiting(db: Database) -> list[str]:
    """Return the addresses that no source has taken."""
    return [row[0] for row in db.conn.execute(_WAITING, (MOST,))]


def take(db: Database, urls: Iterable[str], *, source: str, clock: Clock) -> None:
    """Note that a source has made leads due, inside the caller's transaction."""
    now = stamp(clock.now())
    db.conn.executemany(_TAKE, [(source, now, url) for url in urls])
