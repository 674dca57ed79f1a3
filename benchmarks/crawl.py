"""Benchmark ``crawl``: pages a second of a whole run (fetch, extract, judge, store).

Against a bare Scrapy spider with the same CSS fields on the same server, at the same
concurrency, in turns in one run. The server holds the watch.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

AT_ONCE = 16
LISTINGS = 2000
QUICK_LISTINGS = 600
ROUNDS = 3

_SOURCE = """
key: bench-shop
name: 测速市场
family: classifieds
enabled: true
basis: our own server
base_url: "http://{host}/"
search: {{url: "http://{host}/list?page=1", pages: 1000}}
list:
  rows: "ul.infolist > li.info"
  next: "a.next::attr(href)"
  fields: {{site_id: "::attr(data-id)", url: "a.tit::attr(href)", title: "a.tit"}}
detail:
  fields:
    site_id: ".detail::attr(data-id)"
    title: "h1.bt"
    text: ".content"
    price: ".price"
    place: ".area"
    posted: ".time::attr(title)"
    seller: "a.seller"
    seller_url: "a.seller::attr(href)"
    images: ".photos img::attr(src)"
allow_private: ["{host}"]
manners: {{seconds_between: 0.001, at_once: {at_once}, reason: "our own server"}}
limits: {{pages: 100000, depth: 10000}}
expect: {{listings: [1, 1000000]}}
"""


def run(*, quick: bool = False) -> dict[str, Any]:
    """Return the line of this benchmark."""
    listings = QUICK_LISTINGS if quick else LISTINGS
    ours: list[float] = []
    bare: list[float] = []
    spent: dict[str, list[float]] = {"ours": [], "bare": []}
    with _shop(listings) as host, tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "bench-shop.yml"
        source.write_text(_SOURCE.format(host=host, at_once=AT_ONCE), encoding="utf-8")
        bare_words = ["benchmarks.bare_spider", f"http://{host}/list?page=1", str(AT_ONCE)]
        words = ["commands", "crawl", "--source-file", str(source), "--json", "--home"]
        # a home that has worked before: its lexicon is compiled, its words are cached
        worn = Path(folder) / "worn"
        _timed([*words, str(worn)], host, listings, [])
        for number in range(ROUNDS):
            spent["bare"].append(_timed(bare_words, host, listings, bare))
            home = Path(folder) / f"home-{number}"
            if (worn / "cache").is_dir():
                shutil.copytree(worn / "cache", home / "cache")
            spent["ours"].append(_timed([*words, str(home)], host, listings, ours))
    figures = {
        "cpu_ms_per_page": round(statistics.median(spent["ours"]) * 1000, 2),
        "baseline_cpu_ms_per_page": round(statistics.median(spent["bare"]) * 1000, 2),
    }
    return {
        "bench": "crawl",
        "ours": round(statistics.median(ours), 1),
        "baseline": round(statistics.median(bare), 1),
        "ratio": round(statistics.median(ours) / statistics.median(bare), 3),
        "unit": "pages/s",
        "n": listings,
        "baseline_name": f"bare Scrapy spider, the same fields, {AT_ONCE} at once, nothing stored",
        **figures,
    }


def _timed(words: list[str], host: str, listings: int, speeds: list[float]) -> float:
    """Run one side; add its pages a second, return its processor seconds per page."""
    _since(host)
    before = os.times()
    done = subprocess.run([sys.executable, "-m", *words], check=False, stdout=subprocess.PIPE)
    after = os.times()
    told = _since(host)
    if done.returncode or told["pages"] < listings:
        raise RuntimeError(f"{words[0]} read {told['pages']} pages, exit {done.returncode}")
    speeds.append(told["pages"] / told["seconds"])
    user = after.children_user - before.children_user
    system = after.children_system - before.children_system
    return float((user + system) / told["pages"])


def _since(host: str) -> dict[str, float]:
    with urllib.request.urlopen(f"http://{host}/_since", timeout=10) as answer:
        told: dict[str, float] = json.load(answer)
    return told


@contextmanager
def _shop(listings: int) -> Iterator[str]:
    words = [sys.executable, "-m", "benchmarks.shop", str(listings)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as shop:
        assert shop.stdout is not None, "asked for"
        yield f"127.0.0.1:{int(shop.stdout.readline())}"
        shop.communicate(timeout=10)
