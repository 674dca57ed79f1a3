"""Pulled for one person; put off to a day."""

import threading
from datetime import date

import pytest

from casework import holds, people, postponing, queue, verdicts
from casework.asking import Wanted
from casework.verdicts import Overtaken
from pipeline.base.errors import BadInput
from pipeline.store import audit, listings
from pipeline.store.open import open_store

pytestmark = pytest.mark.usefixtures("team")


def test_what_one_has_before_him_the_other_is_not_given(db, clock, stored):
    """Two pull at once and read two listings."""
    for number in range(3):
        stored(site_id=str(number))

    first, second = holds.take(db, "li", clock=clock), holds.take(db, "wang", clock=clock)

    assert first.listing_id != second.listing_id
    assert "li" == holds.holder(db, first.listing_id, clock=clock)


def test_a_hold_runs_out_and_is_given_back_by_the_next_pull(db, clock, stored):
    """Who went to lunch keeps nobody waiting; who pulls on holds one listing at a time."""
    for number in range(2):
        stored(site_id=str(number))
    first = holds.take(db, "li", clock=clock)

    assert first.listing_id != holds.take(db, "wang", clock=clock).listing_id
    holds.give_back(db, "wang")
    clock.move(minutes=holds.HOLDS_MINUTES + 1)
    assert first.listing_id == holds.take(db, "wang", clock=clock).listing_id


def test_four_people_pulling_decide_each_listing_once(settings, db, clock, stored, verdict):
    """Each from a connection of his own; nobody is told that another was faster."""
    for number in range(40):
        stored(site_id=str(number))
    people.add(db, "sun", clock=clock)
    told, lost = [], []

    def work(name):
        own = open_store(settings.database)
        while (row := holds.take(own, name, clock=clock)) is not None:
            try:
                given = verdict(row, by=name)
                verdicts.give(own, given, seen_version=row.version, clock=clock)
            except Overtaken as overtaken:
                lost.append(overtaken)
            told.append(row.listing_id)
        own.conn.close()

    four = [threading.Thread(target=work, args=(name,)) for name in ("li", "wang", "zhao", "sun")]
    for each in four:
        each.start()
    for each in four:
        each.join()

    assert [] == lost
    assert 40 == len(told) == len(set(told))
    assert 0 == queue.count(db)


def test_put_off_it_leaves_the_queue_and_comes_back_that_morning(db, clock, stored):
    """With a note; the log tells who; the tab and the list agree."""
    kept = stored()

    postponing.postpone(
        db,
        kept.listing_id,
        to=date(2026, 3, 12),
        by="li",
        seen_version=kept.seen_version,
        clock=clock,
        note="等卖家上图",
    )

    assert 0 == queue.count(db) == postponing.wake(db, clock=clock)
    assert 1 == queue.count(db, Wanted(state="postponed"))
    clock.move(days=2)
    assert 1 == postponing.wake(db, clock=clock) == queue.count(db)
    assert [] == audit.verify(db)


def test_a_day_that_is_past_or_a_listing_that_moved_is_refused(db, clock, stored, verdict):
    """In words; nothing is changed."""
    kept = stored()
    told = {"by": "li", "seen_version": kept.seen_version, "clock": clock}

    with pytest.raises(BadInput):
        postponing.postpone(db, kept.listing_id, to=date(2026, 3, 10), **told)
    verdicts.give(db, verdict(kept, by="wang"), seen_version=kept.seen_version, clock=clock)
    with pytest.raises(Overtaken):
        postponing.postpone(db, kept.listing_id, to=date(2026, 3, 12), **told)
    assert "judged" == listings.get(db, kept.listing_id).state
