"""The whole logged-in page of fifty rows at any depth, eight clients at once, against OFFSET."""

import http.client
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvicorn

from benchmarks import plain_desk
from benchmarks.percentile import percentile
from benchmarks.stocked import SEED, stocked
from casework import people, queue
from casework.queue import Place
from desk import security
from desk.app import build
from pipeline.base.clock import SystemClock
from pipeline.base.settings import read_settings
from pipeline.store.open import Database, open_store

_CLIENTS = 8
_DEPTHS = 10
_TOKEN = "benchmark"  # noqa: S105 - of nobody


def run(*, quick: bool) -> dict[str, Any]:
    """Return milliseconds of one page of both desks, in turns; and of the SQL in ours."""
    count = 20_000 if quick else 1_000_000
    home = stocked(count)
    settings, clock = read_settings(home), SystemClock()
    db = open_store(settings.database)
    if not any(each.name == "bench" for each in people.list(db)):
        people.add(db, "bench", clock=clock)
    token = security.begin(db, "bench", language="zh", settings=settings, clock=clock)
    places = _places(db, count)
    pages = 40 if quick else 150
    deep = [round(count * 0.9 * part / _DEPTHS / 50) for part in range(_DEPTHS)]
    with _serving("ours", home, "") as ours, _serving("plain", home, _TOKEN) as plain:
        cookie = f"{security.cookie_name('session', settings)}={token}"
        # one row a seller on top, each listing below: a seller's best stands high
        addresses = [
            f"/queue?each=1&after={quote(str(place))}" if place else "/queue" for place in places
        ]
        _load(ours, cookie, addresses, 1)  # the first hands warm it up
        mine, theirs = [], []
        for _ in range(2):
            mine += _load(ours, cookie, addresses, pages)
            theirs += _load(
                plain,
                f"session={_TOKEN}",
                [f"/queue?page={page}" for page in deep],
                5 if quick else 2,
            )
    by_depth = _by_depth(mine, addresses)
    sql = _sql(db, places)
    db.conn.close()
    times = [took for _address, took in mine]
    plainly = [took for _address, took in theirs]
    return {
        "ours": round(percentile(times, 99), 2),
        "baseline": round(percentile(plainly, 99), 1),
        "ratio": round(percentile(plainly, 99) / percentile(times, 99), 1),
        "unit": "ms, p99",
        "n": count,
        "baseline_name": "one file, OFFSET, counted each time, no cache",
        "p50_ms": round(percentile(times, 50), 2),
        "baseline_p50_ms": round(percentile(plainly, 50), 1),
        "p99_ms": round(percentile(times, 99), 2),
        "sql_p50_ms": round(percentile(sql, 50), 3),
        "sql_p99_ms": round(percentile(sql, 99), 3),
        "p50_ms_top": round(by_depth[0], 2),
        "p50_ms_deepest": round(by_depth[-1], 2),
        "clients": _CLIENTS,
        "pages": len(times),
    }


def _places(db: Database, count: int) -> list[Place | None]:
    """Return ten places, from the top to the last page."""
    last = count * 9 // 10
    asked = "select score, listing_id from listings where state = 'waiting' \
             order by score desc, listing_id desc limit 1 offset ?"
    found: list[Place | None] = [None]
    for part in range(1, _DEPTHS):
        row = db.conn.execute(asked, (last * part // _DEPTHS,)).fetchone()
        found.append(Place(*row))
    return found


def _sql(db: Database, places: list[Place | None]) -> list[float]:
    times = []
    for place in places * 30:
        began = time.perf_counter()
        queue.waiting(db, place, 51)
        queue.counts(db)
        times.append((time.perf_counter() - began) * 1000)
    return times


def _load(port: int, cookie: str, addresses: list[str], pages: int) -> list[tuple[str, float]]:
    """Let eight clients ask without a pause; return what each page took, in milliseconds."""
    found: list[tuple[str, float]] = []

    def ask(number: int) -> None:
        dice = random.Random(SEED + number)  # noqa: S311 - a fixed seed, no secret
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for _ in range(pages):
            address = dice.choice(addresses)
            began = time.perf_counter()
            connection.request("GET", address, headers={"Cookie": cookie})
            answer = connection.getresponse()
            body = answer.read()
            took = (time.perf_counter() - began) * 1000
            assert answer.status == http.HTTPStatus.OK and b"<li" in body, answer.status  # noqa: PT018
            found.append((address, took))
        connection.close()

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(_CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert len(found) == pages * _CLIENTS
    return found


@contextmanager
def _serving(which: str, home: Path, token: str) -> Iterator[int]:
    """Serve a desk in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.queue", which, str(home), token]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield port
        finally:
            process.terminate()


def _serve(which: str, home: Path, token: str) -> None:
    settings = read_settings(home)
    app = (
        build(settings, clock=SystemClock())
        if which == "ours"
        else plain_desk.build(settings.database, token)
    )
    # named as TCP, as `shouyi desk` does: unnamed, both desks wait 40 ms for an ACK
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    print(door.getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="error", access_log=False)
    uvicorn.Server(config).run(sockets=[door])


def _by_depth(found: list[tuple[str, float]], addresses: list[str]) -> list[float]:
    return [
        percentile([took for asked, took in found if asked == address] or [0.0], 50)
        for address in addresses
    ]


if __name__ == "__main__":
    _serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
