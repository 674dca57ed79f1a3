"""Fifty analysts at one desk while a night comes in, against a plain desk under the same load.

Each pulls, reads, decides, sometimes takes back, looks further down and searches, and thinks
for about a second in between. What was acknowledged is held against the store afterwards.
"""

import asyncio
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import uvicorn
from argon2 import PasswordHasher

from benchmarks import plain_office
from benchmarks.percentile import percentile
from benchmarks.stocked import SEED, stocked
from benchmarks.texts import mixed
from casework import people
from desk import security
from desk.app import build
from pipeline.base.clock import SystemClock
from pipeline.base.settings import read_settings
from pipeline.ingest import ingest
from pipeline.listing import Listing
from pipeline.score import load_reader
from pipeline.store.open import open_store

_ANALYSTS = 50
_SEARCHES = ("画眉", "红点颏", "游隼", "一只", "沈阳")
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_A_SECOND = 10
"""Listings that come in during the load."""


@dataclass
class Journal:
    """What the clients saw: times by kind of request, and what was acknowledged."""

    times: dict[str, list[float]] = field(default_factory=dict)
    given: list[tuple[str, str]] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    told: int = 0
    errors: int = 0


def run(*, quick: bool) -> dict[str, Any]:
    """Return p99 of all requests at both desks, and what was lost, doubled or failed at each."""
    count, seconds = (20_000, 10.0) if quick else (200_000, 300.0)
    folder = Path(tempfile.mkdtemp(prefix="shouyi-bench-desk-"))
    try:
        cookies = _prepare(folder, count)
        ours = _under_load("ours", folder, cookies, seconds)
        names = [f"session=bench{number}" for number in range(_ANALYSTS)]
        plain = _under_load("plain", folder, names, seconds)
        mine, theirs = _all(ours), _all(plain)
        return {
            "ours": round(percentile(mine, 99), 1),
            "baseline": round(percentile(theirs, 99), 1),
            "ratio": round(percentile(theirs, 99) / percentile(mine, 99), 1),
            "unit": "ms, p99",
            "n": count,
            "baseline_name": "one file, OFFSET, LIKE, no cache",
            "p50_ms": round(percentile(mine, 50), 1),
            "baseline_p50_ms": round(percentile(theirs, 50), 1),
            "read_p99_ms": round(percentile(ours.times.get("read", []), 99), 1),
            "verdict_p99_ms": round(percentile(ours.times.get("verdict", []), 99), 1),
            "requests": len(mine),
            "baseline_requests": len(theirs),
            "verdicts": len(ours.given),
            "undone": len(ours.undone),
            **_held_against_store(folder, ours),
            "told_of_another": ours.told,
            "errors": ours.errors,
            "baseline_doubled": _doubled_plainly(folder),
            "baseline_errors": plain.errors,
            "analysts": _ANALYSTS,
            "seconds": seconds,
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path, count: int) -> list[str]:
    """Copy the store, so that it can be worked on; return the cookies of fifty log-ins."""
    with sqlite3.connect(stocked(count) / "shouyi.db") as source:
        source.execute("vacuum into ?", (str(folder / "shouyi.db"),))
    settings, clock = read_settings(folder), SystemClock()
    db = open_store(settings.database)
    people.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    tokens = []
    for number in range(_ANALYSTS):
        if not any(each.name == f"bench{number}" for each in people.list(db)):
            people.add(db, f"bench{number}", clock=clock)
        token = security.begin(db, f"bench{number}", language="zh", settings=settings, clock=clock)
        tokens.append(f"{security.cookie_name('session', settings)}={token}")
    db.conn.close()
    plain_office.fill(folder / "plain.db", settings.database)
    return tokens


def _under_load(which: str, folder: Path, cookies: list[str], seconds: float) -> Journal:
    """Let the fifty work at one desk while listings come in."""
    with _serving(which, folder) as port, _night(which, folder):
        return asyncio.run(_work(port, cookies, seconds))


async def _work(port: int, cookies: list[str], seconds: float) -> Journal:
    journal = Journal()
    base = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as open_ones:
        analysts = []
        for number, cookie in enumerate(cookies):
            headers = {"Cookie": cookie, "Origin": base}
            http = httpx.AsyncClient(base_url=base, headers=headers, timeout=120, verify=False)  # noqa: S501 - plain http
            dice = random.Random(SEED + number)  # noqa: S311 - a fixed seed, no secret
            analysts.append(_Analyst(await open_ones.enter_async_context(http), journal, dice))
            await analysts[-1].sit_down()
        until = time.monotonic() + seconds
        await asyncio.gather(*(analyst.work(until) for analyst in analysts))
    return journal


@dataclass
class _Analyst:
    """One of the fifty: a browser's connection, and what he saw."""

    http: httpx.AsyncClient
    journal: Journal
    dice: random.Random
    csrf: str = ""

    async def sit_down(self) -> None:
        """Open the first page, before the clock runs."""
        page = await self.http.get("/queue")
        self.csrf = dict(_HIDDEN.findall(page.text)).get("csrf", "")

    async def work(self, until: float) -> None:
        """Decide one listing after the other; search and look further down now and then."""
        await asyncio.sleep(self.dice.random())
        while time.monotonic() < until:
            await self._one_listing()
            if self.dice.random() < 1 / 5:
                await self._timed("read", "GET", f"/queue?words={self.dice.choice(_SEARCHES)}")
            if self.dice.random() < 1 / 5:
                # ours goes on after a place, the plain one to a number: each reads its own
                score, number = self.dice.randint(5, 95), self.dice.randint(1, 300)
                address = f"/queue?page={number}&after={score}%3Ahuapiao%3A5"
                await self._timed("read", "GET", address)

    async def _one_listing(self) -> None:
        pulled = await self._timed("verdict", "POST", "/queue/pull", {"csrf": self.csrf})
        address = pulled.headers.get("location", "")
        if not address.startswith("/listings/"):
            return
        page = await self._timed("read", "GET", address)
        form = page.text.partition('id="verdict"')[2].partition("<fieldset>")[0]
        hidden = dict(_HIDDEN.findall(form)) or {"csrf": self.csrf}
        await asyncio.sleep(self.dice.uniform(0.5, 1.5))
        path = address.partition("?")[0]
        decided = {**hidden, "call": "not_wildlife", "reason": "word_only"}
        answer = await self._timed("verdict", "POST", f"{path}/verdict", decided)
        if answer.status_code == httpx.codes.CONFLICT:
            self.journal.told += 1
        elif answer.status_code == httpx.codes.SEE_OTHER:
            listing_id = unquote(path.removeprefix("/listings/"))
            self.journal.given.append((listing_id, hidden.get("once_key", "")))
            if self.dice.random() < 1 / 10:
                await self._timed("verdict", "POST", "/verdicts/undo", {"csrf": self.csrf})
                self.journal.undone.append(listing_id)

    async def _timed(
        self, kind: str, way: str, path: str, form: dict[str, str] | None = None
    ) -> httpx.Response:
        began = time.perf_counter()
        try:
            answer = await self.http.request(way, path, data=form)
        except httpx.HTTPError:
            self.journal.errors += 1
            return httpx.Response(599)
        took = (time.perf_counter() - began) * 1000
        self.journal.times.setdefault(kind, []).append(took)
        if answer.is_error and answer.status_code != httpx.codes.CONFLICT:
            self.journal.errors += 1
        return answer


def _held_against_store(folder: Path, journal: Journal) -> dict[str, int]:
    """Return how many acknowledged verdicts are not there, and how many listings have two."""
    connection = sqlite3.connect(folder / "shouyi.db")
    keys = {key for (key,) in connection.execute("select once_key from verdicts") if key}
    (doubled,) = connection.execute(
        "select count(*) from (select 1 from verdicts as v where undoes is null and not exists"
        " (select 1 from verdicts as u where u.undoes = v.verdict_id)"
        " group by listing_id having count(*) > 1)"
    ).fetchone()
    connection.close()
    return {"lost": sum(key not in keys for _listing, key in journal.given), "doubled": doubled}


def _doubled_plainly(folder: Path) -> int:
    connection = sqlite3.connect(folder / "plain.db")
    (doubled,) = connection.execute(
        "select count(*) from (select 1 from verdicts where not is_undone"
        " group by listing_id having count(*) > 1)"
    ).fetchone()
    connection.close()
    return int(doubled)


# ---- the two desks and the night, each in a process of its own ---------------


@contextmanager
def _serving(which: str, folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.desk", "serve", which, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield port
        finally:
            process.terminate()


@contextmanager
def _night(which: str, folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.desk", "night", which, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield
        finally:
            process.terminate()


def _serve(which: str, folder: Path) -> None:
    settings = read_settings(folder)
    app = (
        build(settings, clock=SystemClock())
        if which == "ours"
        else plain_office.build(folder / "plain.db")
    )
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    print(door.getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[door])


def _come_in(which: str, folder: Path) -> None:
    """Read listings and keep them, ten a second, until stopped: the same reading for both."""
    settings, clock = read_settings(folder), SystemClock()
    reader = load_reader(settings)
    texts = mixed(3000, share=0.2)
    db = open_store(settings.database)
    plain = sqlite3.connect(folder / "plain.db", timeout=30)
    print("ready", flush=True)
    for number, told in enumerate(texts):
        now = clock.now()
        listing = Listing(
            source="night",
            site_id=str(number),
            seen_at=now,
            title=told["title"],
            text=told["text"],
        )
        if which == "ours":
            ingest(db, reader, listing, clock=clock)
        else:
            score = reader.read(listing).score
            row = (f"night:{number}", score, told["title"], "[]", "night", now.isoformat())
            content = '{"text": "", "price": {"raw": ""}, "seller": {"name": "-"}}'
            plain.execute(
                "insert into listings values (?, ?, ?, ?, ?, ?, 'waiting', '', ?)", (*row, content)
            )
            plain.commit()
        time.sleep(1 / _A_SECOND)


def _all(journal: Journal) -> list[float]:
    return [took for times in journal.times.values() for took in times]


if __name__ == "__main__":
    {"serve": _serve, "night": _come_in}[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
