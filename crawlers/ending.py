"""How a run ended: judged by what its rows say, written beside them."""

import sqlite3
from contextlib import suppress

from crawlers.health import Health, judge_run
from crawlers.job import Job
from crawlers.letter import draft_for
from crawlers.manners import USER_AGENT
from crawlers.source import Source
from pipeline.base.clock import Clock, beijing_day
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.sessions import Session, sessions_of
from pipeline.store import crawls
from pipeline.store.crawls import Run
from pipeline.store.open import Database
from pipeline.store.sums import sums_of


def end_run(db: Database, run: Run, job: Job, *, is_limited: bool) -> Run:
    """Judge a run by its rows, and write how it ended.

    Raises:
        Conflict: it was taken over meanwhile.
        sqlite3.Error, OSError, ShouyiError: what broke the run itself.
    """
    if job.error is not None:
        with suppress(sqlite3.Error):  # the store is what failed: then the dead lease says it
            _write_end(db, run, job, Health("interrupted", "store", str(job.error)))
        raise job.error
    if job.stopped == "interrupted":
        return _write_end(db, run, job, Health("interrupted", "stopped", job.because))
    if job.stopped:
        with db.atomic():
            job.ledger.leave(f"not reached: {job.stopped}")
    if job.stopped == "limit":
        return _write_end(db, run, job, Health("thin", "limit", job.because))
    if job.stopped == "failed":
        return _write_end(db, run, job, Health("failed", "program", job.because))
    health = judge_run(job.reading.source, sums_of(db, run.run_id), is_limited=is_limited)
    if job.stopped == "blocked":
        health = Health("blocked", health.cause or "refused", job.because)
    return _write_end(db, run, job, health)


def paused_run(db: Database, run: Run, session: Session, *, clock: Clock) -> Run:
    """End a run before its first request: the site refused this log-in, and nobody renewed it."""
    words = _("登录状态已暂停（{why}），没有发出请求；请用 shouyi source session {name} 重新登录")
    because = words.format(why=session.paused_because, name=run.source)
    counts = sums_of(db, run.run_id).as_json()
    return crawls.end(
        db, run, state="blocked", cause="wall", because=because, clock=clock, counts=counts
    )


def see_to_refusal(settings: Settings, source: Source, run: Run, job: Job, *, clock: Clock) -> None:
    """After a refusal: use the log-in no more, and draft a letter to the platform."""
    if job.session is not None:
        because = f"{run.night_on} {run.because or run.cause}"
        sessions_of(settings).pause(source.key, because, clock=clock)
    with suppress(OSError):  # a letter that cannot be written is no reason to lose the night
        draft_for(source, run, home=settings.home, on=beijing_day(clock.now()))


def _write_end(db: Database, run: Run, job: Job, health: Health) -> Run:
    source = job.reading.source
    reason = source.manners.reason
    manners = {
        "robots": source.manners.robots,
        "robots_said": job.robots,
        "reason": reason,
        "seconds_between": source.manners.seconds_between,
        "at_once": source.manners.at_once,
        "user_agent": source.manners.user_agent or USER_AGENT,
        "basis": source.basis,
        "limit": job.reading.limit or 0,
        "session": job.session.saved_by if job.session else "",
        "spent": job.budget.as_json() if job.budget else {},
    }
    crawls.say_manners(db, run, manners)
    return crawls.end(
        db,
        run,
        state=health.state,
        cause=health.cause,
        because=health.because,
        clock=job.clock,
        counts=sums_of(db, run.run_id).as_json(),
    )
