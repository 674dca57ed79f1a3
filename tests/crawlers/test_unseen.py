"""Pages of sites that no source speaks of: title and price, from nothing but the page.

All are of our own making. Those whose name begins with ``held_`` were written after the rules
and measured once before anything was mended: 11 of 12 right; ``third_``, ``fourth_`` and ``fifth_``
are harder sets after them, with 5, 6 and 8 of 12 right at first sight.
"""

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.fields import price_of
from crawlers.pages.base import fetched
from crawlers.recognise import read_any
from crawlers.sources import load_sources, shipped_sources

SEEN = datetime.fromisoformat("2026-03-10T09:00:00+08:00")
UNSEEN = Path(__file__).parents[1] / "pages" / "unseen"
VALUES = json.loads((UNSEEN / "values.json").read_text("utf-8"))
SOURCES = load_sources(shipped_sources())


def read(name):
    page = fetched(
        VALUES[name]["url"],
        (UNSEEN / f"{name}.html").read_bytes(),
        seen_at=SEEN,
        headers={"content-type": "text/html"},
    )
    return read_any(page, SOURCES.values())


@pytest.mark.parametrize("name", sorted(VALUES))
def test_title_and_price_are_read_off_a_page_never_seen(name):
    """By structured data, by the state in a script, else by how the page looks."""
    expected = VALUES[name]

    _, page = read(name)

    if expected["title"] is None:
        assert not page.listings
        return
    (listing,) = page.listings
    assert expected["title"] == listing.title
    price = price_of(expected["price"] or "")
    assert (price.yuan, price.high_yuan) == (listing.price.yuan, listing.price.high_yuan)


def test_a_news_page_names_no_price_and_is_no_offer():
    """What is unknown stays empty."""
    _, page = read("a_news_page_that_sells_nothing")

    assert page.listings[0].price.yuan is None


def test_other_fields_are_read_by_their_labels():
    """Place, seller, time, the site's own number; related listings give nothing."""
    _, page = read("a_classified_with_a_definition_list")

    (listing,) = page.listings
    assert ("88213", "210300", "老毛") == (
        listing.site_id,
        listing.place.code,
        listing.seller.name,
    )
    assert listing.posted_at is not None
    assert "推荐" not in listing.text


PIECES = [
    "<div class=price>", "¥12", "</div>", "<h1>", "画眉", "</h1>", "<table><tr><td>", "价格：",
    "<script>window.x={", '"title":"a","price":', "</script>", "<title>出 - 网</title>",
    "<dl><dt>地区</dt><dd>", "<nav>", "<del>", "\x00", "<!--",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_unknown_page_breaks_the_reader(body):
    """Whatever it holds: a verdict."""
    page = fetched("https://who.example/1", body.encode(), seen_at=SEEN)

    _, found = read_any(page, SOURCES.values())

    assert found.verdict.kind
