"""Opens the database of a home: WAL, immediate writers, migrations forward only.

One connection per request, job or crawl process; a connection belongs to its thread.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import sqlite_utils

from pipeline.base.errors import BadInput
from pipeline.store import words
from pipeline.store.migrations import MIGRATIONS

BUSY_SECONDS = 30.0

_REFUSED = ("SQLITE_READONLY", "SQLITE_CANTOPEN")
_RECORDED = "select migration_set, name from _sqlite_migrations"


class Database(sqlite_utils.Database):
    """A sqlite-utils database whose writers take their turn before they read.

    A plain ``BEGIN`` that reads and then writes loses to any other writer at once, whatever
    the time-out (faults.md section 4); ``BEGIN IMMEDIATE`` waits. Before it commits, the index
    of words takes over what changed.
    """

    has_words = False
    """Whether its steps have come so far that there is such an index."""

    @contextmanager
    def atomic(self) -> Iterator["Database"]:
        """Open a transaction, or a savepoint inside one; roll back on any error."""
        if self.conn.in_transaction:
            with super().atomic():
                yield self
            return
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            yield self
            if self.has_words:
                words.settle(self.conn)
        except BaseException:
            self.conn.rollback()
            raise
        try:
            self.conn.execute("COMMIT")
        except BaseException:
            self.conn.rollback()
            raise


def open_store(path: Path, *, create: bool = True, check_thread: bool = True) -> Database:
    """Open the database at ``path``, bringing it up to this version.

    Args:
        path: the SQLite file.
        create: make the file and its folder if they are not there.
        check_thread: False where the owner promises one user at a time.

    Raises:
        BadInput: there is no such file (``create`` false), it is no database of ours,
            it was written by a newer version, or the disk refuses.
    """
    if not create and not path.is_file():
        raise BadInput(str(path), "there is no database", "run `shouyi init` or `make run` first")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # timeout counts seconds a writer waits for the one before it
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=check_thread)
        try:
            db = Database(connection, strict=True)
            _set_up(db)
            if _pending(db, path):
                _bring_up(db, path)
            db.has_words = True
        except BaseException:
            connection.close()
            raise
    except (sqlite3.DatabaseError, OSError) as error:
        raise _in_one_sentence(path, error) from error
    return db


def before_migration(path: Path, step: str) -> Path:
    """Return where the database of ``path`` is copied to before ``step`` is first run."""
    return path.parent / "backups" / f"{path.stem}-before-{step}.db"


def steps_taken(path: Path) -> list[str]:
    """Return the migration steps that a database has behind it, in their order.

    Empty for a file that is not there or holds none; nothing is changed.
    """
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as reader:
            return [name for _set, name in reader.execute(f"{_RECORDED} order by id")]
    except sqlite3.DatabaseError:
        return []


def _set_up(db: Database) -> None:
    db.conn.execute("PRAGMA journal_mode = WAL")
    # FULL: what was acknowledged survives a power cut, not only a crash
    db.conn.execute("PRAGMA synchronous = FULL")
    db.conn.execute("PRAGMA foreign_keys = ON")
    db.conn.execute("PRAGMA journal_size_limit = 67108864")


def _pending(db: Database, path: Path) -> list[str]:
    """Return the names of the steps that are still to be taken.

    Raises:
        BadInput: a step was taken that this version does not know.
    """
    there = db.conn.execute(
        "select 1 from sqlite_master where name = '_sqlite_migrations'"
    ).fetchone()
    recorded = set(db.conn.execute(_RECORDED)) if there else set()
    # pending() of an empty database names every step of a set
    nothing = Database(memory=True)
    known = [(each.name, step.name) for each in MIGRATIONS for step in each.pending(nothing)]
    nothing.conn.close()
    newer = {name for _set, name in recorded - set(known)}
    if newer:
        raise BadInput(
            str(path),
            f"was written by a newer Shouyi (it knows {min(newer)})",
            "install that version; nothing was changed",
        )
    return [step for each, step in known if (each, step) not in recorded]


def _bring_up(db: Database, path: Path) -> None:
    """Take all steps in one transaction: killed half-way, the database is as it was.

    The lock is taken before the steps are counted, so that of two programs that start at
    once one migrates and the other finds it done.
    """
    with db.atomic():
        steps = _pending(db, path)
        if steps and "listings" in db.table_names():
            _copy_aside(path, before_migration(path, steps[0]))
        for migrations in MIGRATIONS:
            migrations.apply(db)


def _copy_aside(path: Path, aside: Path) -> None:
    """Keep the database as it was before the first step forward is taken."""
    aside.parent.mkdir(parents=True, exist_ok=True)
    half = aside.with_name(f"{aside.name}.{os.getpid()}.half")
    half.unlink(missing_ok=True)
    try:
        # a second connection: it reads what was committed while ours holds the lock
        with closing(sqlite3.connect(path)) as reader:
            reader.execute("VACUUM INTO ?", [str(half)])
        with half.open("rb") as copied:
            os.fsync(copied.fileno())
        half.replace(aside)
    finally:
        half.unlink(missing_ok=True)


def _in_one_sentence(path: Path, error: sqlite3.DatabaseError | OSError) -> BadInput:
    if isinstance(error, OSError):
        return BadInput(str(path), f"cannot be made: {error.strerror}")
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith(_REFUSED):
        return BadInput(
            str(path),
            "the disk or the folder does not let us write",
            "give write permission there, or name another folder with --home",
        )
    if name == "SQLITE_FULL":
        return BadInput(str(path), "the disk is full", "make room; what was kept before is whole")
    if name.startswith("SQLITE_IOERR"):
        return BadInput(
            str(path),
            "the disk refuses to read or write",
            "make room on it, or have it checked; what was kept before is whole",
        )
    return BadInput(
        str(path), f"cannot be opened: {error}", "restore it from a backup, or name another --home"
    )
