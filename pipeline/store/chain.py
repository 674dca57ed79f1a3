"""Logs that only grow: each row holds the hash of the row before.

The number and hash of the last row are kept in a table of their own, and anchored in a file
beside the database (:meth:`ChainedLog.anchor`), so that a tail that was cut, or an old copy
that was put back, is seen as well as a row that was edited, removed, added or moved.

A log named ``audit`` is a table ``audit`` with columns ``audit_id``, what it tells, ``before``,
``hash``, and a table ``audit_head`` of one row.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.base.clock import Clock, stamp
from pipeline.store.open import Database

FIRST = "0" * 64
"""What the first row holds as the hash of the row before."""


class Flaw(StrEnum):
    """How a row can be other than it was written; the words of a log for the operator."""

    MISSING = "missing, up to {other}"
    UNLINKED = "does not follow the row before it"
    CHANGED = "was changed after it was written"
    CUT = "is the last row, but {other} was the last written"
    OTHER_THAN_ANCHORED = "is not the row anchored at {other}"
    UNREADABLE_ANCHOR = "cannot be read"


@dataclass(frozen=True, slots=True)
class Found:
    """One flaw: the log's name and the row's number, or the anchor file and its line."""

    where: str
    number: int
    flaw: Flaw
    other: str = ""

    def __str__(self) -> str:
        joint = ":" if self.flaw is Flaw.UNREADABLE_ANCHOR else " "
        return f"{self.where}{joint}{self.number}: {self.flaw.format(other=self.other)}"


def seal_of(words: Sequence[str | int]) -> str:
    """Return the hash of a row, told all it holds before that, hex SHA-256."""
    line = json.dumps(list(words), ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(line.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class ChainedLog:
    """One such log.

    Attributes:
        name: of its table.
        tells: the columns between the number and ``before``.
    """

    name: str
    tells: tuple[str, ...]

    @property
    def number_column(self) -> str:
        """The column that counts from 1."""
        return f"{self.name}_id"

    def append(self, db: Database, told: Sequence[str]) -> None:
        """Append one row inside the caller's transaction."""
        assert db.conn.in_transaction, "a row belongs to the transaction it tells of"
        number, before = self.head(db.conn)
        words: tuple[str | int, ...] = (number + 1, *told, before)
        seal = seal_of(words)
        places = ", ".join("?" * (len(words) + 1))
        db.conn.execute(f"insert into {self.name} values ({places})", (*words, seal))  # noqa: S608 - our own name
        db.conn.execute(
            f"insert into {self.name}_head values (1, ?, ?) on conflict (one) do update"  # noqa: S608 - our own name
            f" set {self.number_column} = excluded.{self.number_column}, hash = excluded.hash",
            (number + 1, seal),
        )

    def head(self, connection: sqlite3.Connection) -> tuple[int, str]:
        """Return number and hash of the last row; 0 and ``FIRST`` of an empty log."""
        asked = f"select {self.number_column}, hash from {self.name}"  # noqa: S608 - our own name
        row = connection.execute(f"{asked} order by 1 desc limit 1").fetchone()
        return (int(row[0]), str(row[1])) if row else (0, FIRST)

    def flaws(self, connection: sqlite3.Connection, anchors: Path | None = None) -> list[Found]:
        """Return every place where the log is not what was written; empty when it is whole.

        Args:
            connection: of the database whose log is read.
            anchors: the file that :meth:`anchor` writes, where there is one.
        """
        found: list[Found] = []
        seals: dict[int, str] = {}
        number, before = 0, FIRST
        columns = ", ".join((self.number_column, *self.tells, "before", "hash"))
        for row in connection.execute(f"select {columns} from {self.name} order by 1"):  # noqa: S608 - our own name
            here, named, seal = int(row[0]), row[-2], row[-1]
            if here != number + 1:
                found.append(Found(self.name, number + 1, Flaw.MISSING, str(here - 1)))
            elif named != before:
                found.append(Found(self.name, here, Flaw.UNLINKED))
            if seal_of(row[:-1]) != seal:
                found.append(Found(self.name, here, Flaw.CHANGED))
            number, before = here, seal
            seals[number] = seal
        asked = f"select {self.number_column}, hash from {self.name}_head"  # noqa: S608 - our own name
        head = tuple(connection.execute(asked).fetchone() or (0, FIRST))
        if (number, before) != head:
            found.append(Found(self.name, number, Flaw.CUT, str(head[0])))
        if anchors is not None and anchors.is_file():
            found += self._against(anchors, seals)
        return found

    def anchor(self, db: Database, file: Path, *, clock: Clock) -> None:
        """Write number and hash of the last row on a line of ``file``, flushed to the disk."""
        number, seal = self.head(db.conn)
        file.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps({"at": stamp(clock.now()), self.number_column: number, "hash": seal})
        with file.open("a", encoding="utf-8") as out:
            out.write(line + "\n")
            out.flush()
            os.fsync(out.fileno())

    def _against(self, anchors: Path, seals: Mapping[int, str]) -> list[Found]:
        found = []
        for place, line in enumerate(anchors.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                told = json.loads(line)
                number, seal = told[self.number_column], told["hash"]
            except (ValueError, TypeError, KeyError):
                found.append(Found(anchors.name, place, Flaw.UNREADABLE_ANCHOR))
                continue
            if number and seals.get(number) != seal:
                found.append(
                    Found(self.name, number, Flaw.OTHER_THAN_ANCHORED, str(told.get("at")))
                )
        return found
