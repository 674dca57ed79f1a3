"""Hours, pauses, whose site a page is on, and which page comes next."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.feed import Feed
from crawlers.manners import Pauses, backoff, seconds_open, wait_asked
from pipeline.store.ledger import Due

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # 12:00 in Beijing


@pytest.mark.parametrize(
    ("hours", "left"),
    [
        ("", float("inf")),
        ("22:00-06:00", 0.0),
        ("11:00-12:30", 1800.0),
        ("12:00-13:00", 3600.0),
        ("11:00-12:00", 0.0),
        ("20:00-12:01", 60.0),
        ("00:00-00:00", 12 * 3600.0),
    ],
)
def test_a_site_is_open_within_its_hours(hours, left):
    """Hours are Beijing hours, and may reach over midnight."""
    assert left == seconds_open(hours, NOON)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "7", 7.0),
        (503, "Tue, 10 Mar 2026 04:01:00 GMT", 60.0),
        (503, "Tue, 10 Mar 2026 03:00:00 GMT", 0.0),
        (503, "soon", None),
        (503, "-5", None),
        (429, "9" * 40, 86_400.0),
        (429, "", None),
        (200, "7", None),
        (500, "7", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(status, header, seconds):
    """Only a busy host is heard; nonsense counts as not said; a day is the longest."""
    assert seconds == wait_asked(status, header, NOON)


@given(header=st.text(max_size=60))
def test_no_retry_after_breaks_the_crawl(header):
    """Whatever a server writes there."""
    seconds = wait_asked(429, header, NOON)

    assert seconds is None or 0.0 <= seconds <= 86_400.0


def test_backing_off_grows_and_ends():
    """Each try waits longer, none longer than a minute."""
    assert [1.0, 2.0, 4.0] == [backoff(tries, 1.0) for tries in range(3)]
    assert backoff(30, 4.0) == 60.0


class Steady:
    """Seconds that pass when they are told to."""

    at = 0.0

    def __call__(self):
        """Tell them."""
        return self.at


def a_page(number, host="a.example", kind="listing"):
    url = f"http://{host}/{number}"
    return Due(page_id=number, key=url, url=url, kind=kind)


def test_a_paused_host_waits_and_another_goes_on():
    """Retry-After holds for the host that sent it, and for no other."""
    steady = Steady()
    feed = Feed(at_once=4, pauses=Pauses(steady), steady=steady)
    feed.add([a_page(1), a_page(2), a_page(3, "b.example")])
    first = feed.next()
    feed.pauses.set("a.example", 7.0)

    assert [1, 3] == [first.page_id, feed.next().page_id]
    assert feed.next() is None
    assert 7.0 == feed.wait_seconds()
    steady.at = 7.0
    assert 2 == feed.next().page_id


def test_no_more_are_in_flight_to_one_host_than_its_file_allows():
    """Two at once: the third waits until one has landed."""
    steady = Steady()
    feed = Feed(at_once=2, pauses=Pauses(steady), steady=steady)
    feed.add(a_page(number) for number in (1, 2, 3))

    one, two = feed.next(), feed.next()
    assert feed.next() is None
    feed.landed(one)

    assert (2, 3) == (two.page_id, feed.next().page_id)


def test_lists_go_before_listings_and_a_page_set_aside_comes_back():
    """The longer a list takes, the more it moves under us."""
    steady = Steady()
    feed = Feed(at_once=1, pauses=Pauses(steady), steady=steady)
    feed.add([a_page(1), a_page(2, kind="index")])

    listed = feed.next()
    feed.landed(listed)
    feed.later(listed, 5.0)

    assert 2 == listed.page_id
    feed.landed(feed.next())
    assert feed.next() is None
    steady.at = 5.0
    assert 2 == feed.next().page_id


def test_pages_of_one_host_come_in_the_order_they_were_found():
    """A busy host's pages are not shuffled by being looked at."""
    steady = Steady()
    feed = Feed(at_once=1, pauses=Pauses(steady), steady=steady)
    feed.add(a_page(number) for number in range(1, 6))
    order = []

    for _ in range(5):
        page = feed.next()
        assert feed.next() is None
        order.append(page.page_id)
        feed.landed(page)

    assert [1, 2, 3, 4, 5] == order
