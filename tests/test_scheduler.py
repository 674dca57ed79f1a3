"""The night begins once a Beijing date, whatever the clock, the zone or the machine does."""

import fcntl
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

import scheduler
from crawlers.source import Source
from pipeline.base.clock import BEIJING, HeldClock, beijing_day
from pipeline.base.errors import BadInput, Conflict
from pipeline.store import crawls


def a_source(key="huapiao", *, hours="", every="1d", enabled=True) -> Source:
    return Source.model_validate(
        {
            "key": key,
            "name": key,
            "family": "classifieds",
            "enabled": enabled,
            "basis": "辽林函〔2026〕1号",
            "base_url": f"https://{key}.example",
            "every": every,
            "search": {"url": f"https://{key}.example/s?q={{term}}"},
            "list": {"rows": "li", "fields": {"url": "a::attr(href)"}},
            "manners": {"hours": hours},
            "expect": {"listings": [1, 100]},
        }
    )


def worked(db, source, night_on, clock, state="ok"):
    run = crawls.begin(db, source.key, night_on=night_on, asked_by="schedule", clock=clock)
    crawls.end(db, run, state=state, clock=clock, counts={})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def test_a_source_is_patrolled_once_a_night_and_again_the_next(db, clock):
    """The run table, not the timer, says what is still to do."""
    source = a_source()
    sources = {source.key: source}
    tonight = date(2026, 3, 10)

    first = scheduler.due(db, sources, night_on=tonight, now=clock.now())
    worked(db, source, tonight, clock)
    second = scheduler.due(db, sources, night_on=tonight, now=clock.now())
    tomorrow = scheduler.due(db, sources, night_on=tonight + timedelta(days=1), now=clock.now())

    assert ["huapiao"] == first
    assert [] == second
    assert ["huapiao"] == tomorrow


@pytest.mark.parametrize("state", ["thin", "blocked", "drift", "failed"])
def test_a_run_that_went_wrong_is_not_raced_the_same_night(db, clock, state):
    """A wall at two o'clock is not knocked at again at five past."""
    source = a_source()
    worked(db, source, date(2026, 3, 10), clock, state)

    waiting = scheduler.due(db, {source.key: source}, night_on=date(2026, 3, 10), now=clock.now())

    assert [] == waiting


def test_a_run_that_was_broken_off_is_due_again_the_same_night(db, clock):
    """Interrupted is not done."""
    source = a_source()
    worked(db, source, date(2026, 3, 10), clock, "interrupted")

    waiting = scheduler.due(db, {source.key: source}, night_on=date(2026, 3, 10), now=clock.now())

    assert ["huapiao"] == waiting


def test_a_disabled_source_and_one_outside_its_hours_wait(db):
    """Hours are Beijing's, and may span midnight."""
    by_night = a_source("nightly", hours="22:00-06:00")
    by_day = a_source("daily", hours="09:00-11:00")
    off = a_source("off", enabled=False)
    sources = {one.key: one for one in (by_night, by_day, off)}

    at_two = scheduler.due(db, sources, night_on=date(2026, 3, 10), now=at("2026-03-10T02:00"))
    at_ten = scheduler.due(db, sources, night_on=date(2026, 3, 10), now=at("2026-03-10T10:00"))

    assert ["nightly"] == at_two
    assert ["daily"] == at_ten


def test_a_weekly_source_waits_a_week(db, clock):
    """What its file promises, no more."""
    source = a_source(every="1w")
    worked(db, source, date(2026, 3, 10), clock)

    days = [
        bool(scheduler.due(db, {source.key: source}, night_on=date(2026, 3, day), now=clock.now()))
        for day in range(11, 19)
    ]

    assert [False] * 6 + [True] * 2 == days


def test_three_nights_off_are_three_missed_nights_and_one_late_run(db, settings, clock):
    """Nothing is made up three times, and nothing is hidden."""
    source = a_source()
    sources = {source.key: source}
    worked(db, source, date(2026, 3, 6), clock)
    clock.at = at("2026-03-10T09:00")

    is_made_up = scheduler.catch_up(settings, sources, clock)

    assert is_made_up
    assert scheduler.is_late(settings, clock.now())
    states = [crawls.of_night(db, source.key, date(2026, 3, day)).state for day in (6, 7, 8, 9)]
    assert ["ok", "missed", "missed", "missed"] == states
    assert crawls.of_night(db, source.key, date(2026, 3, 10)) is None


def test_before_its_hour_nothing_is_made_up(settings, clock):
    """A restart at one in the morning waits for two."""
    source = a_source()
    clock.at = at("2026-03-10T01:00")

    assert not scheduler.catch_up(settings, {source.key: source}, clock)


def test_two_nights_on_one_home_are_one(settings):
    """The second is refused in one sentence; the lock dies with its holder."""
    settings.home.mkdir(parents=True)
    night = SimpleNamespace(settings=settings)
    with (settings.home / "night.lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(BadInput, match="another night is at work"):
            scheduler.run_night(night)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/Los_Angeles"])
def test_the_timer_rings_at_two_in_beijing_in_whatever_zone_the_machine_stands(
    settings, clock, monkeypatch, zone
):
    """02:00 is Beijing's two o'clock, also over a change to summer time elsewhere."""
    monkeypatch.setenv("TZ", zone)
    timer = BackgroundScheduler(timezone=BEIJING)
    source = a_source(hours="23:00-23:30")

    scheduler.plan(timer, settings, {source.key: source}, clock)

    rings = {
        job.id: job.trigger.get_next_fire_time(None, datetime(2022, 3, 12, 20, tzinfo=UTC))
        for job in timer.get_jobs()
        if job.id.startswith("night-")
    }
    assert {
        "night-02:00": at("2022-03-14T02:00"),
        "night-23:00": at("2022-03-13T23:00"),
    } == rings


@pytest.mark.parametrize("jump_hours", [-24, -1, 1, 24])
def test_a_clock_that_jumps_gives_one_run_a_beijing_date(db, jump_hours):
    """Thirty nights, two schedulers, and a clock that is set in the middle."""
    source = a_source()
    sources = {source.key: source}
    clock = HeldClock(at("2026-03-01T02:00"))
    for night in range(30):
        for _ in ("one scheduler", "and another"):
            today = beijing_day(clock.now())
            for key in scheduler.due(db, sources, night_on=today, now=clock.now()):
                with suppress(Conflict):  # then it is the one run already
                    worked(db, sources[key], today, clock)
        clock.move(hours=24 + (jump_hours if night == 15 else 0))

    runs = list(db.query("select night_on, count(*) as n from runs group by night_on"))
    assert {1} == {row["n"] for row in runs}


def test_a_night_that_starts_within_its_minutes_is_not_late(settings):
    """Late is told only when it is true."""
    assert not scheduler.is_late(settings, at("2026-03-10T02:05"))
    assert scheduler.is_late(settings, at("2026-03-10T03:10"))
