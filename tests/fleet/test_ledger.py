"""The ledger keeps what comes back once, however often it comes, and loses no page."""

from dataclasses import replace
from datetime import date

import pytest

from crawlers.deliver import Yield
from crawlers.fleet import wire
from crawlers.fleet.ledger import FleetLedger
from crawlers.fleet.open_run import open_run
from crawlers.fleet.post import DEAD, JUDGED, Post, out_of, pages_of
from crawlers.fleet.wire import Listed
from crawlers.pages.base import Fetched, IndexPage
from crawlers.sources import load_source
from pipeline.page import NORMAL
from pipeline.reading import Ranked
from pipeline.store import crawls, dead_letters
from pipeline.store.ledger import Finished

SOURCE = """
key: shop
name: 试验市场
family: classifieds
enabled: true
basis: our own server
base_url: "http://127.0.0.1:9/"
search: {url: "http://127.0.0.1:9/list"}
list: {rows: li, fields: {site_id: "::attr(data-id)", url: "a::attr(href)", title: a}}
detail: {fields: {title: h1}}
allow_private: ["127.0.0.1:9"]
manners: {seconds_between: 0.001, reason: "our own server"}
expect: {listings: [1, 100]}
"""
NIGHT = date(2026, 3, 10)


@pytest.fixture
def post(client):
    return Post(client, "ledger", 3600)


@pytest.fixture
def ledger(db, post, clock, tmp_path):
    """A ledger with one run open, its first page sent out."""
    file = tmp_path / "shop.yml"
    file.write_text(SOURCE, encoding="utf-8")
    source = load_source(file)
    run = crawls.begin(db, source.key, night_on=NIGHT, asked_by="fleet", clock=clock)
    made = FleetLedger(db=db, post=post, clock=clock)
    made.open(open_run(db, source, run, NIGHT, clock=clock))
    made.step()
    return made


def pages_out(post, run_id):
    """Return the pages that lie in Redis for workers."""
    return [wire.due_of(said["page"]) for _, said in post.redis.xrange(pages_of(run_id))]


def come_back(post, run_id, due, given, ranked=()):
    """Put a page that was read and judged where the ledger looks."""
    read, judged = wire.read_line(due, given), wire.judged_line(list(ranked))
    said = {"run_id": run_id, "url": due.url, "read": read, "judged": judged}
    post.redis.xadd(JUDGED, said)


def a_list(due, listing):
    """Return what a worker makes of a list that shows one card."""
    card = replace(listing, source="shop", site_id="1", url="http://127.0.0.1:9/item/1")
    index = IndexPage(
        fetched=Fetched(url=due.url, seen_at=listing.seen_at),
        verdict=NORMAL,
        cards=(card,),
        has_details=True,
    )
    return Listed(page=Finished(page_id=due.page_id, state="done", page="normal"), index=index)


def run_of(ledger):
    (opened,) = ledger.runs.values()
    return opened


def test_a_page_that_comes_back_twice_is_kept_once(ledger, post, a_listing):
    """Two workers read it, for one was thought dead: its card is one page, once out."""
    run_id = run_of(ledger).run.run_id
    (due,) = pages_out(post, run_id)
    post.redis.delete(pages_of(run_id))
    for _ in range(2):
        come_back(post, run_id, due, a_list(due, a_listing()))

    ledger.step()

    assert ["item:1"] == [page.key for page in pages_out(post, run_id)]
    assert {"2"} == post.redis.smembers(out_of(run_id))
    assert 0 == post.redis.xlen(JUDGED)


def test_a_letter_that_comes_again_after_the_commit_changes_nothing(ledger, post, db, a_listing):
    """The ledger died between commit and giving back: one listing, one first sight, one score."""
    opened = run_of(ledger)
    run_id = opened.run.run_id
    (due,) = pages_out(post, run_id)
    come_back(post, run_id, due, a_list(due, a_listing()))
    ledger.step()
    item = pages_out(post, run_id)[-1]
    listing = replace(a_listing(), source="shop", site_id="1")
    given = Yield(page=Finished(page_id=item.page_id, state="done"), listings=[listing])
    ranked = Ranked(listing, (), ("画眉",), (), 88, is_suspicious=True, lexicon="x")

    for _ in range(3):
        come_back(post, run_id, item, given, [ranked])
    ended = []
    ledger.on_ended = lambda _, run: ended.append(run.state)
    ledger.step()

    assert [(1, 88)] == db.execute("select count(*), max(score) from listings").fetchall()
    assert [(1,)] == db.execute("select count(*) from listing_events").fetchall()
    assert ["ok"] == ended


def test_a_redis_that_was_emptied_is_filled_again(ledger, post):
    """What is due stands in the database: it goes out once more."""
    run_id = run_of(ledger).run.run_id
    before = pages_out(post, run_id)

    post.redis.flushall()
    ledger.check_seconds = 0.0
    ledger.step()

    assert before == pages_out(post, run_id)


def test_a_page_that_kills_workers_fails_by_name_and_is_told(ledger, post, db):
    """The letter is kept, the page is failed with the reason, the run comes to its end."""
    run_id = run_of(ledger).run.run_id
    (due,) = pages_out(post, run_id)
    said, ended = [], []
    ledger.on_dead, ledger.on_ended = said.append, lambda _, run: ended.append(run.state)
    page = {"page": wire.due_line(due), "from": pages_of(run_id), "job": "crawl"}
    post.redis.xadd(DEAD, {**page, "because": "8 workers took it, and none came back"})

    ledger.step()

    assert ["failed"] == ended
    (reason,) = db.execute("select reason from run_pages").fetchone()
    assert "8 workers took it" in reason
    assert ["crawl"] == [letter.job for letter in dead_letters.latest(db)]
    assert "8 workers took it" in said[0]


def test_a_wall_that_one_worker_meets_ends_the_run_for_all(ledger, post):
    """Blocked, by its own words; what was out is asked by nobody any more."""
    run_id = run_of(ledger).run.run_id
    ended = []
    ledger.on_ended = lambda _, run: ended.append((run.state, run.because))
    post.redis.xadd(JUDGED, {"run_id": run_id, "stop": "blocked", "because": "滑块"})

    ledger.step()

    assert [("blocked", "滑块")] == ended
    assert not post.redis.exists(pages_of(run_id))
