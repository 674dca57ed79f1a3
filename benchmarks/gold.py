"""How well the reading does on the gold set: recall and precision with 95 % intervals."""

import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.texts import gold
from pipeline.base.settings import read_settings
from pipeline.listing import Listing, Place, Price, Seller
from pipeline.reading import Ranked
from pipeline.score import Reader, load_reader

_AT = datetime(2026, 3, 10, tzinfo=UTC)
_Z = 1.96  # 95 %
_WORST = 5
Row = dict[str, Any]
Judged = tuple[Row, Ranked]


def run(*, quick: bool) -> dict[str, Any]:
    """Print the table to standard error; return the overall figures."""
    del quick  # the set is small
    with tempfile.TemporaryDirectory() as home:
        reader = load_reader(read_settings(Path(home)))
        judged = judge(gold(), reader)
    _print(judged, reader)
    true, false, missed = counts(judged)
    recall, precision = true / (true + missed), true / max(1, true + false)
    return {
        "ours": round(recall, 4),
        "baseline": None,
        "ratio": None,
        "unit": "recall",
        "n": len(judged),
        "baseline_name": "",
        "precision": round(precision, 4),
        "recall_95": interval(true, true + missed),
        "precision_95": interval(true, true + false),
        "key_species_recall": round(key_species_recall(judged, reader), 4),
        "lexicon": reader.lexicon.version,
    }


def judge(rows: Iterable[Row], reader: Reader) -> list[Judged]:
    """Read every row."""
    kept = list(rows)
    return list(zip(kept, reader.read_many([listing_of(row) for row in kept]), strict=True))


def listing_of(row: Row) -> Listing:
    """Return a row of the gold set as a listing."""
    return Listing(
        source="gold",
        site_id=row["id"],
        seen_at=_AT,
        title=row.get("title", ""),
        text=row.get("text", ""),
        ocr=row.get("ocr", ""),
        price=Price(raw=row.get("price", "")),
        place=Place(raw=row.get("region", "")),
        seller=Seller(name=row.get("seller", "")),
    )


def counts(judged: Iterable[Judged]) -> tuple[int, int, int]:
    """Return how many were rightly flagged, wrongly flagged, and missed."""
    pairs = [(row["suspicious"], ranked.is_suspicious) for row, ranked in judged]
    return pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False))


def key_species_recall(judged: Iterable[Judged], reader: Reader) -> float:
    """Return the recall on suspicious rows that mean a bird of class I or II."""
    species = reader.lexicon.species
    key = [
        ranked.is_suspicious
        for row, ranked in judged
        if row["suspicious"]
        and any(bird in species and species[bird].level in {"I", "II"} for bird in row["birds"])
    ]
    return sum(key) / len(key)


def interval(hits: int, of: int) -> list[float]:
    """Return Wilson's 95 % interval of a share."""
    if not of:
        return [0.0, 1.0]
    share = hits / of
    middle = (share + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z / (1 + _Z**2 / of) * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    return [round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)]


def _print(judged: list[Judged], reader: Reader) -> None:
    console = Console(file=sys.stderr)
    table = Table("", "n", "recall", "95 %", "precision", "95 %", box=None)
    for name, part in _parts(judged):
        true, false, missed = counts(part)
        table.add_row(
            name,
            str(len(part)),
            _share(true, true + missed),
            str(interval(true, true + missed)),
            _share(true, true + false),
            str(interval(true, true + false)),
        )
    console.print(table)
    console.print(f"class I/II recall {key_species_recall(judged, reader):.3f}")
    missed_rows = sorted(
        (pair for pair in judged if pair[0]["suspicious"] != pair[1].is_suspicious),
        key=lambda pair: -abs(pair[1].score - 50),
    )
    for row, ranked in missed_rows[:_WORST]:
        text = f"{row.get('title', '')} {row.get('text', '')}"[:60].replace("\n", " ")
        console.print(f"worst: {row['id']} {ranked.score} {text}", markup=False)


def _parts(judged: list[Judged]) -> Iterator[tuple[str, list[Judged]]]:
    yield "all", judged
    yield from _by("platform", judged, lambda row: str(row["platform"]))
    yield from _by("difficulty", judged, lambda row: str(row["difficulty"]))
    way = [pair for pair in judged if pair[0]["suspicious"]]
    yield from _by("way", way, lambda row: str(row["way"]))


def _by(
    what: str, judged: Iterable[Judged], key: Callable[[Row], str]
) -> Iterator[tuple[str, list[Judged]]]:
    parts: dict[str, list[Judged]] = defaultdict(list)
    for row, ranked in judged:
        parts[key(row)].append((row, ranked))
    for name, part in sorted(parts.items()):
        yield f"{what} {name}", part


def _share(hits: int, of: int) -> str:
    return f"{hits / of:.3f}" if of else "-"
