"""Looks again at what was flagged: still there, changed, gone, back again, or not to be told.

A captcha, a log-in wall, an error or an empty page is not "gone": then nothing is known, and
we look again. What changed, went or came back is kept as a snapshot linked to the first.
"""

import asyncio
import fcntl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from evidence.captured import Captured
from evidence.chromium.browser import Browser
from evidence.judging import Finding
from evidence.pace import Pace, in_turns
from evidence.side_by_side import SideBySide
from evidence.snapshot import Wanted, look, of_listing, put_away
from evidence.watching import ledger
from evidence.watching.difference import Before, changed_parts, difference, is_another_page
from evidence.watching.ledger import Look, Watch
from pipeline.base.clock import Clock, stamp
from pipeline.base.settings import Settings
from pipeline.base.urls import Gate
from pipeline.ingest import mark_gone
from pipeline.page import PageKind
from pipeline.store.open import Database, open_store

ASKED_BY = "schedule"


def look_again(
    settings: Settings,
    *,
    gate: Gate,
    clock: Clock,
    on_done: Callable[[Look], None] | None = None,
    limit: int | None = None,
    seconds_between: Mapping[str, float] = MappingProxyType({}),
    closed: Collection[str] = (),
) -> list[Look]:
    """Look at every flagged listing whose time has come, and write what was found.

    Alone on this home: where another process looks already, there is nothing to do.

    Args:
        settings: of the home.
        gate: where we may go.
        clock: tells when.
        on_done: told of each look, in the caller's own thread.
        limit: at most so many.
        seconds_between: source key -> seconds from one page of it to the next.
        closed: keys of sources that may not be asked at this hour; theirs stay due.
    """
    with _alone(settings) as is_alone:
        if not is_alone:
            return []
        page_by_page = _look_again(
            settings,
            gate=gate,
            clock=clock,
            limit=limit,
            pace=Pace(seconds_between),
            closed=closed,
        )
        looks = []
        for found in page_by_page:
            looks.append(found)
            if on_done is not None:
                on_done(found)
        return looks


@contextmanager
def _alone(settings: Settings) -> Iterator[bool]:
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "watch.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _look_again(
    settings: Settings,
    *,
    gate: Gate,
    clock: Clock,
    limit: int | None,
    pace: Pace,
    closed: Collection[str],
) -> Iterator[Look]:
    db = open_store(settings.database)
    with closing(db.conn):
        ledger.begin(db)
        open_now = [one for one in ledger.due(db, clock.now()) if one.source not in closed]
        watches = {one.listing_id: one for one in open_now[:limit]}
        wanted = [of_listing(db, name, asked_by=ASKED_BY) for name in watches]
    if not wanted:
        return

    async def one(db: Database, browser: Browser, page: Wanted) -> Look:
        await pace.turn(page.source)
        again = _Again(db, settings, browser, gate, clock)
        return await again.look(watches[page.listing_id], page)

    yield from SideBySide(settings, in_turns(wanted), one)


class _Again:
    """One more look at a listing, and what it leads to."""

    def __init__(
        self, db: Database, settings: Settings, browser: Browser, gate: Gate, clock: Clock
    ) -> None:
        self._db = db
        self._settings = settings
        self._browser = browser
        self._gate = gate
        self._clock = clock

    async def look(self, watch: Watch, page: Wanted) -> Look:
        """Look, compare with the last snapshot that shows it, keep what is news, and note it."""
        seen, found = await look(
            self._browser, page, settings=self._settings, gate=self._gate, clock=self._clock
        )
        told, beside = await asyncio.to_thread(self._compared, watch, seen, found)
        if beside is not None:
            # a page that is gone shows no version of the listing
            version = 0 if told.found == "gone" else page.listing_version
            kept = await put_away(
                self._db,
                self._settings,
                replace(page, beside=beside, listing_version=version),
                seen,
                found,
                browser=self._browser,
                clock=self._clock,
            )
            told = replace(told, snapshot_id=kept.snapshot_id)
        await asyncio.to_thread(self._noted, watch, told)
        return told

    def _compared(
        self, watch: Watch, seen: Captured, found: Finding
    ) -> tuple[Look, dict[str, dict[str, Any]] | None]:
        """Return what the look found, and what is kept beside the snapshot; None: none is taken."""
        main = seen.main
        look_ = Look(
            listing_id=watch.listing_id,
            at=stamp(self._clock.now()),
            found="unclear",
            page=str(found.page),
            status=main.status if main else 0,
            because=found.reason,
        )
        link = {"first_snapshot_id": watch.first_snapshot_id, "before": watch.state}
        if found.page is PageKind.REMOVED:
            look_ = replace(look_, found="gone")
            is_news = watch.state != "gone"
            return look_, {"watch.json": {**link, "found": "gone"}} if is_news else None
        if not found.is_listing:
            return look_, None
        folder = self._settings.evidence
        first = Before.read(folder / watch.first_snapshot_id)
        before = Before.read(folder / watch.last_snapshot_id)
        if is_another_page(before, seen):
            # led to a list or to the front page: it may be gone, but nobody said so
            return replace(look_, because="页面上已没有这条信息的任何内容，未说明去向"), None
        parts = changed_parts(before, seen)
        if watch.state != "gone" and not parts:
            return replace(look_, found="up", because=""), None
        news = "back" if watch.state == "gone" else "changed"
        because = f"{'、'.join(parts)}有变化" if parts else ""
        return replace(look_, found=news, because=because), {
            "watch.json": {**link, "found": news},
            "difference.json": difference(first, before, seen, parts),
        }

    def _noted(self, watch: Watch, told: Look) -> None:
        ledger.note(self._db, watch, told, clock=self._clock)
        if told.found == "gone" and watch.state != "gone":
            mark_gone(self._db, watch.listing_id, clock=self._clock)
