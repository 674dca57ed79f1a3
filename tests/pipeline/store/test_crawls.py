"""One process crawls one source at a time; the run table is the truth of it."""

import multiprocessing
import os
import signal
import sqlite3
import time
from datetime import date

import pytest

from pipeline.base.clock import SystemClock
from pipeline.base.errors import Conflict
from pipeline.store import crawls
from pipeline.store.ledger import GIVE_UP_RUNS, Due, Finished, Ledger, Settled
from pipeline.store.open import open_store
from pipeline.store.sums import sums_of

NIGHT = date(2026, 3, 10)


def begun(db, clock, **changes):
    asked = {"night_on": NIGHT, "asked_by": "schedule", "clock": clock}
    return crawls.begin(db, "huapiao", **{**asked, **changes})


def ended(db, run, clock, state="ok"):
    return crawls.end(db, run, state=state, clock=clock, counts=sums_of(db, run.run_id).as_json())


def test_a_night_has_one_run_of_a_source(db, clock):
    """The second scheduler of the night is told that it is done."""
    ended(db, begun(db, clock), clock)

    with pytest.raises(Conflict, match="already"):
        begun(db, clock)

    assert ["huapiao-2026-03-10-1"] == [run.run_id for run in crawls.runs_of_night(db, NIGHT)]


def test_a_person_may_ask_for_one_more(db, clock):
    """By hand, the night's run is no obstacle; the new one has the next number."""
    ended(db, begun(db, clock), clock)

    again = begun(db, clock, again=True, asked_by="li")

    assert ("huapiao-2026-03-10-2", 2) == (again.run_id, again.number)


def test_a_run_that_is_held_is_refused_to_others(db, clock):
    """This process lives and holds the lease."""
    begun(db, clock)

    with pytest.raises(Conflict, match="is being crawled"):
        begun(db, clock, again=True)


def test_a_silent_holder_is_taken_over_and_can_write_no_more(db, clock):
    """Its lease ran out; when it wakes, its next write is refused."""
    asleep = begun(db, clock)
    db.execute("update runs set lease_holder = 'elsewhere:1:2'")
    asleep = crawls.get(db, asleep.run_id)
    clock.move(seconds=crawls.LEASE_SECONDS + 1)

    awake = begun(db, clock)

    assert (asleep.run_id, 1) == (awake.run_id, awake.resumed)
    with pytest.raises(Conflict, match="taken over"):
        crawls.hold(db, asleep, clock=clock)
    with pytest.raises(Conflict, match="taken over"):
        ended(db, asleep, clock)


def test_a_heartbeat_keeps_the_lease(db, clock):
    """As long as it is renewed, nobody takes over."""
    run = begun(db, clock)
    db.execute("update runs set lease_holder = 'elsewhere:1:2'")
    run = crawls.get(db, run.run_id)
    for _ in range(10):
        clock.move(seconds=crawls.HEARTBEAT_SECONDS)
        crawls.hold(db, run, clock=clock)

    with pytest.raises(Conflict, match="is being crawled"):
        begun(db, clock)


def _hold_until_killed(path):
    begun(open_store(path), SystemClock())
    time.sleep(60)


def test_a_holder_that_was_killed_is_taken_over_at_once(db, settings):
    """No lease is waited for where the process can be seen to be dead."""
    child = multiprocessing.get_context("spawn").Process(
        target=_hold_until_killed, args=(settings.database,)
    )
    child.start()
    ends = time.monotonic() + 30
    while crawls.of_night(db, "huapiao", NIGHT) is None and time.monotonic() < ends:
        time.sleep(0.05)
    with pytest.raises(Conflict):
        begun(db, SystemClock())
    os.kill(child.pid, signal.SIGKILL)
    child.join(10)

    run = begun(db, SystemClock())

    assert ("running", 1) == (run.state, run.resumed)


def test_the_run_of_a_night_before_is_closed_not_gone_on_with(db, clock):
    """Its pages are yesterday's; the new night begins anew, and the old one says why it ended."""
    run = begun(db, clock)
    db.execute("update runs set lease_holder = 'elsewhere:1:2'")
    clock.move(days=1)

    tonight = begun(db, clock, night_on=date(2026, 3, 11))

    assert "huapiao-2026-03-11-1" == tonight.run_id
    assert ("interrupted", "taken over") == (
        crawls.get(db, run.run_id).state,
        crawls.get(db, run.run_id).cause,
    )


def test_two_running_rows_of_one_source_cannot_be(db, clock):
    """The table itself says no, whoever writes past our code."""
    begun(db, clock)

    with pytest.raises(sqlite3.IntegrityError):
        db.execute(
            "insert into runs (run_id, source, night_on, number, asked_by, state)"
            " values ('x', 'huapiao', '2026-03-11', 1, 'x', 'running')"
        )


def _try_to_begin(path, barrier, won):
    db = open_store(path)
    barrier.wait()
    try:
        begun(db, SystemClock())
        won.put(os.getpid())
    except Conflict:
        won.put(0)
    barrier.wait()


def test_of_four_schedulers_one_begins(db, settings):
    """Four processes, the same moment: one run, and three that are told."""
    context = multiprocessing.get_context("spawn")
    barrier, won = context.Barrier(4), context.Queue()
    children = [
        context.Process(target=_try_to_begin, args=(settings.database, barrier, won))
        for _ in range(4)
    ]
    for child in children:
        child.start()
    winners = [won.get(timeout=60) for _ in children]
    for child in children:
        child.join(30)

    assert 1 == sum(pid != 0 for pid in winners)
    assert 1 == len(crawls.runs_of_night(db, NIGHT))


def test_missed_nights_are_rows_and_not_runs(db, clock):
    """A night on which the machine was off is named, and can be made up."""
    crawls.miss(db, "huapiao", night_on=NIGHT, because="the machine was off")

    assert "missed" == crawls.of_night(db, "huapiao", NIGHT).state
    assert "running" == begun(db, clock).state


def test_the_sum_of_a_run_holds_whatever_becomes_of_its_listings(db, clock):
    """Listed = stored + known + refused + failed, and what is still open."""
    run = begun(db, clock)
    ledger = Ledger(db, run.run_id, clock=clock)
    with db.atomic():
        for one in ("1", "2", "3", "4", "5"):
            ledger.show(one)
        ledger.show("1")
        ledger.show("?7.0", lost="layout: no id")
        ledger.settle(Settled(site_id="1", outcome="stored", what="new", is_flagged=True))
        ledger.settle(Settled(site_id="2", outcome="known", what="known"))
        ledger.settle(Settled(site_id="3", outcome="refused", reason="robots.txt"))
        ledger.settle(Settled(site_id="4", outcome="failed", reason="timeout"))
        ledger.settle(Settled(site_id="1", outcome="failed", reason="too late"))
        ledger.settle(Settled(site_id="99", outcome="rechecked", what="gone"))

    sums = sums_of(db, run.run_id)

    assert sums.is_whole
    assert (6, 1, 1, 1) == (sums.listed, sums.stored, sums.known, sums.open)
    assert {"robots.txt": 1} == dict(sums.refused)
    assert {"timeout": 1, "layout: no id": 1} == dict(sums.failed)
    assert (1, 1, 1) == (sums.what["gone"], sums.what["new"], sums.flagged)


def test_a_page_that_fails_in_five_runs_is_given_up_and_said_so(db, clock):
    """It is due again each night, until the rule says no; the reason stays in the count."""
    before = None
    for _ in range(GIVE_UP_RUNS):
        run = begun(db, clock, again=True)
        ledger = Ledger(db, run.run_id, clock=clock)
        with db.atomic():
            if before is None:
                ledger.show("7")
                ledger.add([Due(key="item:7", url="http://x.example/7", kind="listing")])
            else:
                ledger.carry_over(before)
            (page,) = ledger.due()
            failed = Finished(page_id=page.page_id, state="failed", reason="timeout")
            ledger.finish(failed)
            ledger.settle(Settled(site_id="7", outcome="failed", reason="timeout"))
        before = ended(db, run, clock, state="thin").run_id

    last = begun(db, clock, again=True)
    ledger = Ledger(db, last.run_id, clock=clock)
    with db.atomic():
        ledger.carry_over(before)

    assert [] == ledger.due()
    assert {"given up after 5 runs: timeout": 1} == dict(sums_of(db, last.run_id).refused)
