"""The list: filters in the address, counts that equal it, paging that loses nothing."""

import re

import pytest

from casework.verdicts import Verdict, give
from desk.wording import STATUSES
from pipeline.store import listings


def _rows(page):
    return re.findall(r'class="title" href="/listings/([^"?]+)', page)


def _counts(page):
    tabs = page.split('class="tabs"')[1].split("</nav>")[0]
    return [int(number) for number in re.findall(r'class="count">(\d+)', tabs)]


def _all_pages(li, address):
    found, page = [], li.http.get(address).text
    while True:
        found += _rows(page)
        more = re.search(r'id="more" href="([^"]+)"', page)
        if not more:
            return found
        page = li.http.get(more[1].replace("&amp;", "&")).text


def test_each_tab_counts_what_its_list_holds(db, clock, li, market):
    """Also under a filter: a number that disagrees with its list is a lie."""
    kept = market(60)
    for number, call in enumerate(("confirmed", "lawful", "not_wildlife", "unsure", "unsure")):
        reasons = {
            "confirmed": "wild_caught",
            "lawful": "farm_stock",
            "not_wildlife": "word_only",
            "unsure": "code_word",
        }
        verdict = Verdict(kept[number].listing_id, call, reasons[call], "li")
        give(db, verdict, seen_version=kept[number].seen_version, clock=clock)

    for narrowed in ("", "&species=画眉", "&level=II", "&words=第1", "&source=huapiao"):
        told = _counts(li.http.get(f"/queue?status=waiting{narrowed}").text)
        statuses = tuple(STATUSES)
        listed = [len(_all_pages(li, f"/queue?status={one}{narrowed}")) for one in statuses]
        assert told == listed
    assert [55, 1, 1, 1, 2, 0, 0] == _counts(li.http.get("/queue").text)


def test_paging_shows_each_listing_once_while_others_arrive(li, market, offered):
    """A listing that comes in meanwhile neither pushes one out nor shows one twice."""
    market(70)

    first = li.http.get("/queue").text
    offered(site_id="new", title="出野生红点颏，网捕新货", text="刚下网的红点颏，要的速度，自提")
    more = re.search(r'id="more" href="([^"]+)"', first)[1].replace("&amp;", "&")
    second = li.http.get(more).text

    seen = _rows(first) + _rows(second)
    assert len(seen) == len(set(seen))
    assert {f"huapiao:{1000 + number}" for number in range(70)} <= set(seen)


def test_best_first(db, li, market):
    """The list begins with the most suspicious."""
    market(12)

    scores = [listings.get(db, each).score for each in _rows(li.http.get("/queue").text)]

    assert sorted(scores, reverse=True) == scores


@pytest.mark.parametrize(
    ("words", "expected"),
    [("红点颏", 2), ("点颏", 2), ("百\u200b灵", 2), ("%", 0), ("_", 0), ("'", 0), ("不存在", 0)],
)
def test_words_are_looked_for_as_typed(li, market, words, expected):
    """Two characters are enough, and no character is a wildcard."""
    market(12)

    page = li.http.get("/queue", params={"words": words}).text

    assert expected == len(_rows(page))


def test_a_filter_is_kept_on_the_way_to_a_listing_and_back(li, market):
    """The listing opened from a list knows what stands above and below in that list."""
    market(12)

    page = li.http.get("/queue", params={"words": "游隼"}).text
    address = re.search(r'class="title" href="([^"]+)"', page)[1].replace("&amp;", "&")
    shown = li.http.get(address).text

    assert "words=" in address
    assert "共 2 条" in shown
    assert "words=" in re.search(r'id="to-queue"|href="([^"]+)" id="to-queue"', shown)[1]


def test_an_address_that_makes_no_sense_shows_what_it_can(li, market):
    """Unknown values are left out; a place that is none is told."""
    market(2)

    assert 2 == len(_rows(li.http.get("/queue?status=nonsense&level=IX&extra=1").text))
    assert 400 == li.http.get("/queue?after=nonsense").status_code
    assert 200 == li.http.get("/queue?words=%ff%fe%00").status_code


def test_an_empty_list_says_what_to_do(li):
    """In Chinese, with the command that fills it."""
    page = li.http.get("/queue").text

    assert "都看完了" in page
    assert "shouyi night" in page
    assert "没有符合条件的信息" in li.http.get("/queue?words=画眉").text


def test_contacts_are_masked_in_the_list(li, offered):
    """A number in a title is covered, its hits stay where they were."""
    offered(title="出画眉鸟一只13804001234", text="自家画眉，自提")

    page = li.http.get("/queue").text

    assert "13804001234" not in page
    assert '<mark class="hit">' in page


def test_two_who_pull_are_given_two_listings(li, somebody, market):
    """By one button; after a verdict the next one is pulled too."""
    market(4)
    wang = somebody()
    wang.log_in("wang")

    mine = li.http.post("/queue/pull", data={"csrf": li.token()})
    his = wang.http.post("/queue/pull", data={"csrf": wang.token()})

    assert 303 == mine.status_code == his.status_code
    assert mine.headers["location"] != his.headers["location"]
    # what is skipped to is not what another has before him
    skipped = re.search(r'id="skip" href="([^"]+)"', li.http.get(mine.headers["location"]).text)
    assert skipped[1] != his.headers["location"]


def test_a_listing_is_put_off_and_comes_back(db, li, market):
    """It leaves the tab, stands in its own, and waits again on that morning."""
    (kept,) = market(1)
    form = {"csrf": li.token(), "seen_version": "1", "note": "等卖家上图"}
    where = f"/listings/{kept.listing_id}/postpone"

    assert 422 == li.http.post(where, data={**form, "look_again_on": "2026-03-10"}).status_code
    assert 303 == li.http.post(where, data={**form, "look_again_on": "2026-03-12"}).status_code

    assert [] == _rows(li.http.get("/queue").text)
    assert [kept.listing_id] == _rows(li.http.get("/queue?status=postponed").text)
    assert [] == _rows(li.http.get("/queue?status=postponed&again_by=2026-03-11").text)
    db.conn.execute("update listings set look_again_on = '2026-03-10'")
    db.conn.commit()
    assert [kept.listing_id] == _rows(li.http.get("/queue").text)
