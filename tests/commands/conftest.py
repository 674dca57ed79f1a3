"""The command line as a script calls it."""

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

from pipeline.ingest import ingest
from tests.told import ToldReader


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self):
        """The JSON objects on standard output; anything else there is a fault."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def shouyi(settings):
    """Call `shouyi` on this home."""

    def call(*words, stdin=""):
        done = subprocess.run(
            [sys.executable, "-m", "commands", *words, "--home", str(settings.home)],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def kept(db, clock, a_listing):
    """Three listings: one waits, one is below the line, one is touched by nothing."""
    titles = ("出只画眉", "出鸟笼", "出自行车")
    for number, title in enumerate(titles):
        ingest(db, ToldReader(), a_listing(site_id=str(number), title=title), clock=clock)
