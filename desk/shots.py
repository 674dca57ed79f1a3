"""The pictures of the READMEs, taken of the running desk: ``python -m desk.shots``.

A copy of the home's database is looked at, by a person who exists only in the copy.
"""

import argparse
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from casework import people, queue
from desk import security
from desk.app import build
from pipeline.base.clock import SystemClock
from pipeline.base.errors import BadInput, ShouyiError
from pipeline.base.settings import Settings, find_browser, read_settings
from pipeline.store.open import open_store

_WHO = "analyst"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: a page, a screen, and the keys pressed before it is taken."""

    page: str
    path: str
    width: int = 1280
    height: int = 860
    scheme: str = "light"
    language: str = "zh"
    keys: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name: page, width, scheme, and the language where it is English."""
        told = f"{self.page}-{self.width}-{self.scheme}"
        return f"{told}.png" if self.language == "zh" else f"{told}-{self.language}.png"


_SCREENS = tuple(product((1280, 400), ("light", "dark")))

SHOTS = (
    *(Shot("login", "/login", width, scheme=scheme) for width, scheme in _SCREENS),
    *(Shot("queue", "/queue", width, scheme=scheme) for width, scheme in _SCREENS),
    *(Shot("listing", "first", width, 1100, scheme) for width, scheme in _SCREENS),
    *(Shot("overview", "/overview", width, 1100, scheme) for width, scheme in _SCREENS),
    Shot("bulk", "/queue/bulk?all=1"),
    Shot("bulk", "/queue/bulk?all=1", width=400, scheme="dark"),
    Shot("sources", "/sources"),
    Shot("sources", "/sources", width=400, scheme="dark"),
    Shot("people", "/people"),
    Shot("log", "/log"),
    Shot("account", "/account", width=400),
    Shot("queue", "/queue", language="en"),
    Shot("listing", "first", height=1100, language="en"),
    Shot("verdict", "first", keys=("1",)),
    Shot("verdict", "first", width=400, keys=("1",)),
    Shot("keys", "first", keys=("?",)),
)
"""The visible list. ``first`` is the listing on top of the queue."""


def main(arguments: list[str] | None = None) -> None:
    """Take every picture of :data:`SHOTS`.

    Raises:
        BadInput: no listing waits in that home, or there is no browser.
    """
    parser = argparse.ArgumentParser(prog="python -m desk.shots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/shots"))
    parser.add_argument("--home", type=Path, default=None)
    chosen = parser.parse_args(arguments)
    settings = read_settings(chosen.home)
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        copy, token, first = _copy(settings, Path(folder))
        with _served(copy) as address, sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=find_browser(settings), args=["--no-sandbox", "--disable-gpu"]
            )
            for shot in SHOTS:
                picture = _take(browser, shot, address, token, first)
                _save(picture, chosen.out / shot.name)
                sys.stdout.write(f"{chosen.out / shot.name}\n")
            browser.close()


def _copy(settings: Settings, folder: Path) -> tuple[Settings, str, str]:
    """Copy the database, let somebody log in there, and find the listing on top."""
    with closing(open_store(settings.database, create=False).conn) as original:
        original.execute("VACUUM INTO ?", [str(folder / "shouyi.db")])
    if settings.evidence.is_dir():
        (folder / "evidence").symlink_to(settings.evidence.absolute())
    if settings.own_sources.is_dir():
        shutil.copytree(settings.own_sources, folder / "sources")
    copy, clock = read_settings(folder), SystemClock()
    db = open_store(copy.database)
    with closing(db.conn):
        top = queue.next_up(db)
        if top is None:
            raise BadInput(str(settings.home), "no listing waits", "run `make run ONCE=1` first")
        if _WHO not in {person.name for person in people.list(db)}:
            people.add(db, _WHO, role=people.Role.SUPERVISOR, clock=clock)
        token = security.begin(db, _WHO, language="zh", settings=copy, clock=clock)
        db.conn.commit()
    return copy, token, top.listing_id


@contextmanager
def _served(settings: Settings) -> Iterator[str]:
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    app = build(settings, clock=SystemClock())
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        door.close()


def _take(browser: Browser, shot: Shot, address: str, token: str, first: str) -> bytes:
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        device_scale_factor=1,
    )
    if shot.path != "/login":
        context.add_cookies([{"name": "shouyi_session", "value": token, "url": address}])
    page = context.new_page()
    path = f"/listings/{first}" if shot.path == "first" else shot.path
    sign = "&" if "?" in path else "?"
    page.goto(f"{address}{path}{sign}lang={shot.language}", wait_until="networkidle")
    for key in shot.keys:
        page.keyboard.press(key)
    picture = page.screenshot()
    context.close()
    return picture


def _save(picture: bytes, file: Path) -> None:
    """Write a picture with 256 colours: a third of the size, and nobody sees it."""
    with Image.open(BytesIO(picture)) as whole:
        few = whole.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


if __name__ == "__main__":
    try:
        main()
    except ShouyiError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from error
