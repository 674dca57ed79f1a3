"""Lawful is kept as carefully as confirmed; a verdict goes back with a note; a look is blind."""

from casework import verdicts
from casework.verdicts import Papers
from pipeline.store import listings


def _judge(person, listing, call, reason, **more):
    form = {**person.form_of(listing.listing_id), "call": call, "reason": reason, **more}
    return person.http.post(f"/listings/{listing.listing_id}/verdict", data=form)


def test_the_papers_of_a_lawful_trade_are_kept_and_shown(db, li, market):
    """Permit, ring and breeder; with any other verdict they mean nothing."""
    kept, other = market(2)
    papers = {"permit": "辽林繁 2024-17", "ring": " A0012\u00a0", "breeder": "盘锦某繁育场"}

    _judge(li, kept, "lawful", "permit_and_mark_checked", **papers)
    _judge(li, other, "not_wildlife", "word_only", **papers)
    page = li.http.get(f"/listings/{kept.listing_id}").text

    (number,) = verdicts.papers_of(db, kept.listing_id)
    told = verdicts.papers_of(db, kept.listing_id)[number]
    assert Papers("辽林繁 2024-17", "A0012", "盘锦某繁育场") == told
    assert "脚环号 A0012" in page
    assert {} == verdicts.papers_of(db, other.listing_id)


def test_a_verdict_that_comes_too_late_keeps_the_papers_that_were_typed(li, somebody, market):
    """The slower of two is told, and types nothing twice."""
    (kept,) = market(1)
    wang = somebody()
    wang.log_in("wang")
    late = {**wang.form_of(kept.listing_id), "call": "lawful", "reason": "origin_proof_checked"}
    _judge(li, kept, "confirmed", "wild_caught")

    answer = wang.http.post(
        f"/listings/{kept.listing_id}/verdict", data={**late, "ring": "B77", "note": "见过环"}
    )

    assert 409 == answer.status_code
    assert 'value="B77"' in answer.text
    assert "见过环" in answer.text


def test_a_verdict_is_sent_back_to_who_gave_it(db, li, somebody, market):
    """With a sentence; it waits again, is his, and the verdict stays on record."""
    (kept,) = market(1)
    _judge(li, kept, "confirmed", "wild_caught")
    wang = somebody()
    wang.log_in("wang")
    where = f"/listings/{kept.listing_id}"
    form = {"csrf": wang.token(), "seen_version": wang.form_of(kept.listing_id)["seen_version"]}

    silent = wang.http.post(f"{where}/send-back", data=form)
    sent = wang.http.post(f"{where}/send-back", data={**form, "note": "脚环看得清，再核对"})
    again = wang.http.post(f"{where}/send-back", data={**form, "note": "脚环看得清，再核对"})

    assert [422, 303, 409] == [silent.status_code, sent.status_code, again.status_code]
    stored = listings.get(db, kept.listing_id)
    assert ("waiting", "") == (stored.state, stored.call)
    assert "脚环看得清，再核对" in li.http.get(where).text
    assert kept.listing_id in li.http.get("/queue?assigned_to=li").text
    assert ["confirmed"] == [each.call for each in verdicts.of(db, kept.listing_id)]


def test_the_second_person_sees_nothing_of_the_first(clock, li, somebody, market):
    """Neither call, reason, note nor name; what he decides counts in the week."""
    for each in market(6):
        _judge(li, each, "confirmed", "wild_caught", note="老手一看便知")
    clock.move(days=7)
    li.log_in("li")
    wang = somebody()
    wang.log_in("wang")

    page = wang.http.get("/second").text
    look = page.split('id="look-title"')[1].split("</section>")[0]
    fields = dict(
        part.split('" value="')[0:2]
        for part in (
            piece.split('"', 1)[0] + '" value="' + piece.split('value="', 1)[1].split('"', 1)[0]
            for piece in look.split('type="hidden" name="')[1:]
        )
    )
    answer = wang.http.post("/second", data={**fields, "decision": "confirmed:wild_caught"})

    assert "老手一看便知" not in page
    assert ">li<" not in look
    assert "call-confirmed" not in look
    assert 303 == answer.status_code
    assert '<td class="number">5</td><td class="number">1</td>' in wang.http.get("/second").text
    assert "没有等您复看" in li.http.get("/second").text
