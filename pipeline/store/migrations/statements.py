"""Cuts a script of SQL into statements, so that a step stays inside its transaction.

``executescript`` commits whatever is open before it begins; a step that fails half-way
must leave nothing behind.
"""

import sqlite3

from sqlite_utils import Database


def run_script(db: Database, script: str) -> None:
    """Run each statement of ``script`` inside the transaction that is open."""
    part = ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            db.conn.execute(part)
            part = ""
    assert not part.strip(), "a statement without its semicolon"
