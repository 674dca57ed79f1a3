"""Saved pages of our own making, in the shapes that sites give: one red line a field."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.families import reader_of
from crawlers.pages.base import fetched
from crawlers.recognise import read_any, source_of
from crawlers.sources import load_sources, shipped_sources
from pipeline.base.clock import beijing_iso
from pipeline.base.yaml_file import read_yaml

PAGES = Path(__file__).parents[1] / "pages"
SEEN = datetime.fromisoformat("2026-03-10T09:00:00+08:00")
SOURCES = load_sources(shipped_sources())
TYPES = {".json": "application/json", ".html": "text/html", ".xml": "application/xml"}


def stories():
    return {
        f"{path.parent.name}-{path.stem}": path
        for path in sorted(PAGES.glob("*/*.yml"))
        if path.parent.name in SOURCES
    }


def told(path):
    return read_yaml(path).value


def read(path):
    story = told(path)
    saved = next(one for one in path.parent.glob(f"{path.stem}.*") if one.suffix in TYPES)
    page = fetched(
        story["url"],
        saved.read_bytes(),
        seen_at=SEEN,
        status=story.get("status", 200),
        headers={"content-type": TYPES[saved.suffix]},
    )
    return source_of(page, SOURCES.values()), page


def lines():
    for name, path in stories().items():
        story = told(path)
        for key in ("page", "cause", "count", "lost", "next_url", "has_more"):
            if key in story:
                yield pytest.param(path, key, "", story[key], id=f"{name}-{key}")
        for which in ("first", "last"):
            for key, expected in (story.get(which) or {}).items():
                yield pytest.param(path, key, which, expected, id=f"{name}-{which}-{key}")


def seen(listing, key):
    whole = {
        "price_yuan": listing.price.yuan,
        "price_raw": listing.price.raw,
        "price_per": listing.price.per,
        "price_note": listing.price.note,
        "place": listing.place.raw,
        "place_code": listing.place.code,
        "seller": listing.seller.name,
        "seller_id": listing.seller.site_id,
        "posted_at": beijing_iso(listing.posted_at) if listing.posted_at else None,
        "images": len(listing.images),
        "tags": " ".join(listing.tags),
        "title_note": listing.notes.get("title"),
        "images_note": listing.notes.get("images"),
        "posted_note": listing.notes.get("posted_at"),
    }
    return whole[key] if key in whole else getattr(listing, key)


@pytest.mark.parametrize(("path", "key", "which", "expected"), [*lines()])
def test_a_page_gives_what_its_story_says(path, key, which, expected):
    """Recognised by its address, read by its source, compared field by field."""
    source, page = read(path)
    assert path.parent.name == source.key

    found = reader_of(source).either(page)

    if key == "page":
        actual = found.verdict.kind.value
    elif key == "cause":
        actual = found.verdict.cause
    elif key == "count":
        actual = len(found.listings)
    elif key == "lost":
        actual = len(found.lost)
    elif not which:
        actual = getattr(found, key)
    else:
        actual = seen(found.listings[0 if which == "first" else -1], key)
    if expected == "SIXTEEN":
        assert re.fullmatch(r"[0-9a-f]{16}", actual)
    elif key == "text":
        assert expected in actual
    else:
        assert expected == actual


def test_every_source_has_a_story():
    """A source without one could be wrong from the start."""
    assert set(SOURCES) == {path.parent.name for path in stories().values()}


def test_an_article_is_the_same_in_a_search_and_on_its_own_page():
    """Links to articles age; the id that we make does not."""
    ids = set()
    for story in ("a_result_and_a_hidden_share", "an_article"):
        source, page = read(PAGES / "sogou-weixin" / f"{story}.yml")
        ids.add(reader_of(source).either(page).listings[0].site_id)

    assert 1 == len(ids)


PIECES = [
    "<li data-id=9>", "<a href='/item/9x.shtml'>", "</li>", "<ul class=news-list>", "<div id=M_x>",
    "<tr logr=a_b_c>", "<tbody id='normalthread_7'>", '{"data":', '"cards":[', '{"mblog":', "}",
    "<script type='application/ld+json'>", '{"@type":"Product","offers":[{"price":', "</script>",
    "<meta property='og:type' content='product'>", "画眉", "1.2万", "昨天", "\x00", "<!--",
]  # fmt: skip


@given(
    key=st.sampled_from(sorted(SOURCES)),
    body=st.one_of(
        st.binary(max_size=500),
        st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    ),
    status=st.sampled_from([200, 200, 200, 404, 503]),
)
def test_no_page_breaks_a_reader(key, body, status):
    """Whatever a server sends: a verdict, and no listing without an id."""
    source = SOURCES[key]
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    page = fetched(source.base_url, raw, seen_at=SEEN, status=status)

    for read in (reader_of(source).index, reader_of(source).detail, reader_of(source).either):
        found = read(page)
        assert found.verdict.kind
        assert all(listing.title.encode("utf-8") is not None for listing in found.listings)
    _, found = read_any(page, SOURCES.values())
    assert found.verdict.kind


def test_a_shop_whose_addresses_look_like_a_forum_is_read_by_its_own_data():
    """A glob that fits is not yet a proof."""
    body = """<title>竹笼</title><script type="application/ld+json">[{"@type":"BreadcrumbList"},
    {"@type":"Product","name":"竹笼","sku":"5","offers":{"@type":"Offer","price":"80"}}]</script>"""
    page = fetched("https://shop.example.com/thread-5-1-1.html", body.encode(), seen_at=SEEN)

    source, found = read_any(page, SOURCES.values())

    assert ("unknown", "5", "竹笼") == (
        source.key,
        found.listings[0].site_id,
        found.listings[0].title,
    )
