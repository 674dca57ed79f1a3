"""What each source file promised, and since when: kept, so that a proof of a past week holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.store.open import Database

_LAST = """
    select name, every_hours, floor, ceiling, is_enabled from promises
     where source = ? and since_on <= ? order by since_on desc limit 1
"""
_NOTE = """
    insert into promises (source, since_on, name, every_hours, floor, ceiling, is_enabled)
    values (?, ?, ?, ?, ?, ?, ?)
    on conflict (source, since_on) do update
       set name = excluded.name, every_hours = excluded.every_hours, floor = excluded.floor,
           ceiling = excluded.ceiling, is_enabled = excluded.is_enabled
"""
_FIRST_RUN = "select min(night_on) from runs where source = ?"
_ALL = """
    select source, since_on, name, every_hours, floor, ceiling, is_enabled
      from promises order by source, since_on
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """How often a source is to be patrolled, and how many listings a healthy run gives."""

    source: str
    since_on: date
    name: str
    every_hours: int
    floor: int
    ceiling: int
    is_enabled: bool


def note(db: Database, promises: Iterable[Promise]) -> None:
    """Note what the source files say today, where it is not what they said before.

    A source that was patrolled before its promise was ever noted counts from its first run.
    """
    with db.atomic():
        for one in promises:
            said = (one.name, one.every_hours, one.floor, one.ceiling, int(one.is_enabled))
            since = one.since_on.isoformat()
            last: Any = db.conn.execute(_LAST, (one.source, since)).fetchone()
            if last == said or (last is None and not one.is_enabled):
                continue
            if last is None:
                (began,) = db.conn.execute(_FIRST_RUN, (one.source,)).fetchone()
                since = min(since, began or since)
            db.conn.execute(_NOTE, (one.source, since, *said))


def history(db: Database) -> list[Promise]:
    """Return every promise there ever was, source by source, the oldest first."""
    return [
        Promise(
            source=row[0],
            since_on=date.fromisoformat(row[1]),
            name=row[2],
            every_hours=row[3],
            floor=row[4],
            ceiling=row[5],
            is_enabled=bool(row[6]),
        )
        for row in db.conn.execute(_ALL)
    ]
