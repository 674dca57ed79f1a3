"""The ranker orders, where it orders better than the plain score, and never hides."""

import json

import pytest

from casework.words import ranker
from pipeline.base.errors import BadInput

pytest.importorskip("sklearn", reason="the extra ml is not installed")
from casework.words import fitting


@pytest.fixture
def fill(gold):
    """Write a gold set of a hundred and sixty texts of forty sellers on four platforms."""

    def write(texts):
        rows = [
            {
                "id": f"g{number}-{side}",
                "platform": f"p{number % 4}",
                "seller": f"s{number % 40}",
                "text": f"{text}，{number}",
                "suspicious": side == "true",
                "birds": ["金雕"] if "金雕" in text else [],
            }
            for number in range(80)
            for side, text in texts(number).items()
        ]
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (gold / "set.jsonl").write_text(lines, encoding="utf-8")

    return write


def test_a_ranker_that_orders_better_is_kept_and_ranks_the_queue(
    db, settings, clock, fill, offered
):
    """Cages beside a name were the plain score's mistake; every listing stays in the queue."""
    fill(lambda n: {"true": "出售画眉活体" if n % 2 else "金雕活体", "false": "出售画眉鸟笼"})
    strong, cage = offered("1", "出售画眉活体"), offered("2", "出售画眉活体，送鸟笼")

    fitted = fitting.fit(db, settings)
    fitting.keep(db, fitted, by="zhao", why="本季", clock=clock)

    assert fitted.is_fit, fitted.because
    assert ["seller", "source"] == [one.by for one in fitted.held]
    assert all(one.ours >= one.plain and one.key_ours >= one.key_plain for one in fitted.held)
    assert 2 == ranker.rank_what_waits(db)
    assert 0 == ranker.rank_what_waits(db)
    assert {strong.listing_id, cage.listing_id} == set(ranker.best_first(db, 10))
    assert [fitted.version] == [one["version"] for one in ranker.history(db)]

    fitting.put_off(db, by="zhao", why="换季", clock=clock)

    assert ranker.in_use(db) is None
    assert 2 == len(ranker.best_first(db, 10))


def test_a_ranker_that_orders_worse_is_refused_and_keeps_no_weights(db, settings, clock, fill):
    """Two platforms teach the opposite of the two others: what is learnt holds for none."""
    fill(
        lambda n: (
            {"true": "出售金雕活体", "false": "出售金雕鸟笼"}
            if n % 4 < 2
            else {"true": "出售金雕鸟笼", "false": "出售金雕活体"}
        )
    )

    fitted = fitting.fit(db, settings)
    fitting.keep(db, fitted, by="zhao", why="试", clock=clock)

    assert not fitted.is_fit
    assert fitted.because
    assert ranker.in_use(db) is None
    assert [False] == [one["accepted"] for one in ranker.history(db)]


def test_from_too_little_nothing_is_learnt(db, settings):
    """An empty home and no gold set."""
    with pytest.raises(BadInput, match="可学的太少"):
        fitting.fit(db, settings)


def test_price_place_and_seller_are_no_part_of_it():
    """A word in the seller's name or the price says nothing."""
    hit = {"term": "画眉", "kind": "bird", "strength": "strong", "via": "plain"}

    for field in ("seller", "price", "region"):
        assert [] == ranker.found_in([{**hit, "field": field}], [])
    assert ranker.found_in([{**hit, "field": "title"}], [])
