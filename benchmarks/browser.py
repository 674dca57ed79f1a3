"""Benchmark ``browser``: pages a second of a run whose pages need a browser.

Against stock scrapy-playwright with full Chromium (where the machine has one; else with the
headless shell, and the name says so), the same selectors, at the same concurrency, in turns in
one run. Pages have a style sheet, a script and twelve pictures. The server holds the watch.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.crawl import _SOURCE, _since
from crawlers.browser import PAGES_AT_ONCE
from pipeline.base.settings import find_browser, read_settings

LISTINGS = 100
QUICK_LISTINGS = 40
ROUNDS = 3
QUICK_ROUNDS = 1
_FULL = ("chromium", "google-chrome", "chromium-browser")


def run(*, quick: bool = False) -> dict[str, Any]:
    """Return the line of this benchmark."""
    listings = QUICK_LISTINGS if quick else LISTINGS
    ours: list[float] = []
    stock: list[float] = []
    shell = find_browser(read_settings())
    full = next((path for name in _FULL if (path := shutil.which(name))), "")
    with _rich_shop(listings) as host, tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "bench-shop.yml"
        text = _SOURCE.format(host=host, at_once=PAGES_AT_ONCE) + "browser: true\n"
        source.write_text(text, encoding="utf-8")
        for number in range(QUICK_ROUNDS if quick else ROUNDS):
            url = f"http://{host}/list?page=1"
            words = ["benchmarks.plain_browser", url, str(PAGES_AT_ONCE), full or shell]
            stock.append(_speed(words, host, listings))
            home = str(Path(folder) / f"home-{number}")
            words = ["commands", "crawl", "--source-file", str(source), "--json", "--home", home]
            ours.append(_speed(words, host, listings))
    kind = "full Chromium" if full else "the headless shell: no full Chromium on this machine"
    return {
        "bench": "browser",
        "ours": round(statistics.median(ours), 2),
        "baseline": round(statistics.median(stock), 2),
        "ratio": round(statistics.median(ours) / statistics.median(stock), 2),
        "unit": "pages/s",
        "n": listings,
        "baseline_name": f"stock scrapy-playwright, {PAGES_AT_ONCE} at once, {kind}",
    }


def _speed(words: list[str], host: str, listings: int) -> float:
    _since(host)
    done = subprocess.run([sys.executable, "-m", *words], check=False, stdout=subprocess.PIPE)
    told = _since(host)
    if done.returncode or told["pages"] < listings:
        raise RuntimeError(f"{words[0]} read {told['pages']} pages, exit {done.returncode}")
    return float(told["pages"] / told["seconds"])


@contextmanager
def _rich_shop(listings: int) -> Iterator[str]:
    words = [sys.executable, "-m", "benchmarks.shop", str(listings), "rich"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shop:
        assert shop.stdout is not None, "asked for"
        yield f"127.0.0.1:{int(shop.stdout.readline())}"
        shop.communicate(timeout=10)
