"""Source by day: what was seen, what was not, and how far the promises stood."""

import csv
import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from casework import coverage, coverage_files
from pipeline.base.errors import BadInput
from pipeline.store import crawls, promises
from pipeline.store.promises import Promise

MONDAY = date(2026, 11, 23)
SUNDAY = date(2026, 11, 29)
WEEK = "2026-W48"


def promised(db, source, *, since=MONDAY, every_hours=24, is_enabled=True):
    """Note what a source file says."""
    promises.note(
        db,
        [
            Promise(
                source=source,
                since_on=since,
                name=f"站 {source}",
                every_hours=every_hours,
                floor=1,
                ceiling=100,
                is_enabled=is_enabled,
            )
        ],
    )


def ran(db, clock, source, on, state, *, because="", again=False, **counts):
    """Write a run of a source that ended so."""
    run = crawls.begin(db, source, night_on=on, asked_by="schedule", clock=clock, again=again)
    crawls.end(db, run, state=state, because=because, clock=clock, counts=counts)
    return run.run_id


def week(db, today=SUNDAY):
    """Return the week, each source with what was seen day by day."""
    found = coverage.of(db, coverage.period_of(WEEK), today=today)
    return found, {row.source: [day.seen for day in row.days] for row in found.rows}


def test_each_day_says_what_was_seen_with_run_and_reason(db, clock):
    """Finds, proven empty, thin, a wall, a layout that changed, a day nobody went."""
    promised(db, "huapiao")
    states = ("ok", "empty", "thin", "blocked", "drift")
    for number, state in enumerate(states):
        why = "" if state in {"ok", "empty"} else f"why {state}"
        ran(db, clock, "huapiao", MONDAY + timedelta(days=number), state, because=why, listed=3)

    found, days = week(db)

    expected = ["finds", "empty", "thin", "blocked", "failed", "missed", "pending"]
    assert expected == days["huapiao"]
    wall = found.rows[0].days[3]
    assert ("huapiao-2026-11-26-1", "blocked", "why blocked") == (
        wall.run_id,
        wall.state,
        wall.because,
    )
    # Sunday is today: it is not yet broken
    assert (2, 6) == (found.kept, found.promised)


def test_the_best_run_of_a_day_counts_and_all_are_counted(db, clock):
    """Blocked at two, read at ten: the day was patrolled."""
    promised(db, "huapiao")
    ran(db, clock, "huapiao", MONDAY, "blocked")
    good = ran(db, clock, "huapiao", MONDAY, "ok", again=True, listed=9)
    ran(db, clock, "huapiao", MONDAY, "failed", again=True)

    found, _days = week(db)

    monday = found.rows[0].days[0]
    assert (good, "finds", 9, 3) == (monday.run_id, monday.seen, monday.listed, monday.runs)


def test_a_run_that_somebody_limited_is_no_whole_patrol(db, clock):
    """--limit 5 proves nothing of the sixth."""
    promised(db, "huapiao")
    run = crawls.begin(db, "huapiao", night_on=MONDAY, asked_by="li", clock=clock)
    crawls.say_manners(db, run, {"limit": 5})
    crawls.end(db, run, state="ok", clock=clock, counts={"listed": 5})

    found, days = week(db)

    assert "thin" == days["huapiao"][0]
    assert "5" in found.rows[0].days[0].because
    assert 0 == found.kept


def test_a_weekly_promise_is_kept_by_one_patrol_a_week(db, clock):
    """Days between two patrols in time are no broken promises; the eighth day is."""
    promised(db, "forum", since=date(2026, 11, 1), every_hours=7 * 24)
    ran(db, clock, "forum", date(2026, 11, 18), "ok")

    found, days = week(db)

    assert ["-", "-", "missed", "missed", "missed", "missed", "pending"] == days["forum"]
    assert (2, 6) == (found.kept, found.promised)


def test_twice_a_day_is_not_kept_by_one_patrol(db, clock):
    """Every twelve hours means two runs."""
    promised(db, "hot", every_hours=12)
    ran(db, clock, "hot", MONDAY, "ok")
    ran(db, clock, "hot", MONDAY + timedelta(days=1), "ok")
    ran(db, clock, "hot", MONDAY + timedelta(days=1), "ok", again=True)

    found, _days = week(db)

    assert [False, True] == [day.is_kept for day in found.rows[0].days[:2]]


def test_before_and_after_its_promise_a_source_owes_nothing(db):
    """Enabled on Wednesday, disabled on Friday: two days owed."""
    promised(db, "young", since=MONDAY + timedelta(days=2))
    promised(db, "young", since=MONDAY + timedelta(days=4), is_enabled=False)

    found, days = week(db)

    assert ["-", "-", "missed", "missed", "-", "-", "-"] == days["young"]
    assert (0, 2) == (found.kept, found.promised)


def test_a_source_patrolled_before_promises_were_noted_counts_from_its_first_run(db, clock):
    """An older home does not start with a clean sheet."""
    ran(db, clock, "old", MONDAY, "ok")
    promised(db, "old", since=SUNDAY)

    found, days = week(db)

    assert ["finds", *["missed"] * 5, "pending"] == days["old"]
    assert (1, 6) == (found.kept, found.promised)


def test_a_run_that_never_ended_is_no_work_in_progress_next_day(db, clock):
    """The process died: that day was not read."""
    promised(db, "huapiao")
    crawls.begin(db, "huapiao", night_on=MONDAY, asked_by="schedule", clock=clock)

    assert "pending" == week(db, today=MONDAY)[1]["huapiao"][0]
    assert "failed" == week(db)[1]["huapiao"][0]


def test_a_month_has_all_its_days():
    """February of a leap year, and the week over New Year."""
    assert 29 == len(coverage.period_of("2028-02").days)
    week = coverage.period_of("2026-W53")
    assert (date(2026, 12, 28), date(2027, 1, 3)) == (week.first, week.last)


@pytest.mark.parametrize("text", ["2026-W54", "2026-13", "2026", "2026-w48", "２０２６-11", ""])
def test_what_is_no_week_and_no_month_is_told(text):
    """One sentence that says how to write it."""
    with pytest.raises(BadInput, match="2026-W48"):
        coverage.period_of(text)


def test_the_files_hold_every_cell_and_no_formula(db, clock, tmp_path):
    """A reason that begins like a formula stays text in both."""
    promised(db, "huapiao")
    ran(db, clock, "huapiao", MONDAY, "blocked", because='=HYPERLINK("x")')
    found, _days = week(db)
    for name in ("c.xlsx", "c.csv"):
        coverage_files.write(found, tmp_path / name)

    book = load_workbook(tmp_path / "c.xlsx")
    cell = book.worksheets[1]["H2"]
    assert ('=HYPERLINK("x")', "s") == (cell.value, cell.data_type)
    assert 8 == book.worksheets[1].max_row
    rows = list(csv.reader(io.StringIO((tmp_path / "c.csv").read_text(encoding="utf-8-sig"))))
    assert '\'=HYPERLINK("x")' == rows[1][7]
    with pytest.raises(BadInput):
        coverage_files.write(found, tmp_path / "c.pdf")
