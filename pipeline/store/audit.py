"""The audit log: append only, each row holding the hash of the row before.

The number and hash of the last row are kept in a table of their own, and anchored in a
file beside the database (:func:`anchor`), so that a tail that was cut, or an old copy that
was put back, is seen as well as a row that was edited, removed, added or moved.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.base.clock import Clock, stamp
from pipeline.store.open import Database
from pipeline.store.text import storable

ANCHORS = "audit-heads.jsonl"
"""The file in the home that :func:`anchor` writes."""

FIRST = "0" * 64
"""What the first row holds as the hash of the row before."""

_DID = re.compile(r"[a-z_]+\.[a-z_]+")

_LAST = "select audit_id, hash from audit order by audit_id desc limit 1"
_WRITE = "insert into audit values (?, ?, ?, ?, ?, ?, ?, ?)"
_HEAD = """
    insert into audit_head values (1, ?, ?)
    on conflict (one) do update set audit_id = excluded.audit_id, hash = excluded.hash
"""
_ALL = """
    select audit_id, at, who, did, what, details, before, hash from audit order by audit_id
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log. ``at`` is UTC as the database keeps it."""

    audit_id: int
    at: str
    who: str
    did: str
    what: str
    details: str
    before: str
    hash: str

    def sealed(self) -> str:
        """Return the hash that this row must carry, hex SHA-256."""
        words = (self.audit_id, self.at, self.who, self.did, self.what, self.details, self.before)
        line = json.dumps(words, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(line.encode("ascii")).hexdigest()


def write(
    db: Database,
    *,
    clock: Clock,
    who: str,
    did: str,
    what: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one row inside the caller's transaction.

    Args:
        db: a database with a transaction open.
        clock: tells when.
        who: log-in name, or the program's own part ("night").
        did: noun.verb in the past tense, such as ``verdict.given``.
        what: the thing it was done to, such as a listing's id.
        details: what else must be known; nothing of a seller.
    """
    assert db.conn.in_transaction, "an audit row belongs to the transaction it tells of"
    assert _DID.fullmatch(did), did
    last = db.conn.execute(_LAST).fetchone()
    number, before = (last[0] + 1, last[1]) if last else (1, FIRST)
    told = json.dumps(dict(details or {}), sort_keys=True, separators=(",", ":"))
    entry = Entry(
        number, stamp(clock.now()), storable(who), did, storable(what), told, before, hash=""
    )
    seal = entry.sealed()
    db.conn.execute(
        _WRITE, (number, entry.at, entry.who, entry.did, entry.what, told, before, seal)
    )
    db.conn.execute(_HEAD, (number, seal))


def verify(db: Database, anchors: Path | None = None) -> list[str]:
    """Return every place where the log is not what was written; empty when it is whole.

    Args:
        db: the database whose log is read.
        anchors: the file that :func:`anchor` writes, where there is one.
    """
    problems: list[str] = []
    seals: dict[int, str] = {}
    number, before = 0, FIRST
    for row in db.conn.execute(_ALL):
        entry = Entry(*row)
        if entry.audit_id != number + 1:
            problems.append(f"audit {number + 1}: missing, up to {entry.audit_id - 1}")
        elif entry.before != before:
            problems.append(f"audit {entry.audit_id}: does not follow the row before it")
        if entry.sealed() != entry.hash:
            problems.append(f"audit {entry.audit_id}: was changed after it was written")
        number, before = entry.audit_id, entry.hash
        seals[number] = entry.hash
    head = db.conn.execute("select audit_id, hash from audit_head").fetchone() or (0, FIRST)
    if (number, before) != tuple(head):
        problems.append(f"audit {number}: is the last row, but {head[0]} was the last written")
    if anchors is not None and anchors.is_file():
        problems += _against(anchors, seals)
    return problems


def anchor(db: Database, file: Path, *, clock: Clock) -> None:
    """Write number and hash of the last row on a line of ``file``, and flush it to the disk."""
    number, seal = db.conn.execute(_LAST).fetchone() or (0, FIRST)
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"at": stamp(clock.now()), "audit_id": number, "hash": seal})
    with file.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
        out.flush()
        os.fsync(out.fileno())


def _against(anchors: Path, seals: Mapping[int, str]) -> list[str]:
    problems = []
    for place, line in enumerate(anchors.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            number, seal = told["audit_id"], told["hash"]
        except (ValueError, TypeError, KeyError):
            problems.append(f"{anchors.name}:{place}: cannot be read")
            continue
        if number and seals.get(number) != seal:
            problems.append(f"audit {number}: is not the row anchored at {told.get('at')}")
    return problems
