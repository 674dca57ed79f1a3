"""A site in a new dress: its stored listings are found again, and nothing else is taken."""

from datetime import date, datetime
from pathlib import Path

import pytest

from crawlers.drafting.bounds import Past, bounds_of
from crawlers.drafting.draft import draft_of
from crawlers.drafting.mend import mend_detail, mend_list
from crawlers.drafting.patch import patched
from crawlers.drafting.written import source_of_text, text_of_draft
from crawlers.families import reader_of
from crawlers.pages.base import fetched
from pipeline.base.errors import PageChanged

PAGES = Path(__file__).parent / "drafted"
URL = "http://xianwu.example.com/birds/"
SEEN = datetime.fromisoformat("2026-03-10T09:00:00+08:00")
LATER = datetime.fromisoformat("2026-03-11T09:00:00+08:00")


def page_of(body, url=URL, seen_at=LATER):
    return fetched(url, body, seen_at=seen_at, headers={"content-type": "text/html"})


@pytest.fixture(scope="module")
def yesterday():
    """The source file as it was, and what it read."""
    page = page_of((PAGES / "cards_of_a_list.html").read_bytes(), seen_at=SEEN)
    text = text_of_draft(draft_of(page), key="xianwu", on=date(2026, 3, 10))
    return text, reader_of(source_of_text(text)).index(page).cards


def table(cards):
    rows = "".join(
        f"<tr><td><a href='/item/{one.site_id}?from=new'>{one.title}</a></td>"
        f"<td>{one.place.raw}</td><td>{one.price.raw}</td><td>{one.seller.name}</td></tr>"
        for one in cards
    )
    head = "<tr><th>信息</th><th>地方</th><th>钱</th><th>谁</th></tr>"
    return f"<table class='lst'>{head}{rows}</table>"


def boxes(cards):
    return (
        "<section>"
        + "".join(
            f"<div class='box{' gold' if number == 0 else ''}'><i>{one.price.raw}</i>"
            f"<p><span>{one.seller.name}</span><span>{one.place.raw}</span></p>"
            f"<h5><a href='/item/{one.site_id}'>{one.title}</a></h5></div>"
            for number, one in enumerate(cards)
        )
        + "<div class='box'><a href='/vip'>开通会员</a></div></section>"
    )


def lines(cards):
    return (
        "<ul>"
        + "".join(
            f"<li data-k='{one.site_id}'><a class='t' href='/item/{one.site_id}'>{one.title}</a>"
            f" <em class='p'>{one.price.raw}</em> <em class='c'>{one.place.raw}</em>"
            f" <em class='u'>{one.seller.name}</em></li>"
            for one in cards
        )
        + "</ul>"
    )


@pytest.mark.parametrize("dress", [table, boxes, lines])
def test_the_same_listings_are_read_in_another_dress(yesterday, dress):
    """Every value that the new page still shows is the value that was stored."""
    text, stored = yesterday
    today = page_of(f"<title>闲物街</title>{dress(stored)}".encode())
    assert not reader_of(source_of_text(text)).index(today).cards

    proposed = mend_list(source_of_text(text), today, stored)
    index = reader_of(source_of_text(patched(text, proposed, {}))).index(today)

    assert ((), 8) == (index.lost, len(index.cards))
    for card, known in zip(index.cards, stored, strict=True):
        assert (known.site_id, known.title) == (card.site_id, card.title)
        assert (known.price.yuan, known.place) == (card.price.yuan, card.place)
        assert known.seller.name == card.seller.name
    assert {"posted", "text"} <= set(proposed.lost)


def test_new_listings_are_read_though_only_some_are_known(yesterday):
    """Three of eight were stored: the rules they teach read all eight."""
    text, stored = yesterday
    today = page_of(boxes(stored).encode())

    proposed = mend_list(source_of_text(text), today, stored[2:5])
    index = reader_of(source_of_text(patched(text, proposed, {}))).index(today)

    assert 3 == proposed.known
    assert [one.title for one in stored] == [one.title for one in index.cards]


def test_rules_that_still_read_right_are_kept(yesterday):
    """Nothing changes on a page that did not."""
    text, stored = yesterday
    page = page_of((PAGES / "cards_of_a_list.html").read_bytes(), seen_at=SEEN)

    proposed = mend_list(source_of_text(text), page, stored)

    assert {} == dict(proposed.fields)
    assert () == proposed.lost
    assert {"title", "price", "place", "site_id"} <= set(proposed.kept)


def test_a_strange_page_teaches_nothing(yesterday):
    """Another site, or a wall: one sentence."""
    text, stored = yesterday
    strange = page_of((PAGES / "rows_of_a_table.html").read_bytes(), "http://b.example.com/")

    with pytest.raises(PageChanged, match="too few to learn from"):
        mend_list(source_of_text(text), strange, stored[:1])


def test_the_page_of_one_listing_is_mended_by_what_is_stored_of_it(yesterday):
    """Two pages agree on where each value stands; the neighbours' values are not taken."""
    text, stored = yesterday
    old = text + (
        "detail:\n  fields:\n    title: h9\n    price: .old-price\n    place: .old-place\n"
        "    seller: .old-user\n"
    )
    old = old.replace("# 没有看过单条信息的页面", "# ")
    pages = [
        page_of(
            f"<div class='top'><a href='/item/1'>别的</a> <b>99元</b></div><h2>{one.title}</h2>"
            f"<dl><dt>要多少</dt><dd class='m'>{one.price.raw}</dd><dt>在哪</dt>"
            f"<dd class='w'>{one.place.raw}</dd>"
            f"<dt>找谁</dt><dd class='s'>{one.seller.name}</dd></dl>"
            "<ul><li>大连 88元 小王</li></ul>".encode(),
            one.url,
        )
        for one in stored[:2]
    ]

    fields, kept, lost = mend_detail(source_of_text(old), pages, stored[:2])

    rules = {name: new.at for name, new in fields.items()}
    assert {"title": "h2", "price": ".m", "place": ".w", "seller": ".s"} == rules
    assert ({}, ()) == (kept, lost)


def test_comments_of_the_file_outlive_its_mending(yesterday):
    """What a person wrote stays where it was."""
    text, stored = yesterday
    proposed = mend_list(source_of_text(text), page_of(lines(stored).encode()), stored)

    mended = patched(text, proposed, {})

    assert text.count("须人工") == mended.count("须人工")
    assert source_of_text(mended).list.rows != source_of_text(text).list.rows


def past(listed, state="ok", **filled):
    return Past("r", "2026-03-10", state, listed, filled)


def test_bounds_are_proposed_from_healthy_runs_and_only_tighter(yesterday):
    """Three healthy runs raise the floor; a promise they fall short of is left to a person."""
    source = source_of_text(yesterday[0])
    runs = [past(100, price_yuan=0.5, place=1.0), past(90, price_yuan=0.6, place=1.0)]
    runs += [past(120, price_yuan=0.7, place=0.95), past(3, "thin"), past(0, "blocked")]

    bounds = {one.name: one for one in bounds_of(source, runs)}

    assert (72, None) == (bounds["floor"].proposed, bounds["floor"].looser)
    assert (None, 360) == (bounds["ceiling"].proposed, bounds["ceiling"].looser)
    assert (0.4, None) == (bounds["price_yuan"].proposed, bounds["price_yuan"].now)
    assert 0.85 == bounds["place"].proposed


def test_broken_runs_teach_no_bounds(yesterday):
    """Two healthy runs are too few, however many thin ones there are."""
    source = source_of_text(yesterday[0])

    bounds = bounds_of(source, [past(80), past(90), past(9, "thin"), past(8, "thin")])

    assert all(one.proposed is None and one.looser is None for one in bounds)
