"""What is known to be honest leaves the queue: with a reason, an end, a count and a look."""

from datetime import date, timedelta

import pytest

from casework.words import benign, nightly
from pipeline.base.errors import BadInput, Conflict
from pipeline.rescore import rescore
from pipeline.score import load_reader
from pipeline.store import judgements, listings

SANYOU = "出售蜡嘴雀活体"
KEY = "出售画眉活体"


@pytest.fixture
def known(db, first_reader, clock):
    """Put something on the list, and read again what it speaks of."""

    def add(kind="seller", value="huapiao:u77", **more):
        kept, _touched = benign.add(
            db, kind=kind, value=value, reason="有证繁育场", by="zhao", clock=clock, **more
        )
        rescore(db, first_reader, clock=clock)
        return kept.entry.benign_id

    return add


def _state(db, stored):
    return listings.get(db, stored.listing_id).state


def test_a_sellers_sanyou_offer_leaves_the_queue_and_says_why(db, clock, offered, known):
    """Now and when it is seen again; the reading says which entry, and until when."""
    stored = offered("1", SANYOU)

    number = known()
    later = offered("2", SANYOU)

    assert ("below", "below") == (_state(db, stored), _state(db, later))
    last = judgements.latest(db, stored.listing_id)
    assert "有证繁育场" in last.signals[-1]["because"]
    assert last.lexicon.endswith(f"~{number}")
    (kept,) = benign.all_of(db, clock=clock)
    assert ("working", 2, 2, 0) == (kept.state, kept.lowered, kept.hidden, kept.mistakes)


@pytest.mark.parametrize(
    "case",
    [
        ("seller", "huapiao:u77", KEY),
        ("seller", "huapiao:u77", "出售蜡嘴雀活体，网捕的"),
        ("phrase", "观鸟俱乐部", "观鸟 俱乐部 " + SANYOU),
    ],
)
def test_what_is_strong_is_lowered_and_stays(db, offered, known, case):
    """A key bird, wild-caught talk, or a listed bird behind words that anybody can copy."""
    kind, value, text = case
    stored = offered("1", text)

    known(kind, value)

    now = listings.get(db, stored.listing_id)
    assert "waiting" == now.state
    assert 50 <= now.score < stored.score
    assert "不移出队列" in judgements.latest(db, stored.listing_id).signals[-1]["because"]


def test_an_entry_stops_on_its_last_day_and_says_so(db, settings, clock, offered, known):
    """The listing is in the queue again; old readings stay; the log names the end."""
    stored = offered("1", SANYOU)
    known(until_on=date(2026, 3, 12))
    clock.move(days=3)

    said = nightly.before_the_crawl(db, settings, clock=clock)
    rescore(db, load_reader(settings), clock=clock)

    assert ["benign entry 1 has run out"] == said
    assert "waiting" == _state(db, stored)
    assert 3 == len(judgements.of(db, stored.listing_id))
    (kept,) = benign.all_of(db, clock=clock)
    assert "expired" == kept.state
    assert (
        1
        == db.conn.execute("select count(*) from audit where did = 'benign.expired'").fetchone()[0]
    )


def test_an_entry_that_is_retired_gives_its_listings_back(db, settings, clock, offered, known):
    """And can be added anew."""
    stored = offered("1", SANYOU)
    number = known()

    benign.retire(db, number, by="zhao", why="许可证吊销", clock=clock)
    rescore(db, load_reader(settings), clock=clock)

    assert "waiting" == _state(db, stored)
    assert known() != number


def test_the_weeks_sample_is_the_same_all_week_and_finds_mistakes(db, clock, offered, known, found):
    """Drawn by lot; a confirmed one is counted against its entry."""
    known()
    every = [offered(str(number), SANYOU) for number in range(11)]
    clock.move(days=1)

    drawn = benign.sample(db, clock=clock)
    found(next(one for one in every if one.listing_id == drawn[0].listing_id), "confirmed")
    clock.move(days=1)
    again = benign.sample(db, clock=clock)

    assert 10 == len(drawn)
    assert [one.listing_id for one in drawn] == [one.listing_id for one in again]
    assert ["confirmed"] == [one.call for one in again if one.call]
    assert [1] == [kept.mistakes for kept in benign.all_of(db, clock=clock)]
    clock.move(days=7)
    offered("new", SANYOU, seen_at=clock.now())
    assert {"huapiao:new"} == {one.listing_id for one in benign.sample(db, clock=clock)}


@pytest.mark.parametrize(
    ("kind", "value", "more"),
    [
        ("shop", "huapiao", {}),
        ("seller", "u77", {}),
        ("phrase", "鸟 友", {}),
        ("source", "huapiao", {"until_on": date(2026, 3, 9)}),
        ("source", "huapiao", {"until_on": date(2026, 3, 10) + timedelta(days=400)}),
        ("source", "huapiao", {"by": "li"}),
        ("source", "huapiao", {"reason": " "}),
    ],
)
def test_what_speaks_of_too_much_or_nothing_is_refused(db, clock, kind, value, more):
    """Too short, past, for ever, by who may not, for no reason."""
    asked = {"reason": "有证", "by": "zhao", **more}

    with pytest.raises(BadInput):
        benign.add(db, kind=kind, value=value, clock=clock, **asked)

    assert [] == benign.all_of(db, clock=clock)


def test_the_same_entry_twice_is_told(known):
    """One at a time."""
    known()

    with pytest.raises(Conflict):
        known()
