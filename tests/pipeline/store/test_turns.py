"""Many who read and then write take turns: nobody is told that the database is locked."""

import subprocess
import sys
import time

import pytest

from pipeline.store.open import open_store

_WORKER = """
import sys, time
from pathlib import Path
from pipeline.store.open import open_store
db = open_store(Path(sys.argv[1]))
longest = 0.0
for _ in range(int(sys.argv[2])):
    began = time.monotonic()
    with db.atomic():
        (count,) = db.conn.execute("select count from tally").fetchone()
        db.conn.execute("update tally set count = ?", (count + 1,))
    longest = max(longest, time.monotonic() - began)
print(longest)
"""


@pytest.mark.siege
def test_eight_processes_that_read_then_write_lose_nothing(settings, campaign):
    """Every update is there, and none waited five seconds."""
    db = open_store(settings.database)
    db.conn.execute("create table tally (count integer)")
    db.conn.execute("insert into tally values (0)")
    db.conn.commit()
    each = campaign.tries(40, 500)
    began = time.monotonic()

    workers = [
        subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(settings.database), str(each)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _one in range(8)
    ]
    told = [worker.communicate(timeout=100) for worker in workers]

    assert ["", *[""] * 7] == [errors for _waited, errors in told]
    assert 8 * each == db.conn.execute("select count from tally").fetchone()[0]
    assert max(float(waited) for waited, _errors in told) < 5
    print(f"{8 * each} updates in {time.monotonic() - began:.1f} s")  # noqa: T201 - a campaign tells


_KILLED = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from pipeline.store.open import open_store
from tests.conftest import a_listing
from tests.told import ToldReader
from pipeline.base.clock import SystemClock
from pipeline.ingest import ingest_many
db, killed_at, count = open_store(Path(sys.argv[1])), int(sys.argv[2]), 0

def count_down(statement):
    global count
    count += 1
    if count == killed_at:
        import os, signal
        os.kill(os.getpid(), signal.SIGKILL)

db.conn.set_trace_callback(count_down)
page = [a_listing(site_id=str(number)) for number in range(5)]
ingest_many(db, ToldReader(), page, clock=SystemClock())
print("done")
"""


@pytest.mark.siege
def test_killed_between_two_statements_a_batch_is_whole_or_absent(settings, pytestconfig, campaign):
    """A page of five: after the kill there are none or five, after a rerun exactly five."""
    db = open_store(settings.database)
    for killed_at in range(1, campaign.tries(40, 60), campaign.tries(6, 1)):
        words = [str(settings.database), str(killed_at), str(pytestconfig.rootpath)]
        first = subprocess.run(
            [sys.executable, "-c", _KILLED, *words], capture_output=True, text=True, check=False
        )
        counts = [db[name].count for name in ("listings", "listing_events", "judgements")]

        assert counts in ([0, 0, 0], [5, 5, 5]), killed_at
        assert first.returncode == -9 or "done" in first.stdout, first.stderr
    subprocess.run(
        [sys.executable, "-c", _KILLED, words[0], "0", words[2]], check=True, capture_output=True
    )
    assert [5, 5, 5] == [db[name].count for name in ("listings", "listing_events", "judgements")]
