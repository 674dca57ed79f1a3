"""The audit log: append only, each row holding the hash of the row before (``chain.py``)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.base.clock import Clock, stamp
from pipeline.store.chain import FIRST, ChainedLog, seal_of
from pipeline.store.open import Database
from pipeline.store.text import storable

__all__ = ["ANCHORS", "FIRST", "Entry", "anchor", "head", "verify", "write"]

ANCHORS = "audit-heads.jsonl"
"""The file in the home that :func:`anchor` writes."""

_DID = re.compile(r"[a-z_]+\.[a-z_]+")

_LOG = ChainedLog("audit", ("at", "who", "did", "what", "details"))


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
        return seal_of(
            (self.audit_id, self.at, self.who, self.did, self.what, self.details, self.before)
        )


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
    assert _DID.fullmatch(did), did
    told = json.dumps(dict(details or {}), sort_keys=True, separators=(",", ":"))
    _LOG.append(db, (stamp(clock.now()), storable(who), did, storable(what), told))


def verify(db: Database, anchors: Path | None = None) -> list[str]:
    """Return every place where the log is not what was written; empty when it is whole.

    Args:
        db: the database whose log is read.
        anchors: the file that :func:`anchor` writes, where there is one.
    """
    return [str(found) for found in _LOG.flaws(db.conn, anchors)]


def anchor(db: Database, file: Path, *, clock: Clock) -> None:
    """Write number and hash of the last row on a line of ``file``, and flush it to the disk."""
    _LOG.anchor(db, file, clock=clock)


def head(db: Database) -> tuple[int, str]:
    """Return number and hash of the last row."""
    return _LOG.head(db.conn)
