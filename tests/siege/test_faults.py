"""Twenty bad nights one after the other: each ends in its state, in time, in bounded memory.

Beside the host that misbehaves stands a good one, crawled at the same moment: it is unharmed. The
quick form is one of them, the long one all twenty::

    .venv/bin/python -m pytest tests/siege/test_faults.py -n0 -s --siege=long --timeout 3600
"""

import gzip
import importlib.util
import re
import socket
import sys
import time
from pathlib import Path

import pytest

BOMB = gzip.compress(b"\0" * 60_000_000, 9)
LIMITS = "seconds: 5, bytes: 2000000, unpacked_bytes: 1000000, depth: 6, redirects: 3"
LONGER_SECONDS = 12
"""What stalls, stalls for longer than anybody waits; others answer in time on a busy machine."""
MEMORY_MB = 200
"""No bad night takes so much more memory than the good one beside it."""
BOUND_SECONDS = 90
"""Three tries of the slowest page, its pauses, and a busy machine."""

HWM = """
import atexit, os, pathlib, re
status = pathlib.Path('/proc/self/status')
told = lambda: re.search(r'VmHWM:\\s*(\\d+)', status.read_text())[1]
folder = os.environ.get('PEAKS')
folder and atexit.register(lambda: pathlib.Path(folder, str(os.getpid())).write_text(told()))
"""


def stalls(ask):
    """Say nothing for longer than anybody waits."""
    time.sleep(LONGER_SECONDS)
    ask.close_connection = True


def drips(ask):
    """Give one byte now and then."""
    ask.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    ends = time.monotonic() + LONGER_SECONDS
    while time.monotonic() < ends:
        ask.wfile.write(b"x")
        time.sleep(0.2)
    ask.close_connection = True


def resets(ask):
    """Cut the line."""
    ask.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    ask.close_connection = True


def truncates(ask):
    """Promise more than is given."""
    ask.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<h1>half")
    ask.close_connection = True


def never_ends(ask):
    """Give a body without end."""
    ask.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    ends = time.monotonic() + LONGER_SECONDS
    while time.monotonic() < ends:
        ask.wfile.write(b"x" * 65_536)
    ask.close_connection = True


def says(*args, **more):
    """Answer with this."""
    return lambda ask: ask.say(*args, **more)


def mislabelled(ask):
    """Be GBK, and say UTF-8."""
    text = (
        "<!doctype html><meta charset=utf-8><h1>出画眉鸟一只</h1><p class=text>自家养的叫口好</p>"
    )
    ask.say(text.encode("gbk"), kind="text/html; charset=utf-8")


def endless(shop):
    """Name a next page for ever."""

    def answer(ask):
        page = shop.hits.total()
        ask.say(shop.list_page(1, ids=[f"{page}0"], after=f"/list?page={page + 1}"))

    return answer


ITEM, LIST = "/item/105", "/list"
FAULTS = {
    "a page stalls": (ITEM, stalls, {"ok"}, 29),
    "a page drips": (ITEM, drips, {"ok"}, 29),
    "a page is reset": (ITEM, resets, {"ok"}, 29),
    "a page is truncated": (ITEM, truncates, {"ok"}, 29),
    "a page never ends": (ITEM, never_ends, {"thin"}, 29),
    "429 for a second": (ITEM, says("busy", 429, Retry_After="1"), {"ok", "blocked"}, None),
    "429 for an hour": (ITEM, says("busy", 429, Retry_After="3600"), {"blocked"}, None),
    "503 for a second": (ITEM, says("busy", 503, Retry_After="1"), {"ok", "blocked"}, None),
    "503 for an hour": (ITEM, says("busy", 503, Retry_After="3600"), {"blocked"}, None),
    "500 for ever": (ITEM, says("down", 500), {"ok"}, 29),
    "a mislabelled charset": (ITEM, mislabelled, {"ok"}, 30),
    "a bomb": (ITEM, says(BOMB, Content_Encoding="gzip"), {"thin"}, 29),
    "a bomb in a bomb": (
        ITEM,
        says(gzip.compress(BOMB), Content_Encoding="gzip, gzip"),
        {"thin"},
        29,
    ),
    "a redirect loop": (ITEM, says("", 302, Location="/item/105?again=1"), {"thin"}, 29),
    "a wall": (ITEM, says("<title>安全验证</title>请拖动滑块完成验证"), {"blocked"}, None),
    "the list stalls": (LIST, stalls, {"failed"}, 0),
    "the list is reset": (LIST, resets, {"failed"}, 0),
    "the list is a bomb": (LIST, says(BOMB, Content_Encoding="gzip"), {"failed", "thin"}, 0),
    "the list has no end": (LIST, endless, {"thin"}, None),
    "robots.txt stalls": ("/robots.txt", stalls, {"failed"}, 0),
}
"""Where it happens, what happens, the states that are right, listings read (None: some)."""
QUICK = ("a bomb in a bomb",)


@pytest.mark.siege
@pytest.mark.timeout(3600)
def test_bad_nights_end_in_their_state_and_harm_nobody_else(tmp_path, campaign):
    """Server stalls, resets, truncates, 429 and 503, bombs, endless lists, loops, walls."""
    room = _room()
    (tmp_path / "sitecustomize.py").write_text(HWM, encoding="utf-8")

    for name in FAULTS if campaign.is_long else QUICK:
        began = time.monotonic()
        bad, good, more_mb = night(room, tmp_path / re.sub(r"\W+", "-", name), name)

        _, _, states, listings = FAULTS[name]
        assert bad.state in states, (name, bad.line, bad.said)
        assert listings in {None, bad.new}, (name, bad.line)
        assert ("ok", 30, 0) == (good.state, good.new, good.errors), (name, good.line)
        assert more_mb < MEMORY_MB, (name, more_mb)
        assert time.monotonic() - began < BOUND_SECONDS, name
        said = f"{name}: {bad.state} {bad.new} {bad.seconds} s, {more_mb:+.0f} MB"
        print(said)  # noqa: T201 - a campaign says what it did


def night(room, folder, name):
    """Crawl a shop that misbehaves beside one that does not; how much more memory it took."""
    folder.mkdir()
    peaks = folder / "peaks"
    peaks.mkdir()
    shops = {"good": room.Shop(), "bad": room.Shop()}
    crawls = room.Crawls(folder / "home", folder)
    crawls.environment = {"PYTHONPATH": str(folder.parent), "PEAKS": str(peaks)}
    where, fault, *_ = FAULTS[name]
    shops["bad"].odd[where] = fault(shops["bad"]) if fault is endless else fault
    started = {}
    try:
        for key, shop in shops.items():
            file = crawls.source(shop, key=key, limits=LIMITS, pages=1000)
            started[key] = crawls.start(file)
        good, bad = (crawls.ended(started[key], timeout=BOUND_SECONDS) for key in ("good", "bad"))
    finally:
        for shop in shops.values():
            shop.close()
    for done in (good, bad):
        assert room.whole(crawls, done.run), (name, done.line)
    peak = {key: int((peaks / str(one.pid)).read_text()) for key, one in started.items()}
    return bad, good, (peak["bad"] - peak["good"]) / 1024


def _room():
    """Return the shop and the command of the crawlers' own tests."""
    if "crawlers_room" not in sys.modules:
        path = Path(__file__).parents[1] / "crawlers" / "conftest.py"
        spec = importlib.util.spec_from_file_location("crawlers_room", path)
        sys.modules["crawlers_room"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["crawlers_room"])
    return sys.modules["crawlers_room"]
