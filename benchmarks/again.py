"""Benchmark ``again``: what a second night over unchanged pages costs, beside the first.

Bytes, requests and seconds as the server counts them, at zero delay; ``ratio`` is how many times
dearer the first night was, by the worst of the three.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.crawl import _SOURCE as SOURCE
from benchmarks.crawl import AT_ONCE, _shop, _since

LISTINGS = 1000
QUICK_LISTINGS = 300
BAR = 0.25
"""More than this share of the first night, and a patrol of known pages is too dear."""


def run(*, quick: bool = False) -> dict[str, Any]:
    """Return the line of this benchmark."""
    listings = QUICK_LISTINGS if quick else LISTINGS
    with _shop(listings) as host, tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "bench-shop.yml"
        source.write_text(SOURCE.format(host=host, at_once=AT_ONCE), encoding="utf-8")
        nights = [_night(source, Path(folder) / "home", host) for _ in range(2)]
    first, second = nights
    shares = {name: second[name] / first[name] for name in ("bytes", "pages", "seconds")}
    return {
        "bench": "again",
        "ours": round(max(shares.values()), 3),
        "baseline": 1.0,
        "ratio": round(1 / max(shares.values()), 2),
        "unit": "share of the first night",
        "n": listings,
        "baseline_name": "the first night over the same pages",
        "bar": BAR,
        **{f"{name}_share": round(share, 3) for name, share in shares.items()},
        "first": first,
        "second": second,
    }


def _night(source: Path, home: Path, host: str) -> dict[str, float]:
    words = ["commands", "crawl", "--source-file", str(source), "--json", "--home", str(home)]
    _since(host)
    done = subprocess.run([sys.executable, "-m", *words], check=False, stdout=subprocess.PIPE)
    if done.returncode:
        raise RuntimeError(f"the night ended with {done.returncode}")
    return _since(host)
