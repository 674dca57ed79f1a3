"""What a host may be asked for in one night, and what is written down of each request."""

import json

from crawlers.budget import Budget, budget_of
from crawlers.source import Limits
from crawlers.sources import load_source
from pipeline.store import crawls
from pipeline.store.ledger import Due, Finished, Ledger

from .conftest import SOURCE


def test_a_night_has_a_budget_and_the_run_says_when_it_is_spent(shop, crawls, whole):
    """Twelve pages are allowed: twelve are asked for, robots.txt among them; then it stops."""
    file = crawls.source(shop, limits="seconds: 10, night_pages: 12", at_once=1)

    done = crawls.run(file)

    assert ("thin", "limit") == (done.state, done.cause), done.line
    assert f"limits.night_pages 12: {shop.host}" == done.because
    assert 12 == sum(shop.hits.values())
    assert whole(done.run)
    manners = json.loads(crawls.rows("select manners from runs")[0][0])
    assert 12 == manners["spent"][shop.host]["pages"]
    asked = [
        json.loads(row[0])
        for row in crawls.rows(
            "select request from run_pages where state = 'done' order by page_id"
        )
    ]
    assert {"obeyed"} == {one["robots"] for one in asked}
    assert all(one["received"] > 0 and not one["if_changed"] for one in asked)


def test_what_other_runs_of_the_night_took_is_counted(db, clock, tmp_path):
    """Two sources of one host share its patience; yesterday's pages do not count."""
    words = SOURCE.format(
        key="shop", host="127.0.0.1:9", pages=5, between=1, at_once=1, floor=1,
        limits="night_pages: 3", again="7d",
    )  # fmt: skip
    (tmp_path / "shop.yml").write_text(words, encoding="utf-8")
    source = load_source(tmp_path / "shop.yml")
    tonight, before = clock.now().date(), clock.now().date().replace(day=1)
    for key, night in (("other", tonight), ("older", before)):
        run = crawls.begin(db, key, night_on=night, asked_by="x", clock=clock)
        ledger = Ledger(db, run.run_id, clock=clock)
        with db.atomic():
            for url in ("http://127.0.0.1:9/a", "http://127.0.0.1:9/b", "http://127.0.0.1:99/c"):
                ledger.add([Due(key=url, url=url, kind="index")])
            for due in ledger.due():
                ledger.requests[due.page_id] = '{"received": 70}'
                ledger.finish(Finished(page_id=due.page_id, state="done", size_bytes=100))

    budget = budget_of(db, source, tonight.isoformat())

    assert (2, 140) == (budget.pages["127.0.0.1:9"], budget.bytes["127.0.0.1:9"])
    assert "" == budget.why_spent("127.0.0.1:9")
    budget.spend("127.0.0.1:9")
    assert "limits.night_pages 3" in budget.why_spent("127.0.0.1:9")


def test_bytes_and_minutes_of_the_browser_end_a_night_as_well():
    """Each has its own sentence."""
    budget = Budget(Limits(night_bytes=1000, browser_minutes=1))

    budget.spend("a.example", received=1000)
    budget.spend("b.example", browser_seconds=60)

    assert budget.why_spent("a.example").startswith("limits.night_bytes 1000")
    assert budget.why_spent("b.example").startswith("limits.browser_minutes 1")
    assert "" == budget.why_spent("c.example")
