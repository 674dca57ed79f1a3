"""The database opens whole or not at all, however many ask and whenever they are killed."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from sqlite_utils import Migrations

from pipeline.base.errors import BadInput
from pipeline.store import open as opening
from pipeline.store.open import before_migration, open_store, steps_taken


@pytest.fixture
def later(monkeypatch):
    """A step of tomorrow, which can be told to fail after its first statement."""
    step = Migrations("m9000_later")
    step.fails = False

    @step()
    def m9000_later(db):
        db.conn.execute("create table later (a text)")
        if step.fails:
            raise OSError(28, "No space left on device")
        db.conn.execute("insert into later values ('b')")

    monkeypatch.setattr(opening, "MIGRATIONS", (*opening.MIGRATIONS, step))
    return step


def test_a_database_is_durable_and_lets_readers_read(db):
    """WAL, and FULL: what was acknowledged survives a power cut."""
    asked = ("journal_mode", "synchronous", "foreign_keys")

    told = [db.conn.execute(f"pragma {name}").fetchone()[0] for name in asked]

    assert ["wal", 2, 1] == told


def test_before_a_step_the_database_is_copied_aside(settings, request):
    """The copy is what was there, and opens."""
    db = open_store(settings.database)
    db["people"].insert(
        {
            "name": "li",
            "shown_name": "li",
            "role": "analyst",
            "password_hash": "x",
            "made_at": "",
            "password_at": "",
        }
    )
    db.conn.close()
    request.getfixturevalue("later")

    open_store(settings.database).conn.close()

    copy = sqlite3.connect(before_migration(settings.database, "m9000_later"))
    tables = {name for (name,) in copy.execute("select name from sqlite_master")}
    assert [("li",)] == copy.execute("select name from people").fetchall()
    assert "later" not in tables
    assert "m9000_later" == steps_taken(settings.database)[-1]
    assert not [*settings.home.rglob("*.half")]
    copy.close()


def test_a_step_that_fails_leaves_nothing_and_is_taken_the_next_time(settings, request):
    """The disk filled in the middle of a step."""
    open_store(settings.database).conn.close()
    before = steps_taken(settings.database)
    later = request.getfixturevalue("later")
    later.fails = True
    with pytest.raises(BadInput, match="No space left"):
        open_store(settings.database)
    then = steps_taken(settings.database)
    later.fails = False

    db = open_store(settings.database)

    assert before == then
    assert 1 == db["later"].count
    db.conn.close()


def test_eight_that_open_a_new_home_at_once_all_get_it(settings):
    """The first makes the tables, the others wait and find them."""
    with ThreadPoolExecutor(8) as eight:
        opened = [
            eight.submit(lambda: open_store(settings.database, check_thread=False))
            for _one in range(8)
        ]
        counts = [len(each.result().table_names()) for each in opened]

    assert 1 == len(set(counts))
    for each in opened:
        each.result().conn.close()


def test_a_home_that_cannot_be_written_is_told_in_one_sentence(settings):
    """A read-only disk: nothing crashes, the sentence names the way out."""
    settings.home.mkdir(parents=True)
    settings.database.mkdir()

    with pytest.raises(BadInput) as told:
        open_store(settings.database)

    assert "--home" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MB, where this machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_in_one_sentence_and_loses_nothing(small_disk):
    """Found before the start; when there is room again, all is there."""
    home = small_disk / "shouyi.db"
    open_store(home).conn.close()
    fill = small_disk / "fill"
    with suppress(OSError), fill.open("wb", buffering=0) as out:
        while out.write(bytes(65536)):
            pass
    with pytest.raises(BadInput, match="make room") as told:
        open_store(home)
    with pytest.raises(BadInput, match="make room"):
        open_store(small_disk / "other.db")
    fill.unlink()

    db = open_store(home)

    assert "\n" not in str(told.value)
    assert "ok" == db.conn.execute("pragma integrity_check").fetchone()[0]
    db.conn.close()


def test_a_read_only_disk_is_told_in_one_sentence(small_disk):
    """There is no home to make there, and nothing crashes."""
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    with pytest.raises(BadInput) as told:
        open_store(small_disk / "shouyi.db")

    assert "--home" in str(told.value)


def test_asking_for_a_home_that_is_not_there_makes_none(settings):
    """`shouyi queue --home wrong` leaves no folder behind."""
    with pytest.raises(BadInput, match="there is no database"):
        open_store(settings.database, create=False)

    assert not settings.home.exists()


_KILLED = """
import sys
from pathlib import Path
from pipeline.store import open as opening
from pipeline.store.open import open_store
killed_at, count = int(sys.argv[2]), 0

def count_down(statement):
    global count
    count += 1
    if count == killed_at:
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)

before = opening._set_up
def set_up(db):
    before(db)
    db.conn.set_trace_callback(count_down)
opening._set_up = set_up
open_store(Path(sys.argv[1])).conn.close()
"""


@pytest.mark.parametrize("statement", [1, 3, 8, 15, 22, 30, 40, 60])
def test_killed_between_two_statements_of_a_migration_it_is_whole(settings, statement):
    """Either no table of ours or all of them; the next start brings it up."""
    home = settings.database
    subprocess.run([sys.executable, "-c", _KILLED, str(home), str(statement)], check=False)
    tables = _tables(home)

    db = open_store(home)

    assert tables in (set(), set(db.table_names()) & _ours(db))
    assert "ok" == db.conn.execute("pragma integrity_check").fetchone()[0]
    db.conn.close()


def _tables(home):
    with sqlite3.connect(home) as reader:
        names = {
            name
            for (name,) in reader.execute("select name from sqlite_master where type = 'table'")
        }
    reader.close()
    return {name for name in names if not name.startswith(("_", "sqlite"))}


def _ours(db):
    return {name for name in db.table_names() if not name.startswith(("_", "sqlite"))}
