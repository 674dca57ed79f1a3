"""Reads one page that stands open in the browser: listens, scrolls, gives what it hears."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from playwright.async_api import Page

from crawlers.browser import Ear, scroll
from crawlers.deliver import Delivery, Yield
from crawlers.pages.base import Fetched
from crawlers.reading import WALLS, Reading, WallMet, given_up
from crawlers.source import AnswersPart
from pipeline.page import PageKind, PageSeen, PageVerdict, judge
from pipeline.store.ledger import Due, Finished

_SETTLE_SECONDS = 1.0

_SILENCES = 2
"""So often an app may not answer a scroll: it was still busy with the answer before."""


@dataclass(slots=True)
class BrowserWork:
    """The work on one open page.

    Attributes:
        write: brings what was heard so far to disk, so that a page broken off in the middle
            of its scrolling has not lost it.
    """

    reading: Reading
    delivery: Delivery
    write: Callable[[], None]

    def longest_seconds(self, due: Due) -> float:
        """Return how long the page may take in all."""
        answers = self.reading.source.answers
        base = self.reading.source.limits.seconds
        if answers is None or due.kind != "index":
            return base
        return base + (answers.scrolls + 1) * (answers.wait_seconds + _SETTLE_SECONDS)

    async def read(self, due: Due, page: Page, first: Fetched, ear: Ear | None) -> None:
        """Read the page.

        Raises:
            WallMet: it is a login wall or a challenge, or became one.
        """
        answers = self.reading.source.answers
        if ear is None or answers is None:
            self.delivery.take(self._read_shown(due, first))
            return
        self._judge(due, first)
        finished = await self._listen(due, page, ear, answers)
        if finished is None:
            shown = replace(first, url=page.url, text=await page.content())
            self._judge(due, shown)
            why = "layout: the page asked for no answer that we know"
            self.delivery.take(given_up(due, why, page=PageKind.ERROR, status=first.status))
            return
        self.delivery.take(Yield(page=replace(finished, size_bytes=len(first.body))))

    def _read_shown(self, due: Due, shown: Fetched) -> Yield:
        if due.kind == "index" or self.reading.source.detail is not None:
            return self.reading.read(due, shown)
        verdict = self._judge(due, shown)
        page = Finished(page_id=due.page_id, state="done", page=verdict.kind, status=shown.status)
        gone = [due.key.removeprefix("item:")] if verdict.kind is PageKind.REMOVED else []
        return Yield(page=page, gone=gone, is_recheck=True)

    def _judge(self, due: Due, shown: Fetched) -> PageVerdict:
        verdict = judge(
            PageSeen(
                url=shown.url,
                status=shown.status,
                content_type=shown.content_type,
                text=shown.text,
                headers=shown.headers,
            )
        )
        if verdict.kind in WALLS:
            page = Finished(
                page_id=due.page_id,
                state="failed",
                page=verdict.kind,
                reason=verdict.because,
                status=shown.status,
            )
            raise WallMet(page, verdict)
        return verdict

    async def _listen(
        self, due: Due, page: Page, ear: Ear, answers: AnswersPart
    ) -> Finished | None:
        """Take answers and scroll for more; None where not one was heard."""
        heard, misread, is_empty = 0, "", True
        has_more: bool | None = None
        scrolls = silences = 0
        while silences < _SILENCES:
            answer = await ear.next(answers.wait_seconds)
            if answer is None:
                silences += 1
            else:
                silences = 0
                given, read = self.reading.answer(due, answer)
                heard += 1
                if read.verdict.kind is PageKind.ERROR:
                    misread = f"{read.verdict.cause}: {read.verdict.because}"
                    break
                has_more = read.has_more
                is_empty = is_empty and not read.cards
                self.delivery.take(given)
                self.write()
                if has_more is False or not read.cards or self._has_enough():
                    break
            if not heard or scrolls >= answers.scrolls:
                break
            scrolls += 1
            await scroll(page)
        if not heard:
            return None
        if has_more and not misread and not self._has_enough():
            self._say_more(due, answers, is_silent=silences > 0)
        kind = PageKind.ERROR if misread else PageKind.EMPTY if is_empty else PageKind.NORMAL
        return Finished(
            page_id=due.page_id,
            state="failed" if misread else "done",
            page=kind,
            reason=misread[:300],
        )

    def _say_more(self, due: Due, answers: AnswersPart, *, is_silent: bool) -> None:
        """Note that the app had more than was read of it, and why."""
        why = (
            f"limits.wait_seconds {answers.wait_seconds:g}: it fell silent"
            if is_silent
            else f"limits.scrolls {answers.scrolls}"
        )
        rest = Due(key=f"{due.key}#more", url=due.url, kind="index")
        self.delivery.take(Yield(page=None, refused=[(rest, why)]))

    def _has_enough(self) -> bool:
        reading = self.reading
        return reading.limit is not None and len(reading.shown) >= reading.limit
