"""The audit log as people read it: newest first, by who, what, which deed, and which days."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pipeline.base.clock import BEIJING, stamp
from pipeline.store import audit
from pipeline.store.open import Database
from pipeline.store.text import storable

VERIFIED_AT_ONCE = 20_000
"""Rows of a log that a page reads through by itself (0.3 s); a longer one is asked for."""

_ENTRIES = """
    select audit_id, at, who, did, what, details from audit
     where audit_id < :before {more} order by audit_id desc limit :limit
"""
_MORE = {
    "who": "and who = :who",
    "did": "and did = :did",
    "what": "and instr(what, :what) > 0",
    "from_at": "and at >= :from_at",
    "to_at": "and at < :to_at",
}
_HEAD = "select coalesce(max(audit_id), 0), count(*) from audit"
_PEOPLE = "select distinct who from audit order by 1"
_DEEDS = "select distinct did from audit order by 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows; an empty field asks for all. Days are of Beijing, both included."""

    who: str = ""
    did: str = ""
    what: str = ""
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log."""

    audit_id: int
    at: str
    who: str
    did: str
    what: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chain:
    """How the log stands: rows, and what is wrong with it; None where nobody has looked."""

    rows: int
    problems: tuple[str, ...] | None


def entries(db: Database, wanted: Wanted, *, before: int = 0, limit: int = 100) -> list[Entry]:
    """Return rows, newest first, older than row ``before`` where it is not 0."""
    values = {
        **asdict(wanted),
        "what": storable(wanted.what),
        "from_at": _begin_of(wanted.from_on),
        "to_at": _begin_of(wanted.to_on, days=1),
        "before": before or 2**62,
        "limit": limit,
    }
    values.pop("from_on")
    values.pop("to_on")
    more = " ".join(sql for name, sql in _MORE.items() if values[name])
    rows = db.conn.execute(_ENTRIES.format(more=more), values)
    return [
        Entry(number, at, who, did, what, _details(details))
        for number, at, who, did, what, details in rows
    ]


def people_of(db: Database) -> list[str]:
    """Return everybody who stands in the log."""
    return [name for (name,) in db.conn.execute(_PEOPLE)]


def deeds_of(db: Database) -> list[str]:
    """Return every kind of deed that stands in the log."""
    return [did for (did,) in db.conn.execute(_DEEDS)]


def chain_of(db: Database, home: Path, *, is_asked: bool) -> Chain:
    """Return whether the log is still what was written; a long one is read when asked."""
    _last, rows = db.conn.execute(_HEAD).fetchone()
    if rows > VERIFIED_AT_ONCE and not is_asked:
        return Chain(rows, None)
    return Chain(rows, tuple(audit.verify(db, home / audit.ANCHORS)))


def _begin_of(day: date | None, *, days: int = 0) -> str:
    if day is None:
        return ""
    return stamp(datetime.combine(day, time(), BEIJING) + timedelta(days=days))


def _details(text: str) -> dict[str, Any]:
    told = json.loads(text)
    return told if isinstance(told, dict) else {"": told}
