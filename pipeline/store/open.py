"""Opens the database of a home: WAL, immediate writers, migrations forward only.

One connection per request, job or crawl process; a connection belongs to its thread.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils

from pipeline.base.errors import BadInput
from pipeline.store.migrations import MIGRATIONS

BUSY_SECONDS = 30.0


class Database(sqlite_utils.Database):
    """A sqlite-utils database whose writers take their turn before they read.

    A plain ``BEGIN`` that reads and then writes loses to any other writer at once, whatever
    the time-out (faults.md section 4); ``BEGIN IMMEDIATE`` waits.
    """

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
        db = Database(connection, strict=True)
        db.conn.execute("PRAGMA journal_mode = WAL")
        # FULL: what was acknowledged survives a power cut, not only a crash
        db.conn.execute("PRAGMA synchronous = FULL")
        db.conn.execute("PRAGMA foreign_keys = ON")
        db.conn.execute("PRAGMA journal_size_limit = 67108864")
        _bring_up(db, path)
    except sqlite3.DatabaseError as error:
        raise BadInput(str(path), f"cannot be opened: {error}", "see docs/operator.md") from error
    except OSError as error:
        raise BadInput(str(path), f"cannot be made: {error.strerror}") from error
    return db


def _bring_up(db: Database, path: Path) -> None:
    known = {step.name for migrations in MIGRATIONS for step in migrations.pending(db)}
    applied = {row.name for migrations in MIGRATIONS for row in migrations.applied(db)}
    recorded = (
        {row["name"] for row in db.query("select name from _sqlite_migrations")}
        if "_sqlite_migrations" in db.table_names()
        else set()
    )
    newer = recorded - known - applied
    if newer:
        raise BadInput(
            str(path),
            f"was written by a newer Shouyi (it knows {min(newer)})",
            "install that version; nothing was changed",
        )
    if not known:
        return
    if applied:
        _copy_aside(db, path)
    for migrations in MIGRATIONS:
        migrations.apply(db)


def _copy_aside(db: Database, path: Path) -> None:
    """Keep the database as it was before the first step forward is taken."""
    aside = path.with_name(f"{path.stem}-before-migration.db")
    aside.unlink(missing_ok=True)
    db.conn.execute("VACUUM INTO ?", [str(aside)])
