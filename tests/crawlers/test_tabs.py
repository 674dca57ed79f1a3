"""The tabs of a browser: used again, never those of one that has gone."""

import asyncio

import pytest
from playwright.async_api import Error as BrowserError

from crawlers import tabs
from crawlers.tabs import Tabs, unless


class Browser:
    """A browser that may go."""

    def __init__(self):
        self.is_there = True

    def is_connected(self):
        """Whether it is there."""
        return self.is_there


class Page:
    """As much of Playwright's page as a tab looks at."""

    def __init__(self, browser):
        self.context = self
        self.browser = browser
        self.heard = {}

    def on(self, event, hear):
        """Keep who listens."""
        self.heard[event] = hear

    def is_closed(self):
        """A page is, after its tab was."""
        return False


def test_a_tab_is_used_again_until_it_is_worn():
    """The same tab for the next page; after so many pages it is to be closed."""
    mine = Tabs()
    tab = mine.add(Page(Browser()))

    for _ in range(tabs.TAB_PAGES - 1):
        assert mine.keep(tab)
        assert mine.spare() is tab

    assert not mine.keep(tab)
    assert mine.spare() is None


@pytest.mark.parametrize("event", ["crash", "close"])
def test_a_tab_that_has_ended_is_not_handed_out(event):
    """It crashed while it stood empty."""
    mine, page = Tabs(), Page(Browser())
    mine.keep(mine.add(page))

    page.heard[event](page)

    assert mine.spare() is None


def test_no_tab_of_a_browser_that_has_gone_is_handed_out():
    """Before anybody was told that it went."""
    mine, browser = Tabs(), Browser()
    mine.keep(mine.add(Page(browser)))

    browser.is_there = False

    assert mine.spare() is None


def test_a_browser_is_worn_by_pages_or_by_bytes_and_the_next_is_new():
    """What was counted is forgotten with it."""
    mine = Tabs()
    mine.received = tabs.WORN_BYTES
    assert mine.is_worn
    mine.gone()
    assert not mine.is_worn
    mine.opened = tabs.WORN_PAGES
    assert mine.is_worn


def test_what_waits_on_a_tab_fails_at_once_when_the_browser_goes():
    """An answer that never comes is not waited for."""

    async def told():
        mine = Tabs()
        tab = mine.add(Page(Browser()))
        asyncio.get_running_loop().call_later(0.05, mine.gone)
        async with asyncio.timeout(5):
            with pytest.raises(BrowserError, match="has gone"):
                await unless(tab.end, asyncio.sleep(60))
            assert "done" == await unless(mine.end, asyncio.sleep(0, "done"))

    asyncio.run(told())
