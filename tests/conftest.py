"""Fixtures that have a life of their own: a home, its database, a clock that stands still."""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import settings as hypothesis_settings

from pipeline.base.clock import HeldClock
from pipeline.base.settings import Settings, read_settings
from pipeline.listing import Listing, Price, Seller
from pipeline.store.open import Database, open_store

hypothesis_settings.register_profile("suite", derandomize=True, deadline=None, print_blob=True)
hypothesis_settings.register_profile("wander", deadline=None, print_blob=True)
hypothesis_settings.load_profile("suite")
"""The suite tries the same examples each time; ``--hypothesis-profile=wander`` (and `make siege`)
looks for new ones, and what they find becomes an ``@example``."""


def pytest_configure(config):
    """Check the word lists once for all the homes of the suite, and for its child processes."""
    if "SHOUYI_SHARED_CACHE" not in os.environ:  # else set by the process that started us
        shared = tempfile.mkdtemp(prefix="shouyi-suite-")
        os.environ["SHOUYI_SHARED_CACHE"] = shared
        config.add_cleanup(lambda: shutil.rmtree(shared, ignore_errors=True))


@pytest.fixture
def clock() -> HeldClock:
    """2026-03-10 09:00 in Beijing, until it is moved."""
    return HeldClock(datetime(2026, 3, 10, 1, 0, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path) -> Settings:
    """The settings of an empty home."""
    return read_settings(tmp_path / "home")


@pytest.fixture
def db(settings) -> Database:
    """The real database of that home."""
    store = open_store(settings.database)
    yield store
    store.conn.close()


def a_listing(**changes) -> Listing:
    """Return one plain listing; a test names what matters to it."""
    truth = {
        "source": "huapiao",
        "site_id": "991",
        "url": "http://127.0.0.1:8711/item/991",
        "seen_at": datetime(2026, 3, 10, 1, 0, tzinfo=UTC),
        "title": "出只画眉",
        "text": "自家养的，叫口好，沈阳自提",
        "price": Price(raw="1200元", yuan=Decimal(1200)),
        "seller": Seller(name="老王", site_id="u77"),
    }
    return Listing(**{**truth, **changes})


@pytest.fixture(name="a_listing")
def _a_listing():
    return a_listing


def pytest_addoption(parser):
    """``--siege=long`` turns the quick campaigns into the long ones of ``make siege``."""
    parser.addoption("--siege", default="quick", choices=["quick", "long"])
    parser.addoption("--siege-seed", default=20261125, type=int)


class Campaign:
    """How hard to try, and from which seed; a campaign prints both."""

    def __init__(self, *, is_long: bool, seed: int) -> None:
        self.is_long = is_long
        self.seed = seed

    def tries(self, quick: int, long: int) -> int:
        """Return how many times to try."""
        return long if self.is_long else quick


@pytest.fixture(scope="session")
def campaign(request) -> Campaign:
    """The quick form in the suite, the long form under ``make siege``."""
    return Campaign(
        is_long=request.config.getoption("--siege") == "long",
        seed=request.config.getoption("--siege-seed"),
    )
