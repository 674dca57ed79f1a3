"""Workers, ledger and Redis are killed again and again: 0 lost, 0 twice, nobody mends by hand.

The quick form kills a crawler for good, and Redis, over 300 listings; the long one kills
something every few seconds over 100,000, and starts it again::

    .venv/bin/python -m pytest tests/siege/test_fleet.py -n0 -s --siege=long --timeout 7200
"""

import importlib.util
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

DETAILS = 300
"""Listings with a page of their own, in both forms."""
PER_PAGE = 100
PLACES = 20

LISTS_ONLY = """
key: market
name: 试验集市
family: classifieds
enabled: true
basis: our own server
base_url: "http://{host}/"
search: {{url: "http://{host}/wide?city={{place}}&page=1", pages: 1000, places: {{{places}}}}}
list:
  rows: "ul.list > li"
  next: "a.next::attr(href)"
  fields: {{site_id: "::attr(data-id)", url: "a::attr(href)", title: "a"}}
allow_private: ["{host}"]
manners: {{seconds_between: 0.001, at_once: 8, robots: obey, reason: "our own server"}}
limits: {{seconds: 10, pages: 100000, depth: 10000, run_seconds: 86400}}
expect: {{listings: [1, 10000000]}}
"""


@pytest.mark.siege
@pytest.mark.timeout(7200)
def test_a_fleet_of_which_everything_is_killed_loses_nothing(tmp_path, campaign):
    """A crawler and Redis itself, at length all of them: each listing once, each run whole."""
    listings = campaign.tries(quick=0, long=100_000 - DETAILS)
    room = _room("fleet")
    server = room.RedisServer(tmp_path / "redis")
    fleet = room.Fleet(server, tmp_path / "home")
    shop = wide_shop(room.crawlers_room(), listings)
    crawls = room.crawlers_room().Crawls(fleet.home, tmp_path)
    try:
        files = [crawls.source(shop, pages=1000, at_once=4, limits="seconds: 10, depth: 1000")]
        files += [market(shop, tmp_path)] if listings else []

        lines, kills = besieged(fleet, server, shop, files, campaign)

        print(f"fleet: {DETAILS + listings} listings, {dict(kills)}, {lines}")  # noqa: T201 - a campaign says what it did
        assert {"ok"} == {line["state"] for line in lines.values()}, (lines, fleet.said())
        check(crawls, shop, listings, room.crawlers_room().whole)
    finally:
        fleet.close()
        server.end()
        shop.close()


def besieged(fleet, server, shop, files, campaign):
    """Crawl these with three workers while each of them, and Redis, is killed now and then."""
    chance = random.Random(campaign.seed)  # noqa: S311 - the same kills again
    kills, lines = Counter(), {}
    workers = {"crawl-1": "--crawl", "crawl-2": "--crawl", "judge": "--judge"}
    running = {name: fleet.worker(role) for name, role in workers.items()}
    running["ledger"] = fleet.ledger(*files)
    wanted = ["crawl-1", "redis", *(("judge", "ledger") if campaign.is_long else ())]
    while wanted:
        wait_for_work(shop, running["ledger"], shop.hits.total() + 40)
        if campaign.is_long:
            time.sleep(chance.uniform(3, 8))
        if running["ledger"].poll() is not None:
            break
        victim = wanted.pop(0)
        kills[victim] += 1
        if victim == "redis":
            server.kill()
            time.sleep(chance.uniform(0.1, 1))
            server.start()
        else:
            fleet.kill(running[victim])
            if campaign.is_long:
                running[victim] = _again(fleet, victim, running, workers, files=files, lines=lines)
        if campaign.is_long and not wanted:
            wanted = chance.choices([*running, "redis"], k=5)
    lines |= {
        line["source"]: line
        for line in fleet.ended(running["ledger"], timeout=3000 if campaign.is_long else 100)
    }
    return lines, kills


def _again(fleet, victim, running, workers, *, files, lines):
    """Start what was killed once more; a ledger for the runs that have not ended."""
    if victim != "ledger":
        return fleet.worker(workers[victim])
    lines |= {line["source"]: line for line in fleet.lines(running[victim])}
    return fleet.ledger(*(file for file in files if file.stem not in lines))


def wait_for_work(shop, ledger, hits):
    """Wait until the shop was asked so often, or there is no more to ask for."""
    quiet_since, last = time.monotonic(), -1
    while ledger.poll() is None and shop.hits.total() < hits:
        if shop.hits.total() != last:
            quiet_since, last = time.monotonic(), shop.hits.total()
        if time.monotonic() - quiet_since > 10:
            return
        time.sleep(0.02)


def check(crawls, shop, listings, whole):
    """The oracle, asked of the rows themselves."""
    stored = [one for (one,) in crawls.rows("select listing_id from listings")]
    expected = {f"shop:{one}" for one in shop.ids} | {f"market:{n}" for n in range(listings)}
    assert len(stored) == len(set(stored))
    assert (set(), set()) == (expected - set(stored), set(stored) - expected)
    twice = "select listing_id from listing_events where what = 'first_seen' group by 1 having"
    assert [] == crawls.rows(f"{twice} count(*) > 1")
    for (run_id,) in crawls.rows("select run_id from runs"):
        assert whole(crawls, run_id)
    assert [] == crawls.rows("select key from run_pages where state <> 'done'")
    assert [] == crawls.rows("select because from dead_letters")
    assert [("ok",)] == crawls.rows("pragma integrity_check")


def wide_shop(room, listings):
    """Return a shop with pages of its own for 300 listings, and wide lists for the rest."""
    shop = room.Shop(listings=DETAILS, per_page=25)
    plain = shop.answer
    per_place = listings // PLACES

    def answer(ask):
        if not ask.path.startswith("/wide"):
            time.sleep(0.01)
            plain(ask)
            return
        place = int(re.search(r"city=(\d+)", ask.path)[1])
        page = int(re.search(r"page=(\d+)", ask.path)[1])
        first, last = place * per_place, (place + 1) * per_place
        last = listings if place == PLACES - 1 else last
        start = first + (page - 1) * PER_PAGE
        rows = "".join(
            f'<li data-id="{number}"><a href="/item/{number}">{wide_title(number)}</a></li>'
            for number in range(start, min(start + PER_PAGE, last))
        )
        after = f"/wide?city={place}&page={page + 1}"
        link = f'<a class="next" href="{after}">下一页</a>' if start + PER_PAGE < last else ""
        ask.say(room.html(f'<ul class="list">{rows}</ul>{link}'))

    shop.answer = answer
    return shop


def wide_title(number):
    """Return a title; one in fifty is of a bird, as on no site, so judging is not left out."""
    return f"出画眉 {number}" if number % 50 == 0 else f"出自行车 {number} 型"


def market(shop, folder):
    """Write the source file of the wide lists."""
    file = folder / "market.yml"
    places = ", ".join(f'市{number}: "{number}"' for number in range(PLACES))
    file.write_text(LISTS_ONLY.format(host=shop.host, places=places), encoding="utf-8")
    return file


def _room(name):
    module = f"{name}_room"
    if module not in sys.modules:
        path = Path(__file__).parents[1] / name / "conftest.py"
        spec = importlib.util.spec_from_file_location(module, path)
        sys.modules[module] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[module])
    return sys.modules[module]
