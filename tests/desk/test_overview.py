"""The overview: every number on it equals the list that it opens."""

import re

import pytest

from casework import people
from pipeline.base.clock import stamp
from pipeline.listing import Place, Seller
from tests.desk.conftest import PASSWORD

ROWS = 'id="behind">'


def _numbers(page):
    """Return each number that opens a list: what it says, and where it leads."""
    links = re.findall(r'<a(?: class="figure")? href="(/figures\?[^"]*)">(\d+)</a>', page)
    return [(int(count), address.replace("&amp;", "&")) for address, count in links]


def _listed(caller, address):
    """Count the rows behind an address, page by page."""
    rows = 0
    while address:
        page = caller.http.get(address).text
        body = page.split(ROWS)[1].split("</tbody>")[0] if ROWS in page else ""
        rows += body.count("<tr>")
        following = re.search(r'id="more" href="([^"]*)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    return rows


@pytest.fixture
def a_month(market, li, clock, db, offered):
    """Twelve listings over some weeks, in several places; seven are judged, each its way."""
    kept = market(9)
    clock.move(days=16)
    for number, code in enumerate(("210100", "", "370100")):
        kept.append(
            offered(
                site_id=str(50 + number),
                title=f"野生百灵 网捕 第{number}批",
                text="刚下网的百灵，公的母的都有，加薇看图",
                place=Place(raw="", code=code),
                seller=Seller(name="老李", site_id="u1"),
            )
        )
    li.log_in("li")
    calls = (
        ("confirmed", "wild_caught"),
        ("confirmed", "wild_caught"),
        ("not_wildlife", "word_only"),
        ("not_wildlife", "word_only"),
        ("unsure", "species_unclear"),
        ("lawful", "origin_proof_checked"),
    )
    for listing, (call, reason) in zip(kept, calls, strict=False):
        form = {**li.form_of(listing.listing_id), "call": call, "reason": reason}
        assert 303 == li.http.post(f"/listings/{listing.listing_id}/verdict", data=form).status_code
    with db.atomic():
        for source, state, cause in (
            ("huapiao", "ok", ""),
            ("yanjing", "drift", "layout"),
            ("banjiu", "thin", "floor"),
        ):
            db.table("runs").insert(
                {
                    "run_id": f"{source}-1",
                    "source": source,
                    "night_on": "2026-03-26",
                    "number": 1,
                    "asked_by": "schedule",
                    "state": state,
                    "cause": cause,
                    "because": "3 页读得到、读不懂" if cause == "layout" else "",
                    "started_at": stamp(clock.now()),
                }
            )
    return kept


def test_every_number_equals_the_list_behind_it(li, a_month):
    """Tops, weeks, cities, birds, tricks, terms, sources, waiting times: all of them."""
    page = li.http.get("/overview?days=90").text
    numbers = _numbers(page)

    wrong = [
        (count, address, found)
        for count, address in dict.fromkeys(numbers)
        if count != (found := _listed(li, address))
    ]

    assert [] == wrong
    assert len(numbers) > 60
    assert len(a_month) in {count for count, _address in numbers}
    for of in ("species", "trick", "term_false", "source_false", "speed", "week_confirmed", "city"):
        assert any(count and f"of={of}&" in address for count, address in numbers), of


@pytest.mark.usefixtures("a_month")
def test_the_numbers_end_at_the_border_of_the_city(db, clock, somebody):
    """Who works for Shenyang counts Shenyang; the list behind is as short."""
    people.add(db, "ma", role="analyst", cities=("210100",), password=PASSWORD, clock=clock)
    analyst = somebody()
    analyst.log_in("ma")

    page = analyst.http.get("/overview?days=90").text
    numbers = _numbers(page)

    assert {0, 1} == {count for count, _address in numbers}
    assert [] == [each for each in numbers if each[0] != _listed(analyst, each[1])]
    assert "大连" not in page.split('id="places-title"')[1].split("<table>")[1]


@pytest.mark.usefixtures("a_month")
def test_a_source_in_trouble_stands_first_with_cause_and_next_step(li):
    """Red before amber before green, in words and not by colour alone."""
    page = li.http.get("/overview").text.split('id="sources-title"')[1].split("</section>")[0]

    assert page.index("yanjing") < page.index("banjiu") < page.index("huapiao")
    assert "3 页读得到、读不懂" in page
    assert "source mend" in page
    assert "要处理 1" in page


def test_an_empty_home_has_an_overview_too(li):
    """Nothing is divided by nothing."""
    page = li.http.get("/overview")

    assert 200 == page.status_code
    assert {0} == {count for count, _address in _numbers(page.text)}


def test_a_figure_that_is_none_is_not_there(li):
    """A name or a value that somebody made up finds nothing, and breaks nothing."""
    assert 404 == li.http.get("/figures?of=nothing").status_code
    for value in ("' or 1=1 --", "\x00", "𠮷" * 500):
        answer = li.http.get("/figures", params={"of": "species", "value": value})
        assert 200 == answer.status_code
        assert ROWS not in answer.text
