"""The same bird put up again under a new number is linked to the first."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import repost
from pipeline.ingest import ingest
from pipeline.listing import Place, Price, Seller

WORDS = "自家养了两年的画眉，公的，开口稳，会十几个口，连笼带走，沈阳北市自提，价格好商量"


def put_up(db, reader, clock, listing):
    ingest(db, reader, listing, clock=clock)
    return repost.first_of(db, listing.id)


@pytest.fixture
def thrush(a_listing):
    return a_listing(
        site_id="1", title="出画眉一只", text=WORDS, seller=Seller(name="北市老王", site_id="77")
    )


def test_a_copy_under_a_new_number_is_linked_to_the_first(db, reader, clock, thrush):
    """A word changed, the price left out: still the same bird by the same hand."""
    again = replace(thrush, site_id="2", text=WORDS.replace("商量", "谈"))
    once_more = replace(thrush, site_id="3", title="画眉一只，出")

    assert put_up(db, reader, clock, thrush) is None
    linked = put_up(db, reader, clock, again)
    third = put_up(db, reader, clock, once_more)

    assert (thrush.id, thrush.id) == (linked.listing_id, third.listing_id)
    assert linked.alike >= repost.ALIKE
    assert "seller" in linked.because
    assert [again.id, once_more.id] == [copy.listing_id for copy in repost.copies_of(db, thrush.id)]


def test_a_thousand_alike_do_not_cost_a_thousand_each(db, reader, clock, thrush):
    """A dealer's one wording, again and again: the work for one more stays the same."""
    for number in range(2, 400):
        put_up(db, reader, clock, replace(thrush, site_id=str(number)))
    steps = []
    for number in (400, 401):
        count = [0]
        db.conn.set_progress_handler(lambda count=count: count.__setitem__(0, count[0] + 1), 100)
        put_up(db, reader, clock, replace(thrush, site_id=str(number)))
        steps.append(count[0])
        db.conn.set_progress_handler(None, 0)

    assert len(repost.copies_of(db, f"{thrush.source}:2")) == 399
    assert max(steps) < 400, "hundreds of steps of SQLite for one listing"


def test_another_bird_of_the_same_seller_is_no_copy(db, reader, clock, thrush):
    """The hand alone proves nothing."""
    lark = replace(
        thrush, site_id="2", title="出画眉笼", text="老竹笼，三十八圈，铜钩，自己用了半年"
    )

    put_up(db, reader, clock, thrush)

    assert put_up(db, reader, clock, lark) is None


def test_the_same_picture_under_another_name_is_a_copy(db, reader, clock, thrush):
    """A new account, the old photo and words."""
    first = replace(thrush, images=("https://img.example/a.jpg?x=1",))
    again = replace(first, site_id="2", seller=Seller(name="新号", site_id="990"))

    put_up(db, reader, clock, first)

    assert "picture" in put_up(db, reader, clock, again).because


def test_long_words_alone_make_a_copy_and_short_ones_do_not(db, reader, clock, thrush):
    """出画眉一只 is what everybody writes."""
    elsewhere = replace(
        thrush, source="other", site_id="2", seller=Seller(name="别人", site_id="3")
    )
    short = replace(
        thrush, site_id="4", title="出画眉", text="", seller=Seller(name="甲", site_id="4")
    )
    other_short = replace(short, site_id="5", seller=Seller(name="乙", site_id="5"))

    for listing in (thrush, short):
        put_up(db, reader, clock, listing)

    assert ("words",) == put_up(db, reader, clock, elsewhere).because
    assert put_up(db, reader, clock, other_short) is None


def test_a_new_account_in_the_same_place_for_about_the_same_is_a_copy(db, reader, clock, thrush):
    """As on the third night of the practice market; for far more it is another bird."""
    words = "画眉昨晚山上刚打的，公鸡毛好看，{}只以上送到县城。冰柜里还有几只沙半斤，一起拿走"
    old = {"place": Place(raw="朝阳·建平"), "seller": Seller(name="大集")}
    first = replace(thrush, text=words.format("十"), price=Price(raw="60", yuan=Decimal(60)), **old)
    new = {"seller": Seller(name="集上"), "text": words.format("八")}
    again = replace(first, site_id="2", price=Price(raw="55", yuan=Decimal(55)), **new)
    dearer = replace(again, site_id="3", price=Price(raw="500", yuan=Decimal(500)))
    dearer = replace(dearer, seller=Seller(name="别家"), text=words.format("三十"))

    for listing in (first, dearer):
        assert put_up(db, reader, clock, listing) is None

    assert ("place", "price", "words") == put_up(db, reader, clock, again).because


def test_what_no_word_touches_leaves_no_mark(db, reader, clock, thrush):
    """Honest people's names and pictures are not even hashed."""
    put_up(db, reader, clock, replace(thrush, title="出自行车", text="九成新", site_id="9"))

    assert 0 == db["repost_marks"].count


@given(one=st.text(max_size=80), other=st.text(max_size=80))
def test_likeness_is_a_share_and_the_same_both_ways(one, other):
    """Whatever the words."""
    alike = repost.likeness(one, other)

    assert 0 <= alike <= 1
    assert alike == repost.likeness(other, one)
    assert not one or repost.likeness(one, one) == 1
