"""Who touched what: a log that only grows, and that gives away whoever changes it."""

import random
import sqlite3
from contextlib import closing

import pytest

from evidence import custody
from evidence.custody import Touch
from evidence.verify import verify_all
from pipeline.store.open import open_store


@pytest.fixture
def home(keeper):
    """A home with one snapshot and five looks at it, its head anchored after the fourth."""
    kept = keeper.keep()
    db = open_store(keeper.settings.database)
    with closing(db.conn):
        for number in range(5):
            custody.note(
                db,
                clock=keeper.clock,
                who="li",
                did=Touch.VIEWED,
                what=kept.snapshot_id,
                from_where="127.0.0.1",
                why=f"研判 {number}",
            )
            if number == 3:
                custody.anchor(db, keeper.settings.home, clock=keeper.clock)
    return keeper.settings.home


def problems_of(home):
    return [problem for one in verify_all(home) for problem in one.problems]


def unlocked(home):
    conn = sqlite3.connect(home / "shouyi.db")
    for trigger in ("custody_is_append_only_u", "custody_is_append_only_d"):
        conn.execute(f"drop trigger {trigger}")
    return conn


def test_it_begins_with_the_making(home):
    """Made by whom and why, then each look."""
    db = open_store(home / "shouyi.db")
    with closing(db.conn):
        (snapshot_id,) = (row[0] for row in db.conn.execute("select snapshot_id from snapshots"))
        entries = custody.of(db, [snapshot_id])

    assert [Touch.MADE] + [Touch.VIEWED] * 5 == [entry.did for entry in entries]
    assert ("li", "huapiao:991") == (entries[0].who, entries[0].why)
    assert ["研判 0", "127.0.0.1"] == [entries[1].why, entries[1].from_where]
    assert [] == problems_of(home)


def test_nobody_edits_it_by_mistake(home):
    """The database itself refuses."""
    with closing(sqlite3.connect(home / "shouyi.db")) as conn:
        for order in ("update custody set who = 'x'", "delete from custody"):
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                conn.execute(order)


TAMPERING = {
    "edited": ("update custody set why = '无' where custody_id = 3", "第 3 条：内容被改动"),
    "removed": ("delete from custody where custody_id = 3", "第 3 条：缺失"),
    "cut": ("delete from custody where custody_id = 6", "第 5 条：之后的记录被删去"),
    "moved": (
        "update custody set custody_id = case custody_id when 2 then 30 else custody_id end",
        "第 2 条：缺失",
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_verifying_a_home_reads_it_too(home, how):
    """Each names the row."""
    order, words = TAMPERING[how]
    with closing(unlocked(home)) as conn:
        conn.execute(order)
        conn.commit()

    assert any(words in problem for problem in problems_of(home)), problems_of(home)


def test_an_old_copy_put_back_is_found_by_the_anchor(home):
    """Rows and head cut together do not fit the head that was noted beside."""
    with closing(unlocked(home)) as conn:
        conn.execute("delete from custody where custody_id > 2")
        conn.execute(
            "update custody_head set custody_id = 2,"
            " hash = (select hash from custody where custody_id = 2)"
        )
        conn.commit()

    assert ["保管记录第 5 条：与每日留存的链头不符，记录被整个改写或删去"] == problems_of(home)


def test_any_character_of_any_row_counts(home):
    """Fifty at random, every column."""
    chance = random.Random(20261125)  # noqa: S311 - dice, not keys
    with closing(unlocked(home)) as conn:
        whole = conn.execute("select * from custody").fetchall()
        names = ("at", "who", "did", "what", "from_where", "why", "details", "before", "hash")
        for _try in range(50):
            row, column = chance.choice(whole), chance.randrange(len(names))
            order = f"update custody set {names[column]} = ? where custody_id = ?"  # noqa: S608
            conn.execute(order, (f"{row[column + 1]}x", row[0]))
            conn.commit()
            assert any(f"第 {row[0]} 条" in one for one in problems_of(home)), (row, names[column])
            conn.execute(order, (row[column + 1], row[0]))
        conn.commit()
    assert [] == problems_of(home)
