"""The reader of these tests: it finds what it is told to find."""

import pytest

from tests.told import ToldReader


@pytest.fixture
def reader() -> ToldReader:
    return ToldReader()
