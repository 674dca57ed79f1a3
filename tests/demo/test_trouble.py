import time

import httpx
import pytest

from demo.market import Market
from demo.trouble import INSIDE, KINDS, Trouble


@pytest.fixture(scope="module")
def market():
    with Market(ports={}) as market:
        yield market


def get(market, path, **more):
    return httpx.get(market.shops["classifieds"].url + path, timeout=20, **more)


def test_slow_takes_its_time(market):
    """The answer comes, but late."""
    began = time.monotonic()

    answer = get(market, "trouble/slow?seconds=1")

    assert 200 == answer.status_code
    assert time.monotonic() - began >= 1


def test_drop_promises_a_page_and_hangs_up(market):
    """A page cut in the middle is an error of the line, not a short page."""
    with pytest.raises(httpx.RemoteProtocolError):
        get(market, "trouble/drop")


def test_busy_says_when_to_come_back(market):
    """429 with Retry-After in seconds."""
    answer = get(market, "trouble/busy?seconds=7")

    assert (429, "7") == (answer.status_code, answer.headers["retry-after"])


@pytest.mark.parametrize("number", range(len(INSIDE)))
def test_inside_leads_where_nobody_may_go(market, number):
    """A redirect to a private address, in several ways of writing one."""
    answer = get(market, f"trouble/inside?n={number}")

    assert (302, INSIDE[number]) == (answer.status_code, answer.headers["location"])


def test_endless_always_has_a_next_page(market):
    """Page 10,000 looks like page 1, with listings of its own."""
    one, far = (get(market, f"trouble/endless?page={page}").text for page in (1, 10_000))

    assert "page=2" in one
    assert "page=10001" in far
    assert 'data-id="e1-0"' in one
    assert 'data-id="e10000-0"' in far


def test_loop_leads_to_itself(market):
    """Whoever follows without counting never comes back."""
    with pytest.raises(httpx.TooManyRedirects):
        get(market, "trouble/loop", follow_redirects=True)


def test_bomb_is_small_on_the_line_and_large_unpacked(market):
    """40 MB in 40 kB."""
    with httpx.stream("GET", market.shops["app"].url + "trouble/bomb") as answer:
        packed = sum(len(chunk) for chunk in answer.iter_raw())

    assert packed < 100_000
    assert "gzip" == answer.headers["content-encoding"]


def test_mislabelled_is_gbk_under_the_name_of_utf8(market):
    """The label lies in the header and in the page."""
    answer = get(market, "trouble/mislabelled")

    assert "utf-8" in answer.headers["content-type"]
    assert "出售鹩哥笼一只" in answer.content.decode("gbk")


def test_an_ordinary_page_fails_as_often_as_asked(market):
    """The third and fourth listing pages are refused, then all is well again."""
    market.trouble("classifieds", Trouble("busy", match="/xinxi/", after=2, times=2, seconds=1))

    states = [get(market, "xinxi/310001.html").status_code for _ in range(5)]

    assert [200, 200, 429, 429, 200] == states
    assert 200 == get(market, "huaniao/").status_code


def test_every_fault_has_a_page(market):
    """A kind that is named is a page that stands, and the market survives each."""
    for kind in KINDS:
        if kind not in ("drop", "loop", "bomb", "inside"):
            assert get(market, f"trouble/{kind}?seconds=1").status_code in (200, 404, 429, 503)

    assert 200 == get(market, "").status_code


def test_the_market_tells_what_it_was_asked_for(market):
    """So that a test can see that robots.txt came first, and nothing closed was fetched."""
    before = len(market.requests("feed"))

    httpx.get(market.shops["feed"].url + "robots.txt")
    httpx.get(market.shops["feed"].url + "feed/?x=1")

    assert ("/robots.txt", "/feed/?x=1") == market.requests("feed")[before:]
