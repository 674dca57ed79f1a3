"""The tabs of one browser: so few at once, used again, and given up the moment it goes.

A tab that stands open costs nothing, one that is opened costs half a page. But what was said to
a browser that has died is never answered: whatever waits on a tab waits on its end as well.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page

_T = TypeVar("_T")
PAGES_AT_ONCE = 2
TAB_PAGES = 50
"""A tab is closed after so many pages."""
WORN_PAGES = 300
WORN_BYTES = 500_000_000
"""The browser is begun anew after so many pages or bytes: what leaks, leaks for an hour."""


@dataclass(slots=True, eq=False)
class Tab:
    """A tab, and how it is known that nothing more comes of it.

    Attributes:
        end: set when it crashes or is closed, or the browser goes.
    """

    page: Page
    end: asyncio.Event = field(default_factory=asyncio.Event)
    uses: int = 0

    def watch(self) -> None:
        """Notice its end."""
        self.page.on("crash", lambda _: self.end.set())
        self.page.on("close", lambda _: self.end.set())

    @property
    def is_open(self) -> bool:
        """Whether another page can be opened in it."""
        browser = self.page.context.browser
        is_there = browser is not None and browser.is_connected()
        return is_there and not self.end.is_set() and not self.page.is_closed()


@dataclass(slots=True)
class Tabs:
    """All tabs of a run; when its browser is ended, those of the next.

    Attributes:
        end: set when the browser goes; the next one has another.
        opened, received: pages and bytes since the browser was started.
    """

    free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AT_ONCE))
    end: asyncio.Event = field(default_factory=asyncio.Event)
    opened: int = 0
    received: int = 0
    _spare: list[Tab] = field(default_factory=list)
    _taken: set[Tab] = field(default_factory=set)

    @property
    def is_worn(self) -> bool:
        """Whether the browser has opened so much that it is better begun anew."""
        return self.opened >= WORN_PAGES or self.received >= WORN_BYTES

    def spare(self) -> Tab | None:
        """Return a tab that stands empty, None where a new one is to be opened."""
        while self._spare:
            tab = self._spare.pop()
            if tab.is_open:
                self._taken.add(tab)
                return tab
        return None

    def add(self, page: Page) -> Tab:
        """Return the tab of a page that was opened just now."""
        tab = Tab(page)
        tab.watch()
        self._taken.add(tab)
        return tab

    def keep(self, tab: Tab) -> bool:
        """Keep a tab that was read for the next page; False where it is to be closed."""
        self._taken.discard(tab)
        tab.uses += 1
        if tab.uses >= TAB_PAGES or not tab.is_open:
            return False
        self._spare.append(tab)
        return True

    def forget(self, tab: Tab) -> None:
        """Take a tab out that is being closed."""
        self._taken.discard(tab)

    def gone(self) -> None:
        """Give up all tabs, and at once whatever waits on one: their browser has gone."""
        for tab in self._taken:
            tab.end.set()
        self.end.set()
        self._spare.clear()
        self._taken.clear()
        self.end = asyncio.Event()
        self.opened = self.received = 0


async def unless(end: asyncio.Event, work: Coroutine[Any, Any, _T]) -> _T:
    """Return what ``work`` gives.

    Raises:
        BrowserError: ``end`` came first.
    """
    task, ending = asyncio.ensure_future(work), asyncio.ensure_future(end.wait())
    try:
        await asyncio.wait({task, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ending.cancel()
        if not task.done():
            task.cancel()
            task.add_done_callback(_unheard)
    if task.done():
        return task.result()
    raise BrowserError("the browser has gone")


def _unheard(task: "asyncio.Future[Any]") -> None:
    """Hear out a task that nobody waits for: else its failure is told as a fault of ours."""
    with suppress(asyncio.CancelledError):
        task.exception()
