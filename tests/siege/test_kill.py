"""SIGKILL at any point of a crawl: nothing is lost, nothing is twice, nobody mends by hand.

The quick form kills a crawl at 20 random points and a night at 3. The long one, for
``make siege``::

    .venv/bin/python tests/siege/test_kill.py 200        # kills, then a seed if one is wanted
"""

import importlib.util
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from demo.market import truth

SEED = 20260310
KILLS = 20
NIGHT_KILLS = 3
WHOLE = frozenset({"demo-classifieds", "demo-app"})
"""Shops whose every listing a night reads; of the others each is still held to be once."""
LISTINGS = 60
AT_ONCE = 4


@pytest.mark.siege
@pytest.mark.timeout(400)
def test_a_run_killed_at_twenty_random_points_loses_nothing(shop_and_crawls):
    """Each kill is a point in the run: a request that arrives, and a moment after it."""
    shop, crawls = shop_and_crawls

    kills, runs = campaign(shop, crawls, KILLS, seed=SEED)

    assert KILLS == kills
    assert runs >= 1


@pytest.mark.siege
@pytest.mark.timeout(600)
def test_a_night_killed_at_random_moments_loses_nothing(tmp_path):
    """Over the practice market: crawls and snapshots broken off, and gone on with."""
    assert NIGHT_KILLS == nights(tmp_path / "home", NIGHT_KILLS, seed=SEED)


def nights(home, wanted, *, seed):
    """Kill nights over the practice market, then let one end, and ask the oracle."""
    chance = random.Random(seed)  # noqa: S311 - the same moments again
    command = [sys.executable, "-m", "commands", "night", "--json", "--home", str(home)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    kills = 0
    for _ in range(wanted):
        night = subprocess.Popen(command, start_new_session=True, **quiet)
        with suppress(subprocess.TimeoutExpired):
            night.wait(timeout=chance.uniform(3, 16))
        if night.poll() is None:
            os.killpg(night.pid, signal.SIGKILL)
            kills += 1
        night.wait()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert 0 == done.returncode, done.stderr[-2000:]
    check_night(home)
    return kills


def check_night(home):
    """The oracle of a night: each listing of the market once, each flagged one sealed once."""
    connection = sqlite3.connect(home / "shouyi.db")
    ask = connection.execute
    truths = {one for one in truth(night=1) if one.split(":")[0] in WHOLE}
    stored = {one for (one,) in ask("select listing_id from listings")}
    assert truths == {one for one in stored if one.split(":")[0] in WHOLE}
    twice = "select listing_id from listing_events where what = 'first_seen' group by 1 having"
    assert [] == ask(f"{twice} count(*) > 1").fetchall()
    assert [] == ask("select run_id from runs where state <> 'ok'").fetchall()
    assert [] == ask("select listing_id from listings where snapshot = 'wanted'").fetchall()
    sealed = {one for (one,) in ask("select snapshot_id from snapshots where state = 'sealed'")}
    assert sealed == {path.name for path in (home / "evidence").iterdir() if path.is_dir()}
    assert [("ok",)] == ask("pragma integrity_check").fetchall()
    connection.close()


def campaign(shop, crawls, wanted, *, seed):
    """Kill runs until ``wanted`` kills have hit; after each run that ends, ask the oracle."""
    chance = random.Random(seed)  # noqa: S311 - the same points again
    kills = runs = 0
    while kills < wanted:
        fresh = crawls.folder / f"home-{runs}"
        crawls.home, runs = fresh, runs + 1
        shop.hits.clear()
        shop.times.clear()
        file = crawls.source(shop, at_once=AT_ONCE, floor=LISTINGS)
        for _ in range(min(5, wanted - kills)):
            kills += killed(shop, crawls.start(file), chance)
        done = crawls.run(file, timeout=120)
        check(shop, crawls, done)
    return kills, runs


def killed(shop, process, chance):
    """Kill a run a moment after some request has arrived; True where it was still at work."""
    before = len(shop.times)
    until = before + chance.randint(1, 14)
    pause = chance.choice((0.0, 0.005, 0.02, 0.08, 0.2))
    while len(shop.times) < until and process.poll() is None:
        time.sleep(0.002)
    time.sleep(pause)
    is_alive = process.poll() is None
    if is_alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return is_alive


def check(shop, crawls, done):
    """The oracle: each listing once, one run, its sum whole, the store sound, no page read twice.

    A page may be asked for again only if it was in flight, or not yet written, at a kill.
    """
    assert (0, "ok") == (done.code, done.state), (done.line, done.said)
    stored = crawls.rows("select site_id from listings order by site_id")
    assert sorted(shop.ids) == [one for (one,) in stored]
    events = Counter(
        one
        for (one,) in crawls.rows("select listing_id from listing_events where what = 'first_seen'")
    )
    assert [] == [one for one, count in events.items() if count != 1]
    ((run_id, resumed),) = crawls.rows("select run_id, resumed from runs")
    listed, settled = crawls.rows(
        "select count(*), sum(outcome in ('stored', 'known')) from run_listings where run_id = ?",
        run_id,
    )[0]
    assert listed == settled == LISTINGS
    assert [("ok",)] == crawls.rows("pragma integrity_check")
    assert [] == crawls.rows("select key from run_pages where state <> 'done'")
    twice = [path for path, count in shop.hits.items() if count > 1 and "/item/" in path]
    assert len(twice) <= resumed * (32 + AT_ONCE), (resumed, len(twice))


@pytest.fixture
def shop_and_crawls(tmp_path):
    """A shop of sixty listings that takes its time, and a folder for homes."""
    made = _room().Shop(listings=LISTINGS)
    slow = made.answer
    made.answer = lambda ask: (time.sleep(0.01), slow(ask))
    yield made, _room().Crawls(tmp_path / "home", tmp_path)
    made.close()


def _room():
    """Return the shop and the command of the crawlers' own tests."""
    if "crawlers_room" not in sys.modules:
        path = Path(__file__).parents[1] / "crawlers" / "conftest.py"
        spec = importlib.util.spec_from_file_location("crawlers_room", path)
        sys.modules["crawlers_room"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["crawlers_room"])
    return sys.modules["crawlers_room"]


def main():
    """Run the campaign with so many kills, and a seed if one is given."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    with tempfile.TemporaryDirectory() as folder:
        site = _room().Shop(listings=LISTINGS)
        kills, runs = campaign(site, _room().Crawls(Path(folder), Path(folder)), wanted, seed=seed)
        site.close()
        nights(Path(folder) / "night", max(1, wanted // 10), seed=seed)
    sys.stdout.write(f"kill: {kills} kills over {runs} runs, 0 lost, 0 twice (seed {seed})\n")


if __name__ == "__main__":
    main()
