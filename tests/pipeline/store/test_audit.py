"""The audit log tells when somebody was at it."""

import json
import random

import pytest

from pipeline.base.errors import ShouyiError
from pipeline.store import audit

ROWS = 20


@pytest.fixture
def log(db, clock):
    """Twenty rows of different people."""
    for number in range(ROWS):
        with db.atomic():
            audit.write(
                db,
                clock=clock,
                who=("li", "wang")[number % 2],
                did="verdict.given",
                what=f"huapiao:{number}",
                details={"call": "lawful", "number": number},
            )
        clock.move(minutes=1)
    return db


def unlocked(db):
    """Take away what keeps an honest program from changing the log."""
    for name in ("audit_is_append_only_u", "audit_is_append_only_d"):
        db.conn.execute(f"drop trigger {name}")
    return db.conn


def test_a_log_that_nobody_touched_is_whole(log, tmp_path, clock):
    """Also against the file beside it."""
    audit.anchor(log, tmp_path / "heads.jsonl", clock=clock)

    assert [] == audit.verify(log, tmp_path / "heads.jsonl")


def test_the_program_itself_can_change_nothing(log):
    """Neither edit nor removal."""
    with pytest.raises(Exception, match="append only"):
        log.conn.execute("update audit set who = 'wang'")
    with pytest.raises(Exception, match="append only"):
        log.conn.execute("delete from audit")


@pytest.mark.parametrize("column", ["at", "who", "did", "what", "details", "before", "hash"])
@pytest.mark.parametrize("place", [1, 7, ROWS])
def test_an_edited_row_is_found_with_its_place(log, column, place):
    """Any field of any row."""
    sql = f"update audit set {column} = 'x' where audit_id = ?"  # noqa: S608 - a fixed list
    unlocked(log).execute(sql, (place,))

    assert any(f"audit {place}:" in problem for problem in audit.verify(log))


@pytest.mark.parametrize("place", [1, 2, 10, ROWS - 1])
def test_a_removed_row_is_found_with_its_place(log, place):
    """From the front, from the middle, next to the end."""
    unlocked(log).execute("delete from audit where audit_id = ?", (place,))

    assert any(f"audit {place}: missing" in problem for problem in audit.verify(log))


@pytest.mark.parametrize("place", [1, 7, ROWS - 1])
def test_removing_a_row_and_renumbering_the_rest_is_found(log, place):
    """The hash holds the number."""
    conn = unlocked(log)
    conn.execute("delete from audit where audit_id = ?", (place,))
    conn.execute("update audit set audit_id = audit_id - 1 where audit_id > ?", (place,))

    assert any(f"audit {place}:" in problem for problem in audit.verify(log))


@pytest.mark.parametrize("place", [1, 9, ROWS - 1])
def test_two_rows_that_changed_places_are_found(log, place):
    """Reordering is no way either."""
    conn = unlocked(log)
    conn.execute("update audit set audit_id = 1000 where audit_id = ?", (place,))
    conn.execute("update audit set audit_id = ? where audit_id = ?", (place, place + 1))
    conn.execute("update audit set audit_id = ? where audit_id = 1000", (place + 1,))

    assert any(f"audit {place}:" in problem for problem in audit.verify(log))


@pytest.mark.parametrize("place", [1, 9, ROWS])
def test_an_inserted_row_is_found(log, place):
    """Also one that is well sealed for its own part."""
    conn = unlocked(log)
    conn.execute("update audit set audit_id = -audit_id where audit_id >= ?", (place,))
    conn.execute("update audit set audit_id = 1 - audit_id where audit_id < 0")
    row = audit.Entry(place, "2026-03-10T01:00:00.000Z", "x", "a.b", "y", "{}", audit.FIRST, "")
    conn.execute(
        "insert into audit values (?, ?, 'x', 'a.b', 'y', '{}', ?, ?)",
        (place, row.at, audit.FIRST, row.sealed()),
    )

    assert audit.verify(log)


@pytest.mark.parametrize("cut", [1, 5, ROWS])
def test_a_cut_tail_is_found_by_the_head_kept_apart(log, cut):
    """The last row written is known, though it is gone."""
    unlocked(log).execute("delete from audit where audit_id > ?", (ROWS - cut,))

    assert any(f"{ROWS} was the last written" in problem for problem in audit.verify(log))


@pytest.mark.parametrize("cut", [1, 5, ROWS])
def test_a_tail_cut_with_its_head_is_found_by_the_file_beside(log, tmp_path, clock, cut):
    """So is an old copy that was put back."""
    anchors = tmp_path / "heads.jsonl"
    audit.anchor(log, anchors, clock=clock)
    conn = unlocked(log)
    conn.execute("delete from audit where audit_id > ?", (ROWS - cut,))
    conn.execute(
        "update audit_head set audit_id = ?,"
        " hash = coalesce((select hash from audit where audit_id = ?), ?)",
        (ROWS - cut, ROWS - cut, audit.FIRST),
    )

    assert any(
        f"audit {ROWS}: is not the row anchored" in one for one in audit.verify(log, anchors)
    )


def test_a_whole_chain_forged_anew_is_found_by_the_file_beside(log, tmp_path, clock):
    """Who reseals every row does not have yesterday's heads."""
    anchors = tmp_path / "heads.jsonl"
    audit.anchor(log, anchors, clock=clock)
    conn, before = unlocked(log), audit.FIRST
    for row in conn.execute("select * from audit order by audit_id").fetchall():
        forged = audit.Entry(*row[:2], "nobody", *row[3:6], before, "")
        before = forged.sealed()
        conn.execute(
            "update audit set who = 'nobody', before = ?, hash = ? where audit_id = ?",
            (forged.before, before, row[0]),
        )
    conn.execute("update audit_head set hash = ?", (before,))

    assert [] == audit.verify(log)
    assert [] != audit.verify(log, anchors)


def test_words_that_would_forge_a_line_are_only_words(db, clock, tmp_path):
    """Newline, colour codes, HTML, NUL and half characters in a name do nothing."""
    hostile = 'li"}\n{"who": "root\x1b[31m<script>\0\ud83d'
    with db.atomic():
        audit.write(
            db,
            clock=clock,
            who=hostile,
            did="person.refused",
            what=hostile,
            details={"name": hostile},
        )
    audit.anchor(db, tmp_path / "heads.jsonl", clock=clock)

    (row,) = db["audit"].rows
    assert [] == audit.verify(db, tmp_path / "heads.jsonl")
    assert hostile == json.loads(row["details"])["name"]
    assert "\n" not in row["details"]


def test_a_row_goes_with_the_deed_it_tells_of(db, clock):
    """Rolled back together; outside a transaction it is refused."""

    def fail():
        with db.atomic():
            audit.write(db, clock=clock, who="li", did="verdict.given", what="x")
            raise ShouyiError("", "no")

    with pytest.raises(ShouyiError):
        fail()
    with pytest.raises(AssertionError):
        audit.write(db, clock=clock, who="li", did="verdict.given", what="x")

    assert 0 == db["audit"].count
    assert [] == audit.verify(db)


def test_any_byte_of_the_log_changed_at_random_is_found(log):
    """Fifty tries over all rows and columns."""
    conn, chance = unlocked(log), random.Random(20261125)  # noqa: S311 - a fixed seed
    whole = conn.execute("select * from audit").fetchall()
    columns = ("at", "who", "did", "what", "details", "before", "hash")
    for _try in range(50):
        row = chance.choice(whole)
        column = chance.randrange(len(columns))
        text = row[column + 1]
        spot = chance.randrange(len(text))
        new = text[:spot] + chr(ord(text[spot]) ^ 1) + text[spot + 1 :]
        sql = f"update audit set {columns[column]} = ? where audit_id = ?"  # noqa: S608 - a fixed list
        conn.execute(sql, (new, row[0]))

        found = audit.verify(log)

        assert any(f"audit {row[0]}:" in problem for problem in found), (row, columns[column], new)
        conn.execute(sql, (text, row[0]))
