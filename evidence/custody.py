"""Who touched which evidence, when, from where and why: a log that only grows.

Each row holds the hash of the row before; the head is anchored beside the database every night
and goes out with every package.

Source: 人民检察院办理网络犯罪案件规定 (2021), article 37 (4), asks who handled the data.
"""

import json
import socket
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.base.clock import Clock, stamp
from pipeline.base.language import _
from pipeline.store.chain import ChainedLog, Flaw, seal_of
from pipeline.store.open import Database
from pipeline.store.text import storable

ANCHORS = "custody-heads.jsonl"
"""The file in the home that :func:`anchor` writes."""

HOME = "home"
"""What was touched, where it was all of it."""

_TELLS = ("at", "who", "did", "what", "from_where", "why", "details")
_LOG = ChainedLog("custody", _TELLS)
_OF = """
    select custody_id, at, who, did, what, from_where, why, details, before, hash
      from custody where what in (select value from json_each(?)) order by custody_id
"""


class Touch(StrEnum):
    """What can be done with a sealed snapshot."""

    MADE = "made"
    VIEWED = "viewed"
    EXPORTED = "exported"
    PRINTED = "printed"
    HANDED_OVER = "handed_over"
    VERIFIED = "verified"
    STAMPED = "stamped"
    COUNTERSIGNED = "countersigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row. ``at`` is UTC as the database keeps it; ``details`` is JSON."""

    custody_id: int
    at: str
    who: str
    did: str
    what: str
    from_where: str
    why: str
    details: str
    before: str
    hash: str


def note(
    db: Database,
    *,
    clock: Clock,
    who: str,
    did: Touch,
    what: str,
    from_where: str = "",
    why: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one row; in the caller's transaction where one is open.

    Args:
        db: the database of the home.
        clock: tells when.
        who: log-in name, or the program's own part ("schedule").
        did: what was done.
        what: the snapshot's id, or ``HOME``.
        from_where: the caller's address; empty: this machine.
        why: the purpose, in words.
        details: what else must be known; nothing of a seller.
    """
    told = json.dumps(dict(details or {}), sort_keys=True, separators=(",", ":"))
    with db.atomic():
        words = (who, did, what, from_where or socket.gethostname(), why)
        _LOG.append(db, (stamp(clock.now()), *map(storable, words), told))


def of(db: Database, what: Collection[str]) -> list[Entry]:
    """Return all that was done with these snapshots, in order."""
    return [Entry(**row) for row in db.query(_OF, [json.dumps(sorted(what))])]


def head(db: Database) -> tuple[int, str]:
    """Return number and hash of the last row."""
    return _LOG.head(db.conn)


def anchor(db: Database, home: Path, *, clock: Clock) -> None:
    """Write the head on a line of its own beside the database."""
    _LOG.anchor(db, home / ANCHORS, clock=clock)


def problems(home: Path) -> list[str]:
    """Return what of a home's log is not as it was written, in Chinese sentences.

    Reads only; a database from before there was such a log has none.
    """
    try:
        with closing(sqlite3.connect(f"file:{home / 'shouyi.db'}?mode=ro", uri=True)) as reader:
            there = "select 1 from sqlite_master where name = 'custody'"
            if reader.execute(there).fetchone() is None:
                return []
            flaws = _LOG.flaws(reader, home / ANCHORS)
    except sqlite3.Error:
        return [_("保管记录：读不出来")]
    return [
        _("保管记录第 {n} 条：{what}").format(n=one.number, what=_words(one.flaw))
        if one.flaw is not Flaw.UNREADABLE_ANCHOR
        else _("{file} 第 {n} 行：读不出来").format(file=ANCHORS, n=one.number)
        for one in flaws
    ]


def as_lines(entries: Collection[Entry]) -> str:
    """Return rows as a package holds them, one JSON object a line."""
    return "".join(f"{json.dumps(asdict(one), ensure_ascii=False)}\n" for one in entries)


def line_problems(lines: str) -> Iterator[str]:
    """Say which rows of :func:`as_lines` are not as they were written.

    They are some rows of a log: each is held against its own hash, and two that were
    neighbours against one another.
    """
    before: Entry | None = None
    for place, line in enumerate(lines.splitlines(), start=1):
        try:
            row = Entry(**json.loads(line))
            words = tuple(asdict(row).values())
            is_whole = seal_of(words[:-1]) == row.hash and isinstance(row.custody_id, int)
        except (ValueError, TypeError):
            is_whole = False
        if not is_whole:
            yield _("第 {n} 行：保管记录被改动或读不出来").format(n=place)
            return
        if before is not None and (
            row.custody_id <= before.custody_id
            or (row.custody_id == before.custody_id + 1 and row.before != before.hash)
        ):
            yield _("第 {n} 行：保管记录的次序被改动").format(n=place)
        before = row


def _words(flaw: Flaw) -> str:
    told = {
        Flaw.MISSING: _("缺失"),
        Flaw.UNLINKED: _("与前一条接不上，次序或内容被改动"),
        Flaw.CHANGED: _("内容被改动"),
        Flaw.CUT: _("之后的记录被删去"),
        Flaw.OTHER_THAN_ANCHORED: _("与每日留存的链头不符，记录被整个改写或删去"),
    }
    return told[flaw]
