"""``shouyi report``: one line a source, one of all, and the file beside them."""

import json
import os
import subprocess
import sys
from datetime import date

from pipeline.store import crawls


def asked(home, *words):
    """Run the real command."""
    return subprocess.run(
        [sys.executable, "-m", "commands", "report", *words, "--home", str(home)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )


def test_coverage_prints_sources_then_the_whole_and_writes_the_file(settings, db, clock, tmp_path):
    """A run of a past week is found again under its name."""
    run = crawls.begin(db, "discuz", night_on=date(2026, 3, 10), asked_by="schedule", clock=clock)
    crawls.end(db, run, state="blocked", because="登录墙", clock=clock, counts={})

    done = asked(settings.home, "coverage", "2026-W11", "--json", "--out", str(tmp_path / "w.csv"))

    assert 0 == done.returncode, done.stderr
    *rows, whole = map(json.loads, done.stdout.splitlines())
    assert ["discuz"] == [row["source"] for row in rows]
    assert ("blocked", run.run_id, "登录墙") == tuple(
        rows[0]["days"][1][name] for name in ("seen", "run_id", "because")
    )
    assert ("2026-W11", 1, None) == (whole["period"], whole["blocked"], whole["share"])
    assert "登录墙" in (tmp_path / "w.csv").read_text(encoding="utf-8-sig")


def test_a_period_that_is_none_ends_with_two(settings):
    """Nothing is made of it, not even a database."""
    done = asked(settings.home, "coverage", "last week")

    assert 2 == done.returncode
    assert not settings.database.exists()
