"""A browser that dies, freezes or is left behind costs one page another look, and nothing else."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import pytest
from werkzeug import Response

from evidence.snapshot import Wanted, take_all, take_wanted
from evidence.verify import verify_all
from pipeline.base.clock import SystemClock
from pipeline.base.settings import read_settings
from pipeline.store import listings, snapshots
from pipeline.store.open import open_store
from tests.evidence.market_of_pages import page
from tests.evidence.processes import are_gone, browsers_of

pytestmark = pytest.mark.browser


@pytest.fixture
def deadly(site, settings):
    """A page that sends a signal to every process of the browser, so many times."""
    left = {}

    def serve(request):
        name, number = request.args["signal"], int(request.args["times"])
        if left.setdefault(request.full_path, number) > 0:
            left[request.full_path] -= 1
            for process in browsers_of(settings.home):
                os.kill(process, getattr(signal, name))
            time.sleep(0.2)
        return Response(page(""), content_type="text/html; charset=utf-8")

    path = f"/deadly/{settings.home.parent.name}"
    site.server.expect_request(path).respond_with_handler(serve)
    return lambda name, times: site.server.url_for(f"{path}?signal={name}&times={times}")


def taken(settings, site, urls):
    wanted = [Wanted(url=url, asked_by="li", title="出只画眉") for url in urls]
    kept = take_all(settings, wanted, gate=site.gate, clock=SystemClock())
    return {one.row.url: one.row for one in kept}


def test_a_browser_that_is_killed_costs_no_page(settings, site, deadly):
    """The page is looked at again in another browser, and so is its neighbour."""
    plain, kills = site.server.url_for("/plain"), deadly("SIGKILL", 1)

    rows = taken(settings, site, [plain, kills, f"{plain}?2", f"{plain}?3"])

    assert ["sealed"] * 4 == [row.state for row in rows.values()]
    assert are_gone(settings.home)


def test_a_page_that_kills_every_browser_is_a_failure_of_its_own(settings, site, deadly):
    """Twice is enough; the rest of the night goes on."""
    plain, kills = site.server.url_for("/plain"), deadly("SIGKILL", 2)
    one_by_one = settings.model_copy(update={"snapshots_at_once": 1})

    rows = taken(one_by_one, site, [kills, plain])

    assert ("failed", "浏览器在这一页上 2 次崩溃") == (rows[kills].state, rows[kills].reason)
    assert "sealed" == rows[plain].state
    assert [] == [one for one in verify_all(settings.home) if not one.is_ok]


def test_a_browser_that_freezes_is_ended_and_the_page_looked_at_again(settings, site, deadly):
    """It answers nothing and cannot be closed: its process group is ended."""
    freezes = deadly("SIGSTOP", 1)
    patient = settings.model_copy(update={"page_timeout_seconds": 3.0})

    rows = taken(patient, site, [freezes])

    assert "sealed" == rows[freezes].state
    assert are_gone(settings.home)


def test_what_waits_is_kept_and_its_listing_told(settings, site, a_listing, waiting):
    """The night's job: every listing that waits, and nobody waits any more."""
    db = open_store(settings.database)
    with closing(db.conn):
        for site_id in ("991", "992"):
            url = f"{site.server.url_for('/plain')}?{site_id}"
            waiting(db, a_listing(site_id=site_id, url=url))
        told = []

        kept = take_wanted(settings, gate=site.gate, clock=SystemClock(), on_done=told.append)

        assert kept == told
        assert {"huapiao:991", "huapiao:992"} == {one.listing_id for one in kept}
        assert ["sealed", "sealed"] == [one.state for one in kept]
        assert [] == listings.wanting_snapshot(db)
        assert "schedule" == snapshots.of(db, "huapiao:991")[0].asked_by
        fields = (kept[0].folder / "fields.json").read_text()
        assert "自家养的" in fields
    assert [] == take_wanted(settings, gate=site.gate, clock=SystemClock())


def test_whoever_interrupts_keeps_what_is_sealed_and_leaves_no_browser(settings, site):
    """Ctrl-C after the first: it is on the shelf, whole, and the rest is still to do."""
    plain = site.server.url_for("/plain")
    wanted = [Wanted(url=f"{plain}?{n}", asked_by="li") for n in range(8)]

    def interrupt(_snapshot):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(take_all(settings, wanted, gate=site.gate, clock=SystemClock(), on_done=interrupt))

    assert are_gone(settings.home)
    kept = list(verify_all(settings.home))
    assert [] == [one for one in kept if not one.is_ok]
    assert 1 <= len(kept) - 1 < len(wanted)


def test_a_killed_night_leaves_no_browser_behind(settings, site):
    """SIGKILL of the program itself: the browser goes with it."""
    code = (
        "import sys;from pathlib import Path;from evidence.snapshot import *;"
        "from pipeline.base.clock import SystemClock;from pipeline.base.urls import gate_for;"
        "from pipeline.base.settings import read_settings;"
        "list(take_all(read_settings(Path(sys.argv[1])),[Wanted(url=sys.argv[2],asked_by='li')],"
        "gate=gate_for([sys.argv[3]]),clock=SystemClock()))"
    )
    address = f"127.0.0.1:{site.server.port}"
    night = subprocess.Popen(
        [sys.executable, "-c", code, settings.home, site.server.url_for("/never"), address]
    )
    while not (settings.home / "cache").exists() or not browsers_of(settings.home):
        time.sleep(0.05)
    time.sleep(0.5)

    night.kill()
    night.wait()

    assert are_gone(settings.home)


def test_a_browser_that_does_not_start_is_one_sentence(settings, site):
    """Whatever stands at that path: the operator is told, and nothing is half-made."""
    broken = settings.model_copy(update={"chromium": "/bin/false"})

    with pytest.raises(Exception, match="/bin/false: cannot be started"):
        taken(broken, site, [site.server.url_for("/plain")])

    assert read_settings(settings.home).home == settings.home
    assert [] == list(settings.home.glob("evidence/2*"))
