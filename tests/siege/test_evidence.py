"""Evidence under attack: torn by chance, killed by chance, and never half-made or unnoticed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from evidence.verify import verify, verify_all
from pipeline.store import listings, snapshots
from pipeline.store.open import open_store
from tests.conftest import a_listing
from tests.evidence.conftest import Keeper, put_waiting
from tests.evidence.market_of_pages import open_pages
from tests.evidence.processes import are_gone

NIGHT = """
import sys
from pathlib import Path
from evidence.snapshot import take_wanted
from pipeline.base.clock import SystemClock
from pipeline.base.settings import read_settings
from pipeline.base.urls import gate_for
take_wanted(read_settings(Path(sys.argv[1])), gate=gate_for([sys.argv[2]]), clock=SystemClock())
"""


def flip(chance, file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def cut(chance, file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: chance.randrange(len(data))])


def drop(chance, file: Path) -> None:
    data = file.read_bytes()
    start = chance.randrange(len(data))
    end = start + 1 + chance.randrange(min(200, len(data)))
    file.write_bytes(data[:start] + data[end:])


def append(chance, file: Path) -> None:
    file.write_bytes(file.read_bytes() + chance.randbytes(1 + chance.randrange(50)))


def swap(chance, file: Path) -> None:
    other = chance.choice([each for each in file.parent.iterdir() if each != file])
    aside = file.with_name("aside")
    file.rename(aside)
    other.rename(file)
    aside.rename(other)


def rename(chance, file: Path) -> None:
    file.rename(file.parent / f"{file.name}{chance.choice('~x2')}")


def delete(_chance, file: Path) -> None:
    file.unlink()


def add(chance, file: Path) -> None:
    (file.parent / f"{file.name}.{chance.randrange(1000)}").write_bytes(file.read_bytes())


def copy_over(chance, file: Path) -> None:
    other = chance.choice([each for each in file.parent.iterdir() if each != file])
    shutil.copyfile(other, file)


TEARS = (flip, flip, flip, cut, drop, append, swap, rename, delete, add, copy_over)


@pytest.mark.siege
def test_no_tear_goes_unnoticed_and_none_is_imagined(settings, clock, tmp_path, campaign):
    """At random, every file in every way: all found, the file named, and no false alarm."""
    chance = random.Random(campaign.seed)  # noqa: S311 - dice, not keys
    kept = Keeper(settings, clock).keep()
    passed, unnamed = [], []

    for number in range(campaign.tries(quick=300, long=2_000)):
        folder = tmp_path / str(number) / kept.snapshot_id
        shutil.copytree(kept.folder, folder, copy_function=shutil.copyfile)
        file = chance.choice(sorted(folder.iterdir()))
        tear = chance.choice(TEARS)
        tear(chance, file)
        verdict = verify(folder)
        if verdict.is_ok:
            passed.append((number, tear.__name__, file.name))
        elif not any(file.name in problem for problem in verdict.problems):
            unnamed.append((number, tear.__name__, file.name, verdict.problems))
        shutil.rmtree(folder)

    assert ([], []) == (passed, unnamed)
    alarms = []
    for number in range(campaign.tries(quick=30, long=200)):
        folder = tmp_path / f"honest-{number}" / kept.snapshot_id
        shutil.copytree(kept.folder, folder, copy_function=shutil.copyfile)
        moment = chance.randrange(2_000_000_000)
        for file in folder.iterdir():
            os.utime(file, (moment, moment))
        alarms += verify(folder).problems
    assert [] == alarms


@pytest.mark.siege
@pytest.mark.browser
def test_a_night_killed_at_random_keeps_each_listing_once(settings, campaign):
    """SIGKILL again and again: each snapshot whole or absent, none lost, none twice, no orphan."""
    chance = random.Random(campaign.seed)  # noqa: S311 - dice, not keys
    count = campaign.tries(quick=8, long=60)
    with (
        HTTPServer(host="127.0.0.1", threaded=True) as server,
        HTTPServer(host="127.0.0.1", threaded=True) as canary,
    ):
        open_pages(server, canary)
        db = open_store(settings.database)
        with closing(db.conn):
            for number in range(count):
                url = f"{server.url_for('/plain')}?{number}"
                put_waiting(db, a_listing(site_id=str(number), url=url))
        kills, code = campaign.tries(quick=3, long=60), -signal.SIGKILL
        while code != 0:
            night = subprocess.Popen(
                [sys.executable, "-c", NIGHT, settings.home, f"127.0.0.1:{server.port}"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            if kills:
                time.sleep(chance.uniform(1.0, 4.0))
                night.kill()
                kills -= 1
            code = night.wait()
            assert code in {0, -signal.SIGKILL}
            assert are_gone(settings.home)
            assert [] == torn(settings)

    db = open_store(settings.database)
    with closing(db.conn):
        rows = snapshots.all_of(db)
        assert [f"huapiao:{n}" for n in range(count)] == sorted(
            (row.listing_id for row in rows), key=lambda name: int(name.partition(":")[2])
        )
        assert {"sealed"} == {row.state for row in rows}
        assert [] == listings.wanting_snapshot(db)
    assert [] == [problem for one in verify_all(settings.home) for problem in one.problems]


def torn(settings) -> list[str]:
    """Return what is on the shelf and does not verify by itself."""
    sealed = settings.evidence.glob("2*")
    return [problem for folder in sealed for problem in verify(folder, alone=True).problems]
