"""Captures under every fault at once: each is whole or marked, and no browser is left running.

The quick form takes a dozen captures; ``--siege=long`` takes 500.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, suppress

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from evidence.verify import verify, verify_all
from pipeline.store import snapshots
from pipeline.store.open import open_store
from tests.conftest import a_listing
from tests.evidence.conftest import put_waiting
from tests.evidence.market_of_pages import open_pages
from tests.evidence.processes import are_gone, browsers_of

NIGHT = """
import errno, resource, signal, sys
from pathlib import Path
from evidence.snapshot import take_wanted
from pipeline.base.clock import SystemClock
from pipeline.base.settings import read_settings
from pipeline.base.urls import gate_for
if int(sys.argv[3]):  # a disk that is full for every file larger than this
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
patience = float(sys.argv[4])
settings = read_settings(Path(sys.argv[1]), page_timeout_seconds=patience, snapshots_at_once=2)
try:
    gate = gate_for([sys.argv[2]])
    take_wanted(settings, gate=gate, clock=SystemClock(), limit=int(sys.argv[5]))
except OSError as error:
    sys.exit(3 if error.errno in {errno.ENOSPC, errno.EFBIG, errno.EIO} else 4)
"""
FULL = 3
OUT_OF_MEMORY = (
    "<script>const all = []; for (;;) all.push(new Array(4e6).fill(all.length));</script>"
)
HANGS = "<script>setTimeout(() => { for (;;); }, 20)</script>"
FAULTS = ("browser killed", "process killed", "disk full", "browser hung")
"""In turns, so that the quick form strikes twice and quickly."""
PAGES = ("plain", "plain", "plain", "hangs", "hungry", "never", "not-there", "blank")


class Trouble:
    """Strikes the browser, or the whole night, once, at a moment of its own choosing."""

    def __init__(self, chance, home):
        self.chance, self.home = chance, home

    def strike(self, night, fault):
        """Wait a while, then do it; a browser is killed again and again."""
        for _ in range(6 if fault == "browser killed" else 1):
            time.sleep(self.chance.uniform(0.5, 4.0))
            if night.poll() is not None:
                return
            if fault == "process killed":
                night.kill()
            elif fault.startswith("browser"):
                self._signal(signal.SIGSTOP if fault == "browser hung" else signal.SIGKILL)

    def _signal(self, which):
        for process in browsers_of(self.home):
            with suppress(ProcessLookupError):
                os.kill(process, which)


@pytest.mark.siege
@pytest.mark.browser
@pytest.mark.timeout(3600)
def test_every_capture_is_whole_or_marked(settings, campaign):
    """Killed, hung, out of memory, disk full: none passes for whole, and none is lost."""
    chance = random.Random(campaign.seed)  # noqa: S311 - dice, not keys
    count = campaign.tries(quick=4, long=500)
    strikes = campaign.tries(quick=2, long=120)
    a_night = str(campaign.tries(quick=3, long=20))
    patience = str(campaign.tries(quick=2, long=3))
    db = open_store(settings.database)
    with (
        closing(db.conn),
        HTTPServer(host="127.0.0.1", threaded=True) as server,
        HTTPServer(host="127.0.0.1", threaded=True) as canary,
    ):
        open_pages(server, canary)
        for name, body in (("hungry", OUT_OF_MEMORY), ("hangs", HANGS)):
            page = f'<!doctype html><meta charset="utf-8"><title>出只画眉</title>{body}'
            server.expect_request(f"/siege/{name}").respond_with_handler(
                lambda _request, page=page: Response(page, content_type="text/html; charset=utf-8")
            )
        told, here = {}, f"127.0.0.1:{server.port}"
        for number in range(count):
            story = chance.choice(PAGES)
            folder = "/siege/" if story in {"hungry", "hangs"} else "/"
            url = f"{server.url_for(folder + story)}?{number}"
            told[f"huapiao:{number}"] = story
            put_waiting(db, a_listing(site_id=str(number), url=url))

        struck = []
        while snapshots_wanted(db):
            fault = FAULTS[len(struck) % len(FAULTS)] if len(struck) < strikes else "none"
            limit = 20_000 if fault == "disk full" else 0
            night = subprocess.Popen(
                [sys.executable, "-c", NIGHT, settings.home, here, str(limit), patience, a_night],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            blow = threading.Thread(
                target=Trouble(chance, settings.home).strike, args=(night, fault)
            )
            blow.start()
            code = night.wait()
            blow.join()
            struck.append(fault)
            assert are_gone(settings.home), fault
            assert [] == torn(settings), fault
            assert code in {0, FULL, 1, -signal.SIGKILL}, (fault, code)

        rows = snapshots.all_of(db)
    assert sorted(told) == sorted(row.listing_id for row in rows)
    for row in rows:
        is_whole = told[row.listing_id] == "plain"
        assert row.state == "failed" or is_whole, row
        assert row.reason or row.is_complete, row
        assert row.is_complete <= is_whole, row
    assert [] == [problem for one in verify_all(settings.home) for problem in one.problems]
    whole = sum(row.is_complete for row in rows)
    sys.stdout.write(
        f"captures: {count}, {whole} whole, {dict(Counter(struck))}, seed {campaign.seed}\n"
    )


def snapshots_wanted(db) -> int:
    """Return how many listings still wait."""
    return db.conn.execute("select count(*) from listings where snapshot = 'wanted'").fetchone()[0]


def torn(settings) -> list[str]:
    """Return what is on the shelf and does not verify by itself."""
    sealed = settings.evidence.glob("2*")
    return [problem for folder in sealed for problem in verify(folder, alone=True).problems]
