"""Verdicts are given, never changed; who is slower is told."""

import subprocess
import sys
from datetime import timedelta

import pytest

from casework import queue, verdicts
from casework.verdicts import Overtaken
from pipeline.base.errors import BadInput, NotFound
from pipeline.ingest import ingest
from pipeline.store import audit, listings
from tests.told import ToldReader

pytestmark = pytest.mark.usefixtures("team")


def test_a_verdict_takes_a_listing_out_of_the_queue(db, clock, stored, verdict):
    """Verdict, state and audit row come together."""
    thrush = stored()

    given = verdicts.give(
        db, verdict(thrush, note="脚上无环"), seen_version=thrush.seen_version, clock=clock
    )

    now = listings.get(db, thrush.listing_id)
    assert ("judged", "confirmed", 2) == (now.state, now.call, now.seen_version)
    assert [given] == verdicts.of(db, thrush.listing_id)
    assert ("li", "脚上无环", 1) == (given.by, given.note, given.version)
    assert queue.next_up(db) is None
    *_people, row = db["audit"].rows
    assert ("li", "verdict.given", thrush.listing_id) == (row["who"], row["did"], row["what"])
    assert [] == audit.verify(db)


def test_the_slower_of_two_analysts_is_told_to_look_again(db, clock, stored, verdict):
    """A verdict is about what was on the screen, not about what came later."""
    thrush = stored()
    seen = queue.next_up(db)
    verdicts.give(db, verdict(thrush, by="li"), seen_version=seen.version, clock=clock)

    with pytest.raises(Overtaken, match="li 已于 2026-03-10 09:00 判为“属实”") as told:
        verdicts.give(
            db, verdict(thrush, "lawful", by="wang"), seen_version=seen.version, clock=clock
        )

    assert "li" == told.value.standing.by
    assert ["li"] == [given.by for given in verdicts.of(db, thrush.listing_id)]


def test_a_page_that_changed_since_is_looked_at_again(db, clock, a_listing, stored, verdict):
    """The price was cut to a tenth while the analyst read."""
    thrush = stored()
    later = a_listing(title="出画眉一对", seen_at=a_listing().seen_at + timedelta(days=1))
    ingest(db, ToldReader(), later, clock=clock)

    with pytest.raises(Overtaken, match="有了变化"):
        verdicts.give(db, verdict(thrush), seen_version=thrush.seen_version, clock=clock)

    assert [] == verdicts.of(db, thrush.listing_id)


def test_a_button_pressed_twice_gives_one_verdict(db, clock, stored, verdict):
    """The answer was lost on the way; the form is sent again."""
    thrush = stored()
    once = [
        verdicts.give(
            db, verdict(thrush), seen_version=thrush.seen_version, clock=clock, once_key="form-1"
        )
        for _time in range(2)
    ]

    assert once[0] == once[1]
    assert 1 == db["verdicts"].count


def test_a_form_that_was_used_does_not_serve_for_another_decision(db, clock, stored, verdict):
    """One key, one decision."""
    thrush = stored()
    key = {"seen_version": thrush.seen_version, "clock": clock, "once_key": "form-1"}
    verdicts.give(db, verdict(thrush), **key)

    with pytest.raises(Overtaken, match="已经用过"):
        verdicts.give(db, verdict(thrush, "lawful"), **key)


def test_an_undo_brings_the_listing_back_and_is_kept(db, clock, stored, verdict):
    """A slip of the hand leaves its trace and no harm."""
    thrush = stored()
    verdicts.give(db, verdict(thrush), seen_version=thrush.seen_version, clock=clock)
    clock.move(minutes=1)

    undone = verdicts.undo(db, by="li", clock=clock)

    now = listings.get(db, thrush.listing_id)
    assert ("waiting", "", 3) == (now.state, now.call, now.seen_version)
    assert undone.is_undone
    assert "li" == undone.undone_by
    assert [undone] == verdicts.of(db, thrush.listing_id)
    assert verdicts.standing(db, thrush.listing_id) is None
    assert 2 == db["verdicts"].count
    assert [] == audit.verify(db)


def test_undo_goes_back_one_by_one_and_not_beyond_ones_own(db, clock, stored, verdict):
    """Each press takes back one more of the person's own; then there is none."""
    first, second, other = (stored(site_id=str(number)) for number in range(3))
    for listing, by in ((first, "li"), (other, "wang"), (second, "li")):
        verdicts.give(db, verdict(listing, by=by), seen_version=1, clock=clock)

    undone = [verdicts.undo(db, by="li", clock=clock).listing_id for _time in range(2)]

    assert [second.listing_id, first.listing_id] == undone
    with pytest.raises(NotFound):
        verdicts.undo(db, by="li", clock=clock)
    assert "judged" == listings.get(db, other.listing_id).state


def test_an_undo_pressed_twice_takes_back_one(db, clock, stored, verdict):
    """With the same key."""
    for number in range(2):
        listing = stored(site_id=str(number))
        verdicts.give(db, verdict(listing), seen_version=1, clock=clock)

    for _time in range(2):
        verdicts.undo(db, by="li", clock=clock, once_key="undo-1")

    assert 1 == queue.count(db)


def test_what_somebody_else_has_judged_since_is_not_undone(db, clock, stored, verdict):
    """The supervisor's word stands."""
    thrush = stored()
    verdicts.give(db, verdict(thrush), seen_version=1, clock=clock)
    verdicts.give(db, verdict(thrush, "lawful", by="zhao"), seen_version=2, clock=clock)

    with pytest.raises(Overtaken, match="zhao"):
        verdicts.undo(db, by="li", clock=clock)

    assert "lawful" == listings.get(db, thrush.listing_id).call


def test_an_undo_after_a_second_verdict_brings_back_the_first(db, clock, stored, verdict):
    """Li judged, Zhao judged otherwise and takes it back: Li's verdict stands again."""
    thrush = stored()
    verdicts.give(db, verdict(thrush), seen_version=1, clock=clock)
    verdicts.give(db, verdict(thrush, "lawful", by="zhao"), seen_version=2, clock=clock)

    verdicts.undo(db, by="zhao", clock=clock)

    now = listings.get(db, thrush.listing_id)
    assert ("judged", "confirmed") == (now.state, now.call)
    assert "li" == verdicts.standing(db, thrush.listing_id).by


def test_a_judged_listing_that_really_changes_waits_again(db, clock, a_listing, stored, verdict):
    """The old verdict is kept; a new picture alone calls nobody."""
    thrush = stored()
    verdicts.give(db, verdict(thrush, "lawful"), seen_version=1, clock=clock)
    first = a_listing().seen_at
    picture = a_listing(images=("http://a/2.jpg",), seen_at=first + timedelta(days=1))
    ingest(db, ToldReader(), picture, clock=clock)
    after_picture = listings.get(db, thrush.listing_id).state

    words = a_listing(title="再出画眉两只", seen_at=first + timedelta(days=2))
    ingest(db, ToldReader(), words, clock=clock)

    now = listings.get(db, thrush.listing_id)
    assert "judged" == after_picture
    assert ("waiting", "", "wanted") == (now.state, now.call, now.snapshot)
    assert ["lawful"] == [given.call for given in verdicts.of(db, thrush.listing_id)]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": "wild_cought"}, "是否想用 wild_caught"),
        ({"reason": "word_only"}, "不能用于“属实”"),
        ({"by": "nobody"}, "没有这个人员"),
        ({"by": "qian"}, "运维人员"),
        ({"note": "长" * 5000}, "备注过长"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    db, clock, stored, verdict, *, changes, sentence
):
    """One sentence says why, and what to do instead."""
    thrush = stored()

    with pytest.raises(BadInput, match=sentence):
        verdicts.give(db, verdict(thrush, **changes), seen_version=1, clock=clock)

    assert 0 == db["verdicts"].count
    assert "waiting" == listings.get(db, thrush.listing_id).state


def test_the_program_itself_can_change_no_verdict(db, clock, stored, verdict):
    """Append only."""
    verdicts.give(db, verdict(stored()), seen_version=1, clock=clock)

    with pytest.raises(Exception, match="append only"):
        db.conn.execute("update verdicts set call = 'lawful'")
    with pytest.raises(Exception, match="append only"):
        db.conn.execute("delete from verdicts")


@pytest.mark.parametrize("table", ["verdicts", "audit", "listings"])
def test_a_verdict_that_fails_half_way_leaves_nothing(db, clock, stored, verdict, table):
    """Whichever of its three writes is refused."""
    thrush = stored()
    deed = "update on listings" if table == "listings" else f"insert on {table}"
    db.conn.execute(
        f"create trigger full before {deed} begin select raise(abort, 'disk full'); end"
    )

    with pytest.raises(Exception, match="disk full"):
        verdicts.give(db, verdict(thrush), seen_version=1, clock=clock)

    assert 0 == db["verdicts"].count
    assert thrush == listings.get(db, thrush.listing_id)


_ANALYST = """
import sys
from pathlib import Path
from casework import queue, verdicts
from casework.reasons import Call
from casework.verdicts import Overtaken, Verdict
from pipeline.base.clock import SystemClock
from pipeline.store.open import open_store
db, by, told = open_store(Path(sys.argv[1])), sys.argv[2], 0
while (next_up := queue.next_up(db)) is not None:
    verdict = Verdict(next_up.listing_id, Call.CONFIRMED, "wild_caught", by=by)
    try:
        verdicts.give(db, verdict, seen_version=next_up.version, clock=SystemClock())
    except Overtaken:
        told += 1
print(told)
"""


@pytest.mark.siege
def test_four_who_pull_from_one_queue_judge_each_listing_once(db, settings, stored, campaign):
    """Whoever is slower is told; nobody overwrites anybody."""
    count = campaign.tries(60, 2000)
    for number in range(count):
        stored(site_id=str(number))

    analysts = [
        subprocess.Popen(
            [sys.executable, "-c", _ANALYST, str(settings.database), name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("li", "wang", "zhao", "li")
    ]
    told = [analyst.communicate(timeout=100) for analyst in analysts]

    assert ["", "", "", ""] == [errors for _conflicts, errors in told]
    assert count == db["verdicts"].count
    assert count == len({row["listing_id"] for row in db["verdicts"].rows})
    assert [] == audit.verify(db)
