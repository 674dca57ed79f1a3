"""The second look: another person, blind, and how far the two agree beyond chance."""

import pytest

from casework import people, second_looks, verdicts
from casework.reasons import Call
from casework.second_looks import kappa
from pipeline.base.errors import BadInput, Conflict, NotFound

REASONS = {"confirmed": "wild_caught", "not_wildlife": "word_only"}


@pytest.fixture
def judged(db, clock, team, stored, verdict):
    """Li judged twelve listings last week."""
    assert team is None
    for number in range(12):
        listing = stored(site_id=str(number))
        verdicts.give(db, verdict(listing), seen_version=listing.seen_version, clock=clock)
    clock.move(days=7)


def _looks(db, clock, who, calls):
    person, done = people.get(db, who), []
    for call in calls:
        look = second_looks.next_for(db, person)
        second_looks.give(db, look, Call(call), REASONS[call], person=person, clock=clock)
        done.append(look)
    return done


@pytest.mark.usefixtures("judged")
def test_a_sample_is_drawn_once_and_another_person_looks(db, clock):
    """Five of twelve; whoever judged is shown none of his own."""
    week = second_looks.draw(db, clock=clock)
    second_looks.draw(db, clock=clock)

    assert "2026-W11" == week
    assert second_looks.next_for(db, people.get(db, "li")) is None
    (first, *_rest) = _looks(db, clock, "wang", ["confirmed"] * 5)
    assert second_looks.next_for(db, people.get(db, "wang")) is None
    (told,) = second_looks.weeks(db)
    assert (5, 5, 5, 1.0) == (told.drawn, told.done, told.agree, told.kappa)
    assert ["confirmed"] == [each.call for each in verdicts.of(db, first.listing_id)]


@pytest.mark.usefixtures("judged")
def test_where_two_disagree_the_supervisor_decides(db, clock):
    """An analyst may not; what is decided once is decided."""
    second_looks.draw(db, clock=clock)
    look, *_rest = _looks(db, clock, "wang", ["not_wildlife", "confirmed"])
    zhao = people.get(db, "zhao")

    (apart,) = second_looks.apart(db, zhao)
    with pytest.raises(NotFound):
        second_looks.settle(db, look, person=people.get(db, "wang"), clock=clock)
    second_looks.settle(db, look, person=zhao, clock=clock)

    assert (look.listing_id, "confirmed", "not_wildlife") == (
        apart.listing_id,
        apart.first,
        apart.second,
    )
    assert ["zhao"] == [each.settled_by for each in second_looks.apart(db, zhao)]
    with pytest.raises(NotFound):
        second_looks.settle(db, look, person=zhao, clock=clock)


@pytest.mark.usefixtures("judged")
def test_one_look_is_kept_and_ones_own_is_none(db, clock):
    """Twice is told; the first person cannot be the second."""
    second_looks.draw(db, clock=clock)
    look = second_looks.next_for(db, people.get(db, "wang"))
    for who, wrong in (("li", BadInput), ("wang", None), ("zhao", Conflict)):
        person = people.get(db, who)
        if wrong is None:
            second_looks.give(db, look, Call.CONFIRMED, "wild_caught", person=person, clock=clock)
            continue
        with pytest.raises(wrong):
            second_looks.give(db, look, Call.CONFIRMED, "wild_caught", person=person, clock=clock)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # 25 yes-yes, 5 yes-no, 10 no-yes, 10 no-no: worked by hand, 0.70 seen, 0.54 by chance
        ([("y", "y")] * 25 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 10, 0.348),
        ([("y", "n"), ("n", "y")] * 5, -1.0),
        ([("y", "y")] * 9, 1.0),
    ],
)
def test_kappa_is_what_is_worked_by_hand(pairs, expected):
    """Agreement beyond chance, of two people over the same things."""
    assert expected == pytest.approx(kappa(pairs), abs=0.001)
    assert kappa(pairs[:4]) is None
