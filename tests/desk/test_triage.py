"""Judging in a real browser: by keys alone, by mouse alone, twice, at once, and back."""

import pytest
from playwright.sync_api import expect

from casework import verdicts

pytestmark = pytest.mark.browser


def _listing_on(page):
    return page.locator("#stage").get_attribute("data-listing")


def _open_first(page):
    page.locator(".row .title").first.click()
    # until its script has run, a page hears no keys
    page.wait_for_url("**/listings/**")


def _moves_on(page, judged):
    page.wait_for_function(
        "was => document.querySelector('#stage').dataset.listing !== was", arg=judged
    )


def _given(db, kept):
    return {each.listing_id: verdicts.of(db, each.listing_id) for each in kept}


def test_thirty_listings_are_judged_with_two_keys_each(db, market, at_desk):
    """The next one comes by itself, and nobody touches a mouse."""
    kept = market(30)
    page = at_desk()
    keys, loaded = 0, []

    page.keyboard.press("Enter")
    page.wait_for_url("**/listings/**")
    page.on("request", lambda sent: loaded.append(sent.resource_type))
    for number in range(30):
        judged = _listing_on(page)
        for key in (str(number % 4 + 1), "1"):
            page.keyboard.press(key)
            keys += 1
        _moves_on(page, judged)

    assert 60 == keys
    # swapped in, however fast the keys: a page that loads anew would lose the hand's rhythm
    assert "document" not in loaded
    assert "都看完了" == page.locator("h1").inner_text()
    assert [1] * 30 == [len(given) for given in _given(db, kept).values()]


def test_rows_are_chosen_and_judged_together_by_keys(db, market, at_desk):
    """X and J choose, B opens them, Z takes all of them back."""
    kept = market(3)
    page = at_desk()

    for key in ("x", "j", "x", "b"):
        page.keyboard.press(key)
    page.wait_for_url("**/queue/bulk?**")
    page.locator("[name=decision]").select_option("not_wildlife:toy_or_picture")
    page.get_by_role("button", name="记录勾选的各条").press("Enter")
    page.wait_for_url("**said=given-2-0")
    given = sorted(len(each) for each in _given(db, kept).values())
    page.keyboard.press("z")
    page.wait_for_url("**said=undone-2-0")

    assert [0, 1, 1] == given
    assert 3 == page.locator("[data-row]").count()


def test_the_queue_is_walked_by_keys(market, at_desk):
    """J and K move, Enter opens, Q goes back, / looks for a word."""
    market(6)
    page = at_desk()

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    chosen = page.locator(".row.here .title").get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url("**/listings/**")
    opened = _listing_on(page)
    page.keyboard.press("j")
    _moves_on(page, opened)
    page.keyboard.press("q")
    page.wait_for_url("**/queue")
    page.keyboard.press("/")
    page.keyboard.type("游隼")
    page.keyboard.press("Enter")
    page.wait_for_url("**words=**")

    assert chosen.endswith(opened)
    assert 1 == page.locator("[data-row]").count()


def test_thirty_listings_are_judged_by_mouse_alone(db, market, at_desk):
    """Two clicks each, and the next one is there."""
    kept = market(30)
    page = at_desk()

    _open_first(page)
    for _ in range(30):
        judged = _listing_on(page)
        page.get_by_text("无关", exact=False).locator("visible=true").first.click()
        page.get_by_role("button", name="玩具、摆件").click()
        _moves_on(page, judged)

    calls = [given[0].call for given in _given(db, kept).values()]
    assert ["not_wildlife"] * 30 == calls


def test_the_desk_works_without_script(db, market, at_desk):
    """Log-in, list, verdict and undo are plain forms underneath."""
    kept = market(2)
    page = at_desk(java_script_enabled=False)

    _open_first(page)
    first = _listing_on(page)
    page.locator("label[for=call-lawful]").click()
    page.get_by_role("button", name="许可与专用标识已核对").click()
    second = _listing_on(page)
    page.get_by_role("button", name="撤销上一个").click()

    assert first != second
    assert first == _listing_on(page)
    assert [True] == [each.is_undone for each in _given(db, kept)[first]]


def test_a_reason_pressed_twice_is_one_verdict(db, market, at_desk):
    """Neither a nervous finger nor a double click judges the listing that comes next."""
    kept = market(4)
    page = at_desk()
    _open_first(page)

    first = _listing_on(page)
    page.keyboard.press("1")
    page.evaluate(
        """() => { for (let n = 0; n < 3; n += 1) document.body.dispatchEvent(
            new KeyboardEvent("keydown", {key: "2", bubbles: true})) }"""
    )
    _moves_on(page, first)
    second = _listing_on(page)
    page.locator("label[for=call-unsure]").click()
    page.get_by_role("button", name="物种无法辨认").dblclick()
    _moves_on(page, second)
    page.wait_for_timeout(300)

    given = _given(db, kept)
    assert {first: 1, second: 1} == {key: len(rows) for key, rows in given.items() if rows}


def test_the_slower_of_two_is_told_and_keeps_his_note(db, market, at_desk):
    """He sees who decided what, nothing is overwritten, and his words are still there."""
    (contested,) = market(1)
    li, wang = at_desk("li"), at_desk("wang")
    for page in (li, wang):
        _open_first(page)

    li.keyboard.press("1")
    li.keyboard.press("4")
    li.wait_for_selector("text=都看完了")
    wang.keyboard.press("n")
    wang.keyboard.type("像是老客户转让")
    wang.keyboard.press("Escape")
    wang.keyboard.press("2")
    wang.keyboard.press("1")
    told = wang.locator("#conflict").inner_text()

    assert "li" in told
    assert "属实" in told
    assert "像是老客户转让" == wang.locator("#note").input_value()
    assert ["li"] == [each.by for each in verdicts.of(db, contested.listing_id)]

    wang.keyboard.press("2")
    wang.keyboard.press("1")
    wang.wait_for_selector("text=都看完了")
    last = verdicts.of(db, contested.listing_id)[-1]
    assert ("wang", "lawful", "像是老客户转让") == (last.by, last.call, last.note)


def test_z_takes_back_the_last_verdict_and_shows_its_listing(db, market, at_desk):
    """What was taken back waits again; the row of the verdict stays in the history."""
    kept = market(3)
    page = at_desk()
    _open_first(page)
    first = _listing_on(page)
    page.keyboard.press("3")
    page.keyboard.press("2")
    _moves_on(page, first)

    page.keyboard.press("z")
    page.wait_for_function(
        "back => document.querySelector('#stage').dataset.listing === back", arg=first
    )

    (given,) = _given(db, kept)[first]
    assert given.is_undone
    assert page.get_by_text("撤销“无关”", exact=True).is_visible()


def test_a_note_outlives_a_log_in_that_ended(db, market, at_desk):
    """The door opens again where he was, with what he typed."""
    market(1)
    page = at_desk()
    _open_first(page)
    page.keyboard.press("n")
    page.keyboard.type("卖家另有两个号")
    db.execute("delete from sessions")
    db.conn.commit()

    page.keyboard.press("Escape")
    page.keyboard.press("4")
    page.keyboard.press("2")
    page.wait_for_url("**/login**")
    page.get_by_label("用户名").fill("li")
    page.get_by_label("密码").fill("correct-horse-9")
    page.get_by_role("button", name="登录").click()

    expect(page.locator("#note")).to_have_value("卖家另有两个号")


def test_an_undo_from_the_list_leads_to_its_listing(db, market, at_desk):
    """Z works on every page; where there is nothing to take back, it says so."""
    kept = market(2)
    page = at_desk()
    page.keyboard.press("z")
    page.wait_for_url("**said=nothing")
    told = page.locator("#said").inner_text()
    _open_first(page)
    judged = _listing_on(page)
    page.keyboard.press("1")
    page.keyboard.press("1")
    _moves_on(page, judged)

    page.goto("/queue")
    page.keyboard.press("z")
    page.wait_for_selector("#stage")

    assert "没有可以撤销的结论" in told
    assert judged == _listing_on(page)
    assert [True] == [each.is_undone for each in _given(db, kept)[judged]]


def test_who_gives_no_verdicts_is_shown_no_buttons(db, market, at_desk, somebody):
    """An operator may look; a form sent all the same finds nothing there."""
    (kept,) = market(1)
    page = at_desk("qian")
    _open_first(page)
    operator = somebody()
    operator.log_in("qian")

    answer = operator.http.post(
        f"/listings/{kept.listing_id}/verdict",
        data={
            "csrf": operator.token(),
            "seen_version": "1",
            "call": "confirmed",
            "reason": "wild_caught",
        },
    )

    assert 0 == page.locator("#verdict").count()
    assert 404 == answer.status_code
    assert [] == verdicts.of(db, kept.listing_id)
