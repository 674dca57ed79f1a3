"""The reader as shipped."""

import pytest

from pipeline.base.settings import read_settings
from pipeline.score import Reader, load_reader


@pytest.fixture(scope="session")
def trader(tmp_path_factory) -> Reader:
    """A reader that reads as a bird trader would."""
    return load_reader(read_settings(tmp_path_factory.mktemp("home")))
