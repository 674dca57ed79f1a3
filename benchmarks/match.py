"""Reading end to end (normalise, match, boundary, judge) against the plain way, same texts."""

import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.plain_match import PlainWay, by_jieba, by_rjieba
from benchmarks.texts import BACKGROUND, lengthened, mixed
from pipeline.base.settings import read_settings
from pipeline.listing import Listing
from pipeline.score import Reader, load_reader

_AT = datetime(2026, 3, 10, tzinfo=UTC)
_BATCH = 1000
_SHARE = 0.1
"""Share of gold rows in the main figure."""
_FIELD = 0.02
"""Nearer to a night, which has fewer still: one suspicious in 500."""
_LONG = 200  # characters
_ROUNDS = 5
_STARTS = 3
_START = """
import sys, time
def resident():
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * 4096
began, before = time.process_time(), resident()
from pathlib import Path
from keywords.lexicon import load
load(Path(sys.argv[1]), cache=Path(sys.argv[2]))
print(time.process_time() - began, (resident() - before) / 1e6)
"""
_CLEAR, _IN_DOUBT = "出洗衣机一台", "粉红子母扣"


def run(*, quick: bool) -> dict[str, Any]:
    """Return texts a second of both ways, measured in turns on one core."""
    count = 2000 if quick else 10_000
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings(Path(home))
        reader = load_reader(settings)
        terms = [(term.term, term.kind, term.strength) for term in reader.lexicon.terms()]
        plain, rust = by_jieba(terms), by_rjieba(terms)
        texts = mixed(count, share=_SHARE)
        main = _Measured(reader, texts, plain, rust)
        return {
            "ours": main.speed("ours"),
            "baseline": main.speed("jieba"),
            "ratio": main.ratio("jieba"),
            "ratio_to_rjieba": main.ratio("rjieba"),
            "unit": "texts/s",
            "n": count,
            "baseline_name": "jieba with the terms added, tokens in a set",
            "mix": f"{_SHARE:.0%} gold set, the rest ordinary texts",
            "characters": main.characters(),
            **main.told(),
            "bound_by": main.bounds(),
            f"at_{_FIELD:.0%}_gold": _ratios(reader, mixed(count, share=_FIELD), plain, rust),
            f"at_{_LONG}_characters": _ratios(
                reader, lengthened(texts[: count // 5], _LONG), plain, rust
            ),
            **_starts(settings.product_cache, Path(home)),
            "background": "real" if BACKGROUND.is_file() else "generated",
        }


class _Measured:
    """Both ways over the same texts, the best of several turns."""

    def __init__(
        self,
        reader: Reader,
        texts: Sequence[dict[str, str]],
        plain: PlainWay,
        rust: PlainWay | None,
    ) -> None:
        self._reader = reader
        self._listings = [
            Listing(
                source="bench",
                site_id=str(at),
                seen_at=_AT,
                title=row["title"],
                text=row["text"],
            )
            for at, row in enumerate(texts)
        ]
        self._joined = [f"{row['title']}\n{row['text']}" for row in texts]
        self._plain = plain
        ways: dict[str, Callable[[], object]] = {
            "ours": self._read,
            "jieba": lambda: plain.flags(self._joined),
            "look": self._look,
            "hits": self._hits,
        }
        if rust is not None:
            ways["rjieba"] = lambda: rust.flags(self._joined)
        self._closely = list(self._told())
        for way in ways.values():
            way()  # dictionaries are loaded by all sides now
        gc.collect()
        gc.freeze()  # and none pays for looking through them
        self._seconds = dict.fromkeys(ways, float("inf"))
        for _ in range(_ROUNDS):
            for name, way in ways.items():
                self._seconds[name] = min(self._seconds[name], self._timed(way))

    def _timed(self, way: Callable[[], object]) -> float:
        self._reader.lexicon.forget()  # a night's texts come once: no run is cut for us before
        gc.collect()
        began = time.process_time()  # one thread each: what neighbours on the machine do is out
        way()
        return time.process_time() - began

    def _batches(self) -> Iterator[list[Listing]]:
        for at in range(0, len(self._listings), _BATCH):
            yield self._listings[at : at + _BATCH]

    def _read(self) -> int:
        return sum(
            ranked.is_suspicious
            for batch in self._batches()
            for ranked in self._reader.read_many(batch)
        )

    def _look(self) -> None:
        for batch in self._batches():
            self._reader.telling(batch)

    def _told(self) -> Iterator[dict[str, str]]:
        for batch in self._batches():
            for listing, tells in zip(batch, self._reader.telling(batch), strict=True):
                if tells:
                    yield {"title": listing.title, "text": listing.text}

    def _hits(self) -> None:
        for at in range(0, len(self._closely), _BATCH // 10):
            for _ in self._reader.lexicon.read_many(self._closely[at : at + _BATCH // 10]):
                pass

    def speed(self, way: str) -> int | None:
        """Return texts a second."""
        return round(len(self._joined) / self._seconds[way]) if way in self._seconds else None

    def ratio(self, way: str) -> float | None:
        """Return how many times as fast ours is."""
        if way not in self._seconds:
            return None
        return round(self._seconds[way] / self._seconds["ours"], 1)

    def characters(self) -> float:
        """Return the length of the texts."""
        return round(sum(map(len, self._joined)) / len(self._joined), 1)

    def told(self) -> dict[str, Any]:
        """Return what both flag, and how many texts pass the look."""
        return {
            "flagged": self._read(),
            "flagged_baseline": sum(self._plain.flags(self._joined)),
            "let_through": round(len(self._closely) / len(self._joined), 3),
            "look_us": round(self._seconds["look"] / len(self._joined) * 1e6, 2),
            "full_reading_us": round(
                (self._seconds["ours"] - self._seconds["look"]) / len(self._closely) * 1e6, 1
            ),
        }

    def bounds(self) -> dict[str, float]:
        """Return which part of the time goes where."""
        whole, look, hits = (self._seconds[way] for way in ("ours", "look", "hits"))
        parts = {
            "the look at all texts": look,
            "forms, boundaries and hits of those let through": hits,
            "their signals and score": whole - look - hits,
        }
        return {name: round(seconds / whole, 2) for name, seconds in parts.items()}


def _ratios(
    reader: Reader, texts: Sequence[dict[str, str]], plain: PlainWay, rust: PlainWay | None
) -> dict[str, Any]:
    measured = _Measured(reader, texts, plain, rust)
    return {
        "ratio": measured.ratio("jieba"),
        "ratio_to_rjieba": measured.ratio("rjieba"),
        "ours": measured.speed("ours"),
        "let_through": measured.told()["let_through"],
        "characters": measured.characters(),
    }


def _starts(cache: Path, home: Path) -> dict[str, float]:
    """Return what a new process pays before its first answer, the lexicon checked already."""
    words = Path(__file__).resolve().parent.parent / "data" / "lexicon"
    seconds, megabytes = zip(
        *(
            map(float, _output("-c", _START, str(words), str(cache)).split())
            for _ in range(_STARTS)
        ),
        strict=True,
    )
    return {
        "start_seconds": round(min(seconds), 3),
        "start_mb": round(min(megabytes), 1),
        "cold_match_seconds": _cold(_CLEAR, home),
        "cold_match_in_doubt_seconds": _cold(_IN_DOUBT, home),
    }


def _cold(text: str, home: Path) -> float:
    """Return the time of ``shouyi match`` in a process of its own."""
    main = "from commands import main; main()"
    took = []
    for _ in range(_STARTS):
        began = time.perf_counter()
        _output("-c", main, "match", text, "--json", "--home", str(home))
        took.append(time.perf_counter() - began)
    return round(min(took), 2)


def _output(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments], check=True, capture_output=True, text=True
    ).stdout
