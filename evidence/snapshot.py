"""A page kept as evidence (固定): capture -> archive -> manifest -> seal.

What was a wall, a removed page or an error is kept as the record of a failure, never as the
listing. Either a whole sealed folder comes of it, or none.
"""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from types import MappingProxyType
from typing import Any

from evidence.capture import capture
from evidence.captured import Captured, Limits, LookBefore
from evidence.chromium.browser import Browser, BrowserLost
from evidence.judging import Finding, find
from evidence.keeping import Snapshot, Wanted, keep
from evidence.legible import looked_for
from evidence.pace import Pace, in_turns
from evidence.shelf import Shelf
from evidence.side_by_side import SideBySide
from evidence.watching import ledger
from evidence.way import way_of
from pipeline.base.clock import Clock
from pipeline.base.settings import Settings
from pipeline.base.urls import Gate
from pipeline.store import listings
from pipeline.store.open import Database, open_store

__all__ = ["Snapshot", "Wanted", "of_listing", "take", "take_all", "take_wanted"]

SCHEDULE = "schedule"
_TRIES = 2
_LOOKS = 2


def take_wanted(
    settings: Settings,
    *,
    gate: Gate,
    clock: Clock,
    on_done: Callable[[Snapshot], None] | None = None,
    limit: int | None = None,
    seconds_between: Mapping[str, float] = MappingProxyType({}),
) -> list[Snapshot]:
    """Keep the page of every listing that waits for it, highest score first.

    Args:
        settings: of the home; how many pages side by side.
        gate: where we may go.
        clock: tells when.
        on_done: told of each snapshot as it is sealed, in the caller's own thread.
        limit: at most so many.
        seconds_between: source key -> seconds from one page of it to the next, as its
            source file promises.

    Returns:
        What was put onto the shelf, failures too.
    """
    db = open_store(settings.database)
    with closing(db.conn):
        Shelf.of(settings).tidy(db, clock=clock)
        ledger.want_again(db, clock.now())
        wanted = [
            of_listing(db, one.listing_id, asked_by=SCHEDULE)
            for one in listings.wanting_snapshot(db, limit)
        ]
    pace = Pace(seconds_between)
    return list(take_all(settings, wanted, gate=gate, clock=clock, on_done=on_done, pace=pace))


def of_listing(db: Database, listing_id: str, *, asked_by: str) -> Wanted:
    """Return what keeping the page of a listing means.

    Raises:
        NotFound: there is no such listing.
    """
    stored = listings.get(db, listing_id)
    listing = listings.content_of(stored)
    return Wanted(
        url=listing.url,
        asked_by=asked_by,
        listing_id=listing_id,
        listing_version=stored.version,
        title=listing.title,
        fields=json.loads(listings.to_json(listing)),
        way=way_of(db, stored),
    )


def take_all(
    settings: Settings,
    wanted: list[Wanted],
    *,
    gate: Gate,
    clock: Clock,
    on_done: Callable[[Snapshot], None] | None = None,
    pace: Pace | None = None,
) -> Iterator[Snapshot]:
    """Take these, side by side, in one browser; give each as it is done.

    The browser's loop runs in a thread of its own: the caller may have a loop already.
    """
    if not wanted:
        return

    async def one(db: Database, browser: Browser, page: Wanted) -> Snapshot:
        if pace is not None:
            await pace.turn(page.source)
        return await take(db, settings, page, browser=browser, gate=gate, clock=clock)

    for snapshot in SideBySide(settings, in_turns(wanted), one):
        if on_done is not None:
            on_done(snapshot)
        yield snapshot


async def take(
    db: Database,
    settings: Settings,
    wanted: Wanted,
    *,
    browser: Browser,
    gate: Gate,
    clock: Clock,
) -> Snapshot:
    """Look at a page once and put what was seen onto the shelf.

    Returns:
        The snapshot; also one that failed, with its reason, for a wall or a page that is gone.
    """
    seen, found = await look(browser, wanted, settings=settings, gate=gate, clock=clock)
    return await put_away(db, settings, wanted, seen, found, browser=browser, clock=clock)


async def put_away(
    db: Database,
    settings: Settings,
    wanted: Wanted,
    seen: Captured,
    found: Finding,
    *,
    browser: Browser,
    clock: Clock,
) -> Snapshot:
    """Put what was seen onto the shelf, with the state of the machine as it is now."""
    facts = {**browser.facts, **await asyncio.to_thread(browser.machine.checked, seen, clock)}
    kept = asyncio.ensure_future(
        asyncio.to_thread(
            _kept, db, Shelf.of(settings), wanted, seen, facts=facts, clock=clock, found=found
        )
    )
    try:
        return await asyncio.shield(kept)
    except asyncio.CancelledError:
        await kept  # what was seen whole is sealed before we leave off
        raise


def _kept(db: Database, shelf: Shelf, wanted: Wanted, seen: Captured, **more: Any) -> Snapshot:
    """Keep it; what failed is due again later, and its failure record stays."""
    snapshot = keep(db, shelf, wanted, seen, **more)
    ledger.note_retake(db, snapshot.row, clock=more["clock"])
    return snapshot


async def look(
    browser: Browser, wanted: Wanted, *, settings: Settings, gate: Gate, clock: Clock
) -> tuple[Captured, Finding]:
    """Look at a page and say what it is; at once again where it may be whole a moment later.

    What the first look found stands in the second one's record (``looks_before``).
    """
    before: list[LookBefore] = []
    while True:
        seen = await _look(browser, wanted, settings=settings, gate=gate, clock=clock)
        found = await asyncio.to_thread(find, seen, wanted.fields, wanted.title)
        seen.looks_before = before
        if len(before) + 1 >= _LOOKS or not found.is_worth_another_look or _is_hopeless(seen):
            return seen, found
        before = [*before, LookBefore(seen.started_at, str(found.page), found.reason)]


def _is_hopeless(seen: Captured) -> bool:
    """Whether another look at once would only cost the same time again."""
    return any(mark in seen.failure for mark in ("崩溃", "卡住", "下载文件", "证书", "CERT_"))


async def _look(
    browser: Browser, wanted: Wanted, *, settings: Settings, gate: Gate, clock: Clock
) -> Captured:
    """Look at the page; once more, in another browser, where the first one died of it."""
    for _ in range(_TRIES):
        try:
            return await capture(
                browser,
                wanted.url,
                gate=gate,
                limits=Limits.of(settings),
                clock=clock,
                looked_for=looked_for(wanted.fields, wanted.title),
                session=wanted.session,
            )
        except BrowserLost:
            await browser.revive()
    return Captured(
        url=wanted.url,
        started_at=clock.now(),
        ended_at=clock.now(),
        failure=f"浏览器在这一页上 {_TRIES} 次崩溃",
    )
