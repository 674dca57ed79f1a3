"""The pulse of the desk, for a watchdog."""

import os

from desk.pages.health import HEARTBEAT


def test_the_pulse_needs_no_log_in(caller):
    """A desk that stands alone, without a scheduler, is well."""
    answer = caller.http.get("/healthz")

    assert 200 == answer.status_code
    assert "none" == answer.json()["scheduler"]


def test_a_scheduler_that_fell_silent_is_told(caller, settings, clock):
    """Its heartbeat is fresh, then three minutes old and more."""
    beat = settings.home / HEARTBEAT
    beat.touch()
    now = clock.now().timestamp()

    os.utime(beat, (now, now))
    fresh = caller.http.get("/healthz")
    clock.move(minutes=10)
    stale = caller.http.get("/healthz")

    assert (200, "ok") == (fresh.status_code, fresh.json()["scheduler"])
    assert (503, "silent") == (stale.status_code, stale.json()["scheduler"])


def test_a_store_that_is_broken_is_told(caller, db):
    """The pulse says so instead of a page of errors."""
    db.execute("alter table listings rename to lost")
    db.conn.commit()

    answer = caller.http.get("/healthz")

    assert (503, "failed") == (answer.status_code, answer.json()["store"])


def test_a_store_that_is_gone_is_told_in_words(caller, settings):
    """Every page answers, hardened, in a sentence; the watchdog sees 503."""
    caller.desk.app.state.house.connections.close()
    settings.database.rename(settings.home / "elsewhere.db")

    pulse, page = caller.http.get("/healthz"), caller.http.get("/login")

    assert 503 == pulse.status_code
    assert 400 <= page.status_code
    assert "Traceback" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
