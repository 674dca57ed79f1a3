"""Job: all that a run works with; how it begins, and what it looks up again at its end."""

from dataclasses import dataclass, field

from crawlers.budget import Budget
from crawlers.deliver import Delivery
from crawlers.feed import Feed
from crawlers.kept import KeptPages
from crawlers.reading import Reading
from pipeline.base.clock import Clock
from pipeline.base.urls import Gate
from pipeline.sessions import Session
from pipeline.store import crawls, leads
from pipeline.store.ledger import Ledger

RECHECKS = 200
"""Listings that no list showed, looked up again in one run, the longest unseen first."""


@dataclass(slots=True, kw_only=True)
class Job:
    """All that a spider works with.

    Attributes:
        stopped: why the run was ended before its end; empty where it came to its end.
        error: what broke the run itself, not a page of it: the store, the lease.
        robots: host -> what its robots.txt said.
        budget: what the hosts may still be asked for tonight.
        session: the operator's log-in at the site; None where the site is read as a visitor.
        requests: page -> how it was asked for, as JSON, until the ledger writes it down.
    """

    reading: Reading
    feed: Feed
    delivery: Delivery
    ledger: Ledger
    gate: Gate
    clock: Clock
    kept: KeptPages
    stopped: str = ""
    because: str = ""
    error: Exception | None = None
    robots: dict[str, str] = field(default_factory=dict)
    budget: Budget | None = None
    session: Session | None = None
    requests: dict[int, str] = field(default_factory=dict)


def seed(job: Job) -> None:
    """Begin where the ledger says: anew, or with the pages that are still due."""
    seeds = job.reading.seeds()
    with job.delivery.db.atomic():
        known = job.ledger.keys()
        if known and not {page.key for page in seeds} <= known:
            job.ledger.start_over()  # the source file was changed since
        if not known:
            before = crawls.before(job.delivery.db, job.delivery.run)
            if before is not None:
                job.ledger.carry_over(before.run_id)
        job.ledger.add(seeds)
        if job.reading.limit is None:
            found = job.reading.leads(leads.waiting(job.delivery.db))
            job.ledger.add(found)
            urls = [page.url for page in found]
            leads.take(job.delivery.db, urls, source=job.reading.source.key, clock=job.clock)
    job.reading.keys.update(job.ledger.keys())
    job.reading.shown.update(job.ledger.shown())
    job.feed.add(job.ledger.due(limit=1_000_000))


def recheck(job: Job) -> None:
    """Look up what we hold as up and the lists did not show: only after a healthy list."""
    with job.delivery.db.atomic():
        if job.reading.limit is not None or not job.reading.shown or job.ledger.has_trouble():
            return
        is_cut = job.reading.source.search.until == "known"
        unseen = job.ledger.unseen(job.reading.source.key, RECHECKS, only_in_time=is_cut)
        job.ledger.add(job.reading.recheck(unseen))
    job.feed.add(job.ledger.due(after=job.feed.last_page_id))
