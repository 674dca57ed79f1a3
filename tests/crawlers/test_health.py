"""What a run was, from what it came to: never silently "ok, 0 new"."""

from collections import Counter

import pytest

from crawlers.health import judge_run
from crawlers.source import Source
from pipeline.store.sums import Sums


def a_source(**expect):
    return Source.model_validate(
        {
            "key": "shop",
            "name": "试验市场",
            "family": "classifieds",
            "base_url": "http://shop.example/",
            "search": {"url": "http://shop.example/list"},
            "list": {"rows": "li", "fields": {}},
            "expect": {"listings": (20, 200), **expect},
        }
    )


def a_run(**changes):
    """A healthy one: forty listings on two list pages, all of them read."""
    plain = {
        "pages": 42,
        "listed": 40,
        "stored": 30,
        "known": 10,
        "lists": {"normal": 2},
        "kinds": {"normal": 42},
        "filled": {"site_id": 40, "title": 40, "price_yuan": 38},
    }
    values = {**plain, **changes}
    return Sums(
        **{key: Counter(one) if isinstance(one, dict) else one for key, one in values.items()}
    )


NOTHING = {"pages": 1, "listed": 0, "stored": 0, "known": 0, "filled": {}}


@pytest.mark.parametrize(
    ("changes", "state", "cause"),
    [
        ({}, "ok", ""),
        ({**NOTHING, "lists": {"empty": 1}, "kinds": {"empty": 1}}, "empty", "empty"),
        ({**NOTHING, "lists": {"normal": 1}}, "drift", "layout"),
        (
            {
                **NOTHING,
                "lists": {"error": 1},
                "kinds": {"error": 1},
                "page_failures": {"layout: no row": 1},
            },
            "drift",
            "layout",
        ),
        (
            {**NOTHING, "pages": 0, "lists": {"timeout": 1}, "page_failures": {"timeout": 1}},
            "failed",
            "timeout",
        ),
        ({**NOTHING, "lists": {"removed": 1}, "kinds": {"removed": 1}}, "drift", "removed"),
        ({"walls": 1, "kinds": {"challenge": 1}}, "blocked", "challenge"),
        ({"walls": 1, "kinds": {"login_wall": 1}}, "blocked", "wall"),
        ({"listed": 12, "stored": 12, "known": 0, "filled": {"site_id": 12}}, "thin", "floor"),
        ({"listed": 300, "stored": 300, "known": 0, "filled": {"site_id": 300}}, "thin", "ceiling"),
        ({"stored": 20, "failed": {"timeout": 10}}, "thin", "timeout"),
        ({"stored": 28, "failed": {"timeout": 2}}, "ok", ""),
        ({"filled": {"site_id": 20}}, "drift", "layout"),
        ({"lists": {"normal": 1, "removed": 1}}, "thin", "lists"),
        ({"page_refusals": {"limits.pages 50": 1}}, "thin", "limit"),
        ({"page_refusals": {"the list repeats itself": 1}}, "ok", "repeats"),
        (
            {"stored": 0, "known": 0, "filled": {}, "failed": {"layout: no title": 40}},
            "drift",
            "layout",
        ),
    ],
)
def test_a_run_is_what_it_came_to(changes, state, cause):
    """One row of the table: found, against what a healthy night gives."""
    health = judge_run(a_source(), a_run(**changes))

    assert (state, cause) == (health.state, health.cause), health
    assert state == "ok" or health.because


def test_a_field_that_thins_out_is_drift():
    """Prices on 95 % of listings are promised; 60 % came."""
    source = a_source(usually={"price_yuan": 0.95})

    assert "ok" == judge_run(source, a_run()).state
    health = judge_run(source, a_run(filled={"site_id": 40, "price_yuan": 24}))
    assert ("drift", "fields") == (health.state, health.cause)
    assert "price_yuan 60%" in health.because


def test_a_run_that_was_to_read_little_is_not_thin():
    """--limit 5 says nothing about the site."""
    few = a_run(listed=5, stored=5, known=0, filled={"site_id": 5})

    assert "thin" == judge_run(a_source(), few).state
    assert "ok" == judge_run(a_source(), few, is_limited=True).state
