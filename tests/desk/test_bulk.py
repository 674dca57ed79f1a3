"""One decision on many: a group opens to its members, exceptions stay, one undo takes all back."""

import re

from casework import people, verdicts
from pipeline.listing import Place
from pipeline.store import audit, listings
from tests.desk.conftest import PASSWORD


def _rows(page):
    return re.findall(r'class="title" href="/listings/([^"?]+)', page)


def _picks(page):
    return re.findall(r'name="pick" value="([0-9]+:[^"]+)"', page)


def _form(li, page, **changes):
    key = re.search(r'name="once_key" value="([^"]+)"', page)[1]
    told = {"csrf": li.token(), "once_key": key, "decision": "not_wildlife:toy_or_picture"}
    return {**told, "pick": _picks(page), **changes}


def test_ten_reposts_of_one_seller_are_one_row_that_opens_to_its_members(db, li, market):
    """The row counts them; all are shown; the one that is none of them is ticked off."""
    market(10, seller="u77")
    queue = li.http.get("/queue").text
    opened = re.search(r'href="(/queue/bulk\?group=[^"]+)"', queue)[1]

    page = li.http.get(opened).text
    form = _form(li, page, note="同一套图")
    exception = form["pick"].pop()
    answer = li.http.post("/queue/bulk", data=form)

    assert 1 == len(_rows(queue))
    assert "同一卖家 10 条" in queue
    assert 10 == len(_picks(page))
    assert "said=given-9-0" in answer.headers["location"]
    assert [exception.split(":", 1)[1]] == _rows(li.http.get("/queue").text)
    given = db.execute("select count(*) from audit where did = 'verdict.given'").fetchone()[0]
    assert 9 == given
    assert [] == audit.verify(db)


def test_one_undo_takes_back_all_that_was_decided_together(db, li, market):
    """And the undo after it takes back what was decided before."""
    before, *kept = market(6)
    form = {**li.form_of(before.listing_id), "call": "confirmed", "reason": "wild_caught"}
    li.http.post(f"/listings/{before.listing_id}/verdict", data=form)
    page = li.http.get("/queue/bulk?all=1").text
    li.http.post("/queue/bulk", data=_form(li, page))

    told = li.http.post("/verdicts/undo", data={"csrf": li.token()})
    again = li.http.get(told.headers["location"]).text
    waiting = _rows(again)
    li.http.post("/verdicts/undo", data={"csrf": li.token()})

    assert "已一并撤销 5 条" in again
    assert {each.listing_id for each in kept} == set(waiting)
    assert "waiting" == listings.get(db, before.listing_id).state
    assert 6 == db.execute("select count(*) from audit where did = 'verdict.undone'").fetchone()[0]


def test_all_of_the_filter_is_more_than_the_page(li, market):
    """It means what the tab counts, not the fifty rows on the screen."""
    market(60)

    page = li.http.get("/queue/bulk?all=1&back=words%3D第").text

    assert 60 == len(_picks(page))
    assert "共 60 条" in page


def test_what_somebody_judged_meanwhile_is_left_out_and_told(db, clock, li, market):
    """Nobody's verdict is written over; the others are recorded, and the form sent twice is one."""
    kept = market(4)
    page = li.http.get("/queue/bulk?all=1").text
    form = _form(li, page)
    verdict = verdicts.Verdict(kept[0].listing_id, "confirmed", "wild_caught", "wang")
    verdicts.give(db, verdict, seen_version=kept[0].seen_version, clock=clock)

    answers = [li.http.post("/queue/bulk", data=form) for _ in range(2)]
    told = li.http.get(answers[0].headers["location"]).text

    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert "已记录 3 条" in told
    assert "另有 1 条" in told
    assert ["wang"] == [each.by for each in verdicts.of(db, kept[0].listing_id)]
    assert [1, 1, 1] == [len(verdicts.of(db, each.listing_id)) for each in kept[1:]]


def test_a_decision_without_reason_or_listing_is_none(db, li, market):
    """The page comes back with what was chosen and written."""
    market(2)
    page = li.http.get("/queue/bulk?all=1").text

    no_reason = li.http.post("/queue/bulk", data=_form(li, page, decision="", note="看过图"))
    none = li.http.post("/queue/bulk", data=_form(li, page, pick=[]))

    assert 422 == no_reason.status_code == none.status_code
    assert "看过图" in no_reason.text
    assert 2 == len(_picks(no_reason.text))
    assert 0 == db.execute("select count(*) from verdicts").fetchone()[0]


def test_a_listing_of_another_city_is_neither_shown_nor_judged(
    db, clock, market, somebody, offered
):
    """A forged pick does what a forged address does: nothing."""
    (elsewhere,) = market(1)
    offered(
        site_id="7",
        title="画眉鸟 打鸟 凶",
        text="出野生画眉，刚下网",
        place=Place(raw="沈阳", code="210100"),
    )
    people.add(db, "ma", role="analyst", cities=("210100",), password=PASSWORD, clock=clock)
    ma = somebody()
    ma.log_in("ma")

    page = ma.http.get(f"/queue/bulk?pick=huapiao:7&group={elsewhere.listing_id}").text
    forged = [*_picks(page), f"1:{elsewhere.listing_id}"]
    answer = ma.http.post("/queue/bulk", data=_form(ma, page, pick=forged))

    assert ["1:huapiao:7"] == _picks(page)
    assert "said=given-1-1" in answer.headers["location"]
    assert [] == verdicts.of(db, elsewhere.listing_id)


def test_a_list_is_kept_by_name_and_counts_what_it_holds(li, somebody, market):
    """Own for oneself, shared for all; only its owner removes it."""
    market(12)
    for name, back, shared in (("游隼", "words=游隼", "1"), ("一级", "level=I", "")):
        form = {"csrf": li.token(), "name": name, "back": back, **({"shared": 1} if shared else {})}
        assert 303 == li.http.post("/views", data=form).status_code
    wang = somebody()
    wang.log_in("wang")

    mine = li.http.get("/queue?words=游隼").text
    his = wang.http.get("/queue").text
    view_id = re.search(r'name="view_id" value="([0-9]+)"', mine)[1]
    removal = {"view_id": view_id}
    theft = wang.http.post("/views/remove", data={"csrf": wang.token(), **removal})
    li.http.post("/views/remove", data={"csrf": li.token(), **removal})

    kept = mine.split('class="views"')[1].split("</nav>")[0]
    assert ("游隼", "2") == re.search(r'"page">(\S+) <span class="count">(\d+)', kept).groups()
    assert "words=" in his
    assert "一级" not in his.split('class="views"')[1].split("</nav>")[0]
    assert 404 == theft.status_code
    assert 'class="view' in li.http.get("/queue").text
    assert 400 == li.http.post("/views", data={"csrf": li.token(), "name": " "}).status_code
