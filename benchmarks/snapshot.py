"""Benchmark ``snapshot``: a whole, sealed snapshot against screenshot + MHTML + hash.

Ours: warm browser, fresh context, first-served PNG, MHTML, WARC, WACZ, pictures, circumstances,
SHA-256 and SM3, signed manifest, row. Baseline: a browser launched for the page. In turns.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.plain_snapshot import keep_plainly
from benchmarks.reference_page import reference_page
from evidence.chromium.browser import Browser
from evidence.snapshot import Snapshot, Wanted, take, take_all
from pipeline.base import log
from pipeline.base.clock import SystemClock
from pipeline.base.settings import find_browser, read_settings
from pipeline.base.urls import gate_for
from pipeline.store.open import open_store

ROUNDS = 12
QUICK_ROUNDS = 4
SUSTAINED = 200
QUICK_SUSTAINED = 10


def run(*, quick: bool = False) -> dict[str, Any]:
    """Return seconds a snapshot of both ways, and how many a minute ours sustains."""
    log.set_up(level=50)
    rounds = QUICK_ROUNDS if quick else ROUNDS
    many = QUICK_SUSTAINED if quick else SUSTAINED
    with tempfile.TemporaryDirectory() as folder, reference_page() as host:
        home = Path(folder)
        ours, plain = asyncio.run(_in_turns(home, host, rounds))
        sustained = _sustained(home / "many", host, many)
    mine, plainly = statistics.median(ours), statistics.median(plain)
    return {
        "ours": round(mine, 2),
        "baseline": round(plainly, 2),
        "ratio": round(plainly / mine, 2),
        "unit": "s/snapshot",
        "n": rounds,
        "baseline_name": "launch chromium, goto, scroll, screenshot, MHTML, SHA-256",
        **sustained,
    }


async def _in_turns(home: Path, host: str, rounds: int) -> tuple[list[float], list[float]]:
    settings = read_settings(home / "one")
    db = open_store(settings.database, check_thread=False)
    path, ours, plain = find_browser(settings), [], []
    async with Browser(settings) as browser:
        for number, wanted in enumerate(_wanted(host, rounds + 1)):
            began = time.monotonic()
            kept = await take(
                db,
                settings,
                wanted,
                browser=browser,
                gate=gate_for([host]),
                clock=SystemClock(),
            )
            ours.append(time.monotonic() - began)
            _must_be_whole(kept)
            url, folder = f"http://{host}/?{number}", home / str(number)
            began = time.monotonic()
            await asyncio.to_thread(keep_plainly, url, folder, path)
            plain.append(time.monotonic() - began)
    db.conn.close()
    return ours[1:], plain[1:]  # the first warms both: caches of the disk, our own checks


def _wanted(host: str, many: int) -> list[Wanted]:
    fields = {"title": "出只画眉", "price": {"raw": "1200元"}, "seller": {"name": "老王"}}
    more = {"images": [f"http://{host}/photo/0.jpg"]}
    return [
        Wanted(
            url=f"http://{host}/?ours={n}",
            asked_by="bench",
            title="出只画眉",
            fields={**fields, **more},
        )
        for n in range(many)
    ]


def _must_be_whole(kept: Snapshot) -> None:
    if not kept.row.is_complete or kept.state != "sealed":
        raise RuntimeError(f"not complete: {kept.reason}")


def _sustained(home: Path, host: str, many: int) -> dict[str, Any]:
    settings = read_settings(home)
    memory, began = [], time.monotonic()
    taken = take_all(settings, _wanted(host, many), gate=gate_for([host]), clock=SystemClock())
    for number, kept in enumerate(taken):
        _must_be_whole(kept)
        if number % 5 == 0:
            memory.append(_tree_bytes())
    minutes = (time.monotonic() - began) / 60
    fifth = max(1, len(memory) // 5)
    first, last = (statistics.median(part) for part in (memory[:fifth], memory[-fifth:]))
    return {
        "sustained_per_minute": round(many / minutes, 1),
        "sustained_n": many,
        "peak_mb": round(max(memory) / 1e6),
        "memory_last_to_first": round(last / first, 2),
    }


def _tree_bytes() -> int:
    """Return what this process and all that it started hold in memory, shared pages once each."""
    parents: dict[int, int] = {}
    held: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(stat[1])
                held[int(entry.name)] = _own_bytes(entry)
            except (OSError, IndexError, ValueError):
                continue  # it ended meanwhile
    me = int(Path("/proc/self").readlink().name)
    total = 0
    for process, size in held.items():
        above: int | None = process
        while above not in {None, 0, 1, me}:
            above = parents.get(above) if above is not None else None
        total += size if above == me else 0
    return total


def _own_bytes(entry: Path) -> int:
    for line in (entry / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
