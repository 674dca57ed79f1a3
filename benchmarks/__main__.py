"""``python -m benchmarks NAME [--quick]``: one JSON line, both sides measured in turns."""

import argparse
import importlib
import json
import os
import platform
from typing import Any

NAMES = (
    "match",
    "crawl",
    "again",
    "browser",
    "night",
    "gold",
    "ingest",
    "queue",
    "desk",
    "search",
    "snapshot",
)


def main() -> None:
    """Run one benchmark and print what it found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--quick", action="store_true", help="smaller input, the same questions")
    asked = parser.parse_args()
    module = importlib.import_module(f"benchmarks.{asked.name}")
    found: dict[str, Any] = module.run(quick=asked.quick)
    print(json.dumps({"bench": asked.name, "machine": machine(), **found}, ensure_ascii=False))


def machine() -> str:
    """Return what the figures were taken on."""
    return f"{platform.machine()} {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
