"""Verdicts propose words; a person decides; what was refused stays refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.words import life, proposing
from casework.words.seen import seen
from casework.words.separating import measured


@pytest.fixture
def season(offered, found):
    """Seven sellers say 靛杠 and were confirmed; nine others were cleared."""
    for number in range(7):
        more = "蜡觜雀也有，" if number % 2 else ""
        text = f"{more}出售画眉活体，靛杠"
        found(offered(f"t{number}", text, seller=f"t{number}"), "confirmed")
    for number in range(6):  # one who repeats himself
        found(offered(f"r{number}", "出售画眉活体，祖传绝活", seller="same"), "confirmed")
    for number in range(9):
        text = "出售画眉摆件一个，树脂做的"
        found(offered(f"c{number}", text, seller=f"c{number}"), "not_wildlife")


@pytest.fixture
def propose(db, settings, clock):
    return lambda: {one.line.term: one for one in proposing.propose(db, settings, clock=clock)}


@pytest.fixture
def kept(db, settings, clock):
    """Keep a proposal, and refuse it."""

    def refuse(proposal):
        (change,) = proposing.keep(db, settings, [proposal], by="li", clock=clock)
        life.refuse(db, change.change_id, by="zhao", why="是鸟的毛色", clock=clock)

    return refuse


@pytest.mark.usefixtures("season")
def test_words_that_separate_are_proposed_once_each_seller(db, settings, clock, propose):
    """With examples; not what one seller repeats; a name that sounds like one is seen."""
    told = propose()

    code = told["靛杠"]
    assert ("trade", "code", "画眉") == (code.what, code.line.kind, code.line.species)
    assert (7, 0) == (code.confirmed, code.cleared)
    assert 5 == len(code.examples)
    assert all("靛杠" in quote for _listing, quote in code.examples)
    assert not any("祖传" in term for term in told)
    assert ("shape", "蜡嘴雀") == (told["蜡觜雀"].what, told["蜡觜雀"].line.species)
    lookalike = next(one for one in told.values() if one.what == "lookalike")
    assert ("画眉摆件", 9) == (lookalike.line.term, lookalike.cleared)

    kept = proposing.keep(db, settings, [code], by="li", clock=clock)
    assert [("draft", "proposal")] == [(each.state, each.origin) for each in kept]
    assert 7 == kept[0].because["confirmed"]
    assert "靛杠" not in propose()


@pytest.mark.usefixtures("season")
def test_a_refused_word_comes_back_only_with_new_evidence(kept, propose, offered, found):
    """Three sellers more than when it was refused."""
    kept(propose()["靛杠"])
    assert "靛杠" not in propose()

    for number in range(3):
        found(offered(f"n{number}", "出售画眉活体，靛杠", seller=f"n{number}"), "confirmed")

    assert "靛杠" in propose()


def test_a_word_that_was_only_wrong_for_a_season_is_proposed_for_retirement(
    db, propose, offered, found
):
    """Never the name of a key bird, and never a word that speaks against."""
    for number in range(6):
        text = "活体监测仪，画眉鸟笼"
        found(offered(f"c{number}", text, seller=f"c{number}"), "not_wildlife")

    told = propose()

    assert ["活体"] == [term for term, one in told.items() if one.what == "retire"]
    did = seen(db, term="活体")["活体"]
    assert (0, 6, "") == (did.true, did.false, did.first_true_at)


def test_the_first_and_last_true_hit_of_a_word_are_read_off_the_verdicts(db, clock, offered, found):
    """Only confirmed listings count."""
    found(offered("1", "出售画眉活体"), "confirmed")
    clock.move(days=40)
    found(offered("2", "出售画眉活体", seen_at=clock.now()), "confirmed")

    did = seen(db, term="画眉")["画眉"]

    assert (2, 0) == (did.true, did.false)
    assert ("2026-03-10", "2026-04-19") == (did.first_true_at[:10], did.last_true_at[:10])


counts = st.integers(0, 50)


@given(one=counts, other=counts, prior=st.floats(0, 0.9))
def test_the_measure_takes_no_side(one, other, prior):
    """Verdicts the other way round propose the other way round; more sellers never say less."""
    there = measured(one, other, (60, 60), prior)

    assert there == pytest.approx(-measured(other, one, (60, 60), prior))
    assert measured(one + 5, other, (60, 60), prior) >= there
