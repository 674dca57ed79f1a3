"""The WACZ is one that other programs open, and the page is shown out of it alone."""

import gzip
import io
import json
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from pytest_httpserver import HTTPServer
from warcio.archiveiterator import ArchiveIterator

from evidence.snapshot import Wanted, take_all
from pipeline.base.clock import SystemClock
from pipeline.base.settings import Settings, find_browser, read_settings
from pipeline.base.urls import gate_for
from tests.evidence.hard_pages import TITLE, HardPages


class Replay:
    """Answers every request out of one WACZ: the index says where, the archive what."""

    def __init__(self, file: Path) -> None:
        self.bag = zipfile.ZipFile(file)
        index = gzip.decompress(self.bag.read("indexes/index.cdx.gz")).decode()
        self.places = {
            told["url"]: (int(told["offset"]), int(told["length"]))
            for told in (json.loads(line.split(" ", 2)[2]) for line in index.splitlines())
        }
        self.warc = self.bag.read("archive/page.warc.gz")
        self.answered: list[str] = []
        self.live: list[str] = []

    @property
    def first_page(self) -> str:
        """The address that the list of pages names."""
        lines = self.bag.read("pages/pages.jsonl").decode().splitlines()
        return json.loads(lines[1])["url"]

    def answer(self, route) -> None:
        """Answer one request of the browser; what is not in the file is not asked for elsewhere."""
        url = route.request.url
        if url not in self.places:
            self.live.append(url)
            route.abort()
            return
        offset, length = self.places[url]
        member = io.BytesIO(self.warc[offset : offset + length])
        record = next(iter(ArchiveIterator(member)))
        headers = dict(record.http_headers.headers)
        status, body = int(record.http_headers.get_statuscode()), record.content_stream().read()
        self.answered.append(url)
        route.fulfill(status=status, headers=headers, body=body)


@pytest.fixture(scope="module")
def wacz(tmp_path_factory):
    """The WACZ of a page of forty lazy pictures; its server is gone."""
    home = tmp_path_factory.mktemp("wacz") / "home"
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        pages = HardPages(server)
        url = pages.server.url_for("/forty-lazy")
        gate = gate_for([f"127.0.0.1:{server.port}"])
        wanted = [Wanted(url=url, asked_by="li", title=TITLE)]
        (kept,) = take_all(read_settings(home), wanted, gate=gate, clock=SystemClock())
    return kept.folder / "page.wacz"


def _shown(replay: Replay, settings: Settings) -> tuple[str, int]:
    """Return the heading and the number of pictures that a browser draws out of the replay."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_browser(settings), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.route("**/*", replay.answer)
        page.goto(replay.first_page)
        for image in page.locator("img").all():
            image.scroll_into_view_if_needed()
        page.wait_for_function("[...document.images].every((image) => image.naturalWidth > 0)")
        heading, pictures = page.inner_text("h1"), page.locator("img").count()
        browser.close()
    return heading, pictures


@pytest.mark.browser
def test_the_page_is_shown_out_of_the_file_alone(wacz):
    """Every request answered out of it, 0 live; all 41 pictures are drawn again."""
    replay = Replay(wacz)
    settings = read_settings(wacz.parents[2])
    # a thread of its own: other browser tests hold a loop in this one
    with ThreadPoolExecutor(1) as apart:
        heading, pictures = apart.submit(_shown, replay, settings).result()

    assert (TITLE, 41) == (heading, pictures)
    assert [] == replay.live
    assert 42 == len(set(replay.answered))


@pytest.mark.browser
def test_the_archive_inside_is_the_one_beside_it(wacz):
    """Byte for byte; and what the package lists is what it holds."""
    with zipfile.ZipFile(wacz) as bag:
        package = json.loads(bag.read("datapackage.json"))
        listed = {one["path"]: one["bytes"] for one in package["resources"]}
        held = {one.filename: one.file_size for one in bag.infolist()}

        assert (wacz.parent / "page.warc.gz").read_bytes() == bag.read("archive/page.warc.gz")
    assert listed.items() <= held.items()
    assert {"datapackage.json", "datapackage-digest.json"} == set(held) - set(listed)


@pytest.mark.browser
@pytest.mark.skipif(
    shutil.which("wacz", path=str(Path(sys.executable).parent)) is None,
    reason="the extra `wacz` (py-wacz) is not installed",
)
def test_the_usual_tool_finds_it_valid_and_a_changed_one_not(wacz, tmp_path):
    """py-wacz, where the extra is installed: 0 for ours, not 0 for one with a byte changed."""
    tool = Path(sys.executable).parent / "wacz"
    changed = tmp_path / "changed.wacz"
    data = bytearray(wacz.read_bytes())
    data[data.index(b"All Pages")] ^= 1
    changed.write_bytes(data)

    codes = [
        subprocess.run([tool, "validate", "-f", file], capture_output=True, check=False).returncode
        for file in (wacz, changed)
    ]

    assert 0 == codes[0]
    assert 0 != codes[1]
