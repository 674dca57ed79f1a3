"""Contacts are masked wherever they stand; who says why sees one field, and the log has it."""

import json
import re

import pytest

from pipeline.listing import Price, Seller

PHONE, ACCOUNT = "13804001234", "bird_wang88"
TEXT = f"野生画眉，网捕的，量大。电话 {PHONE}，加微信 {ACCOUNT} 看图"


@pytest.fixture
def bird(offered):
    """A listing that says in three places how to reach its seller."""
    return offered(
        title=f"出画眉鸟 打鸟 凶 {PHONE}",
        text=TEXT,
        price=Price(raw=f"电话{PHONE}问价"),
        seller=Seller(name=f"老王{PHONE}", site_id="u77"),
    )


def words_of(page):
    """Return a page as it is read, without its marks."""
    return re.sub(r"<[^>]*>", "", page)


def reveal(who, listing_id, **form):
    csrf = who.token(f"/listings/{listing_id}")
    return who.http.post(f"/listings/{listing_id}/reveal", data={"csrf": csrf, **form})


def test_no_page_shows_a_contact_by_itself(li, bird):
    """List and listing, title and text, seller and price, hits and signals."""
    for path in ("/queue", f"/listings/{bird.listing_id}"):
        page = words_of(li.http.get(path).text)
        assert PHONE not in page
        assert ACCOUNT not in page


def test_one_field_is_shown_to_who_says_why(db, li, bird):
    """Only that field, only this once, and it is written who, when and why."""
    answer = reveal(li, bird.listing_id, field="text", why="identify_seller")

    assert 200 == answer.status_code
    assert ACCOUNT in words_of(answer.text)
    assert "老王13804001234" not in words_of(answer.text)
    assert ACCOUNT not in words_of(li.http.get(f"/listings/{bird.listing_id}").text)
    who, what, details = db.execute(
        "select who, what, details from audit where did = 'contact.revealed'"
    ).fetchone()
    assert ("li", bird.listing_id) == (who, what)
    assert ("text", "identify_seller") == tuple(json.loads(details)[k] for k in ("field", "why"))
    assert PHONE not in details


@pytest.mark.parametrize(
    "form",
    [
        {"field": "text"},
        {"field": "text", "why": "curious"},
        {"field": "text", "why": "other", "why_note": "  "},
        {"field": "nothing", "why": "identify_seller"},
    ],
)
def test_without_a_reason_nothing_is_shown(db, li, bird, form):
    """A sentence says what is missing; the log has no row."""
    answer = reveal(li, bird.listing_id, **form)

    assert 422 == answer.status_code
    assert ACCOUNT not in words_of(answer.text)
    assert (
        0 == db.execute("select count(*) from audit where did = 'contact.revealed'").fetchone()[0]
    )


def test_an_operator_sees_no_contact(db, somebody, bird):
    """Whoever runs the machine needs none; the answer is as if there were no such page."""
    operator = somebody()
    operator.log_in("qian")

    answer = reveal(operator, bird.listing_id, field="text", why="identify_seller")

    assert 404 == answer.status_code
    assert 1 == db.execute("select count(*) from audit where did = 'access.refused'").fetchone()[0]


def test_a_changed_number_is_told_without_being_shown(somebody, offered, bird, clock):
    """The history says that a contact changed, not which."""
    clock.move(hours=30)
    changed = "13704005678"
    offered(
        title=bird.title,
        text=TEXT.replace(PHONE, changed),
        price=Price(raw=f"电话{PHONE}问价"),
        seller=Seller(name=f"老王{PHONE}", site_id="u77"),
    )

    analyst = somebody()
    analyst.log_in("li")
    page = words_of(analyst.http.get(f"/listings/{bird.listing_id}").text)

    assert "联系方式有改动" in page
    assert PHONE not in page
    assert changed not in page


def test_the_sellers_other_listings_stand_beside_with_what_was_decided(li, market):
    """Counted by verdict, newest first, and only those of the same seller."""
    first, second, third = market(3, seller="u77")
    form = {**li.form_of(second.listing_id), "call": "confirmed", "reason": "wild_caught"}
    li.http.post(f"/listings/{second.listing_id}/verdict", data=form)

    page = li.http.get(f"/listings/{first.listing_id}").text.split('id="seller-title"')[1]

    assert "另有 2 条" in page
    assert "属实 1" in page
    assert page.index(third.listing_id) < page.index(second.listing_id)
