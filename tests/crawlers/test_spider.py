"""One source, once: from its list to the store, politely, each listing once."""

import re
import signal
import threading
import time
from itertools import pairwise

import pytest


def test_a_healthy_run_stores_what_the_site_lists(shop, crawls, whole):
    """Thirty listings on three pages: thirty stored, and the run says so."""
    done = crawls.run(crawls.source(shop))

    assert (0, "ok") == (done.code, done.state), done.said
    assert (33, 30, 30) == (done.pages, done.listings, done.new)
    assert 30 == crawls.rows("select count(*) from listings")[0][0]
    assert whole(done.run)


def test_a_second_run_knows_what_it_has_seen(shop, crawls, whole):
    """Nothing new, one changed, one new: told apart."""
    file = crawls.source(shop, again="0d")
    crawls.run(file)
    shop.ids.append("999")
    shop.odd["/item/105"] = lambda ask: ask.say(shop.item_page("105").replace("105元", "5元"))

    done = crawls.run(file)

    assert (31, 1, 1) == (done.listings, done.new, done.changed), done.said
    assert whole(done.run)
    assert [(1,), (2,)] == crawls.rows("select number from runs order by number")


def test_the_same_item_under_odd_addresses_is_one_listing(shop, crawls, html_of):
    """Tracking words, fragments, doubled parameters and slashes make no second bird."""
    forms = ("/item/100", "/item/100?spm=a.b", "/item/100#x", "/item/100/", "/item/100?id=1&id=1")
    rows = "".join(f'<li data-id="100"><a href="{form}">出画眉</a></li>' for form in forms)
    shop.odd["/list"] = lambda ask: ask.say(html_of(f'<ul class="list">{rows}</ul>'))

    done = crawls.run(crawls.source(shop))

    assert (1, 1) == (done.listings, done.new), done.said
    assert 1 == len(shop.asked("/item/"))


def test_a_list_that_grows_between_two_pages_gives_each_listing_once(shop, crawls, whole):
    """The last of page 1 is shown again on page 2: seen twice, stored once."""

    def grown(ask):
        shop.ids.insert(0, "777")
        ask.say(shop.list_page(2))

    shop.odd["/list?page=2"] = grown

    done = crawls.run(crawls.source(shop))

    assert (30, 30) == (done.listings, done.new), done.said
    sightings = crawls.rows("select max(sightings) from run_listings")
    assert [(2,)] == sightings
    assert whole(done.run)


def test_robots_txt_is_obeyed_and_what_it_said_is_kept(shop, crawls, whole):
    """A path that robots.txt forbids is refused by name, never asked for."""
    shop.robots = "User-agent: *\nDisallow: /item/10\n"

    done = crawls.run(crawls.source(shop))

    assert [] == shop.asked("/item/10")
    assert 20 == done.new
    reasons = crawls.rows("select reason, count(*) from run_listings where outcome = 'refused'")
    assert [("robots.txt", 10)] == reasons
    assert "obeyed" in crawls.rows("select manners from runs")[0][0]
    assert whole(done.run)


def test_robots_that_forbid_everything_block_the_run(shop, crawls):
    """Not one page is read, and the run does not call that a night without birds."""
    shop.robots = "User-agent: *\nDisallow: /\n"

    done = crawls.run(crawls.source(shop))

    assert (1, "blocked", "robots") == (done.code, done.state, done.cause)
    assert [] == shop.asked("/list")


def test_robots_out_of_reach_forbid_for_now(shop, crawls):
    """A robots.txt that answers 500 is no permission."""
    shop.odd["/robots.txt"] = lambda ask: ask.say("down", status=500)

    done = crawls.run(crawls.source(shop))

    assert (1, "failed", "robots") == (done.code, done.state, done.cause), done.line
    assert [] == shop.asked("/list")


def test_the_pace_of_the_source_file_is_kept(shop, crawls):
    """One request at a time, a fifth of a second apart at the least."""
    shop.ids = shop.ids[:6]

    crawls.run(crawls.source(shop, between=0.2, at_once=1))

    asked = [when for when, _ in shop.times]
    pauses = [after - before for before, after in pairwise(asked[1:])]
    assert len(pauses) >= 5
    assert min(pauses) >= 0.09  # Scrapy spreads each pause between half and one and a half
    assert sum(pauses) / len(pauses) >= 0.15


def test_a_limit_that_was_asked_for_is_kept(shop, crawls, whole):
    """--limit 7 reads seven."""
    done = crawls.run(crawls.source(shop, floor=25), "--limit", "7")

    assert ("ok", 7) == (done.state, done.new), done.line
    assert 7 == len(shop.asked("/item/"))
    assert whole(done.run)


def test_a_dry_run_keeps_nothing(shop, crawls):
    """It reads and judges, and the home stays without a database."""
    done = crawls.run(crawls.source(shop), "--dry-run")

    assert ("ok", 30) == (done.state, done.new), done.said
    assert not (crawls.home / "shouyi.db").exists()


def test_what_is_no_longer_there_is_gone_and_may_return(shop, crawls):
    """Off the list and 404: gone. Back on the list: returned."""
    file = crawls.source(shop)
    crawls.run(file)
    shop.ids.remove("105")
    shop.odd["/item/105"] = lambda ask: ask.say("没有了", status=404)

    gone = crawls.run(file)

    assert 1 == gone.gone, gone.line
    assert crawls.rows("select gone_at from listings where site_id = '105'")[0][0]
    shop.ids.append("105")
    del shop.odd["/item/105"]
    back = crawls.run(file)
    assert (0, 1) == (back.gone, back.changed), back.line
    assert crawls.rows("select gone_at from listings where site_id = '105'") == [(None,)]


def test_what_is_off_the_list_but_still_up_is_not_gone(shop, crawls):
    """Page 4 of a list is no grave: the page itself is asked."""
    file = crawls.source(shop)
    crawls.run(file)
    shop.ids.remove("105")

    done = crawls.run(file)

    assert 0 == done.gone
    assert 2 == shop.hits["/item/105"]


def test_a_second_process_on_the_same_source_is_refused(shop, crawls):
    """While one crawls, the other says who does, and changes nothing."""
    released = threading.Event()
    shop.odd["/item/100"] = lambda ask: (released.wait(90), shop.answer(ask))
    file = crawls.source(shop, limits="seconds: 100")
    first = crawls.start(file)
    wait_for(lambda: shop.hits["/item/100"])

    second = crawls.run(file)

    released.set()
    assert 1 == second.code
    assert "is being crawled" in second.said
    assert "ok" == crawls.ended(first).state


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_it_has_and_goes_on(shop, crawls, whole, what):
    """Ctrl-C: exit 130, interrupted; the same command finishes the very same run."""
    for one in shop.ids[10:]:
        shop.odd[f"/item/{one}"] = lambda ask: (time.sleep(0.3), shop.answer(ask))
    file = crawls.source(shop, at_once=1)
    process = crawls.start(file)
    wait_for(lambda: len(shop.asked("/item/")) > 12)
    process.send_signal(what)

    stopped = crawls.ended(process)

    assert (130, "interrupted") == (stopped.code, stopped.state), stopped.said
    assert 10 <= stopped.new < 30
    shop.odd.clear()
    done = crawls.run(file)
    assert (stopped.run, "ok", 30) == (done.run, done.state, done.new), done.said
    assert 30 == crawls.rows("select count(*) from listings")[0][0]
    assert max(shop.hits[f"/item/{one}"] for one in shop.ids) <= 2
    assert whole(done.run)


def test_a_source_file_that_was_changed_meanwhile_begins_its_list_anew(shop, crawls, whole):
    """The shop has moved to another port: what is stored stays, the rest is read over there."""
    shop.odd["/item/115"] = lambda ask: (time.sleep(20), shop.answer(ask))
    process = crawls.start(crawls.source(shop, at_once=1))
    wait_for(lambda: shop.hits["/item/115"])
    process.kill()
    process.communicate()
    moved = type(shop)()

    done = crawls.run(crawls.source(moved))

    moved.close()
    assert ("ok", 30) == (done.state, done.listings), done.line
    assert 30 == crawls.rows("select count(*) from listings")[0][0]
    assert whole(done.run)


def test_progress_is_told_on_stderr_and_the_result_alone_on_stdout(shop, crawls):
    """A script reads one JSON object, whatever is said beside it."""
    process = crawls.start(crawls.source(shop))

    output, _ = process.communicate(timeout=60)

    assert 1 == len(output.splitlines())
    assert re.match(r'\{"run": "shop-\d{4}-\d\d-\d\d-1", ', output)


def wait_for(truth, seconds=60):
    ends = time.monotonic() + seconds
    while not truth():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)
