"""How well the reading does on the gold set: recall and precision with 95 % intervals."""

import math
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.fitting import features_of, flagged
from benchmarks.goldset import (
    NO_TRICK,
    TUNED,
    UNSEEN,
    Judged,
    Row,
    group_of,
    judge,
    level_of,
    rows_of,
)
from keywords.hits import Species
from pipeline.base.settings import read_settings
from pipeline.score import Reader, load_reader

_Z = 1.96  # 95 %
_WORST = 5
_BINS = (0, 10, 25, 40, 50, 60, 70, 80, 90, 101)
_KEY = {"I", "II"}


def run(*, quick: bool) -> dict[str, Any]:
    """Print the tables to standard error; return the overall figures."""
    with tempfile.TemporaryDirectory() as home:
        reader = load_reader(read_settings(Path(home)))
        tuned, unseen = judge(rows_of(*TUNED), reader), judge(rows_of(*UNSEEN), reader)
    console = Console(file=sys.stderr, width=120)
    species = dict(reader.lexicon.species)
    _print_parts(console, tuned, unseen, species)
    _print_worst(console, tuned)
    _print_reliability(console, [*tuned, *unseen])
    swapped = changed_by_swaps(rows_of(*TUNED, *UNSEEN), reader)
    console.print(f"price, place and seller swapped between rows: {swapped} decisions change")
    lost = {} if quick else _print_left_out(console, tuned, reader)
    true, _, missed = counts(tuned)
    return {
        "ours": round(true / (true + missed), 4),
        "baseline": None,
        "ratio": None,
        "unit": "recall",
        "n": len(tuned),
        "baseline_name": "",
        **figures(tuned, species),
        "unseen": figures(unseen, species) if unseen else {},
        "changed_by_swaps": swapped,
        **lost,
        "lexicon": reader.lexicon.version,
    }


def figures(judged: Sequence[Judged], species: dict[str, Species]) -> dict[str, Any]:
    """Return the figures of a set."""
    true, false, missed = counts(judged)
    return {
        "n": len(judged),
        "recall": round(true / max(1, true + missed), 4),
        "recall_95": interval(true, true + missed),
        "precision": round(true / max(1, true + false), 4),
        "precision_95": interval(true, true + false),
        "key_species_recall": round(key_species_recall(judged, species), 4),
        "species_named": round(species_named(judged), 4),
    }


def counts(judged: Iterable[Judged]) -> tuple[int, int, int]:
    """Return how many were rightly flagged, wrongly flagged, and missed."""
    pairs = [(one.row.is_suspicious, one.ranked.is_suspicious) for one in judged]
    return pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False))


def key_species_recall(judged: Iterable[Judged], species: dict[str, Species]) -> float:
    """Return the recall on suspicious rows that mean a bird of class I or II."""
    key = [
        one.ranked.is_suspicious
        for one in judged
        if one.row.is_suspicious and level_of(one.row, species) in _KEY
    ]
    return sum(key) / max(1, len(key))


def species_named(judged: Iterable[Judged]) -> float:
    """Return the share of suspicious rows with birds of which every bird is named."""
    named = [
        set(one.row.birds) <= set(one.ranked.species)
        for one in judged
        if one.row.is_suspicious and one.row.birds
    ]
    return sum(named) / max(1, len(named))


def changed_by_swaps(rows: Sequence[Row], reader: Reader, *, seed: int = 7) -> int:
    """Return how many decisions change when price, place and seller move to other rows."""
    others = list(rows)
    random.Random(seed).shuffle(others)  # noqa: S311 - a fixed seed, no secret
    swapped = [
        row._replace(
            listing=replace(
                row.listing,
                price=other.listing.price,
                place=other.listing.place,
                seller=other.listing.seller,
            )
        )
        for row, other in zip(rows, others, strict=True)
    ]
    pairs = zip(judge(rows, reader), judge(swapped, reader), strict=True)
    return sum(one.ranked.is_suspicious != two.ranked.is_suspicious for one, two in pairs)


def interval(hits: int, of: int) -> list[float]:
    """Return Wilson's 95 % interval of a share."""
    if not of:
        return [0.0, 1.0]
    share = hits / of
    middle = (share + _Z**2 / (2 * of)) / (1 + _Z**2 / of)
    half = _Z / (1 + _Z**2 / of) * math.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
    return [round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)]


def left_out(
    judged: Sequence[Judged], reader: Reader, key: Callable[[Row], str]
) -> Iterator[tuple[str, tuple[int, int, int], tuple[int, int, int]]]:
    """Give each part with its counts by points fitted with it, and by points fitted without.

    The words of the lexicon cannot be left out: they have seen every part.
    """
    features = features_of(judged, reader.weights)
    parts = np.array([key(one.row) for one in judged])
    told = np.array([one.row.is_suspicious for one in judged])
    whole = flagged(features, np.ones(len(judged), dtype=bool))
    for part in sorted(set(parts) - {NO_TRICK}):
        of = parts == part
        without = flagged(features, ~of)
        yield part, _counted(told[of], whole[of]), _counted(told[of], without[of])


def _counted(told: Any, said: Any) -> tuple[int, int, int]:
    return int((told & said).sum()), int((~told & said).sum()), int((told & ~said).sum())


def _print_parts(
    console: Console,
    tuned: list[Judged],
    unseen: list[Judged],
    species: dict[str, Species],
) -> None:
    table = Table("", "n", "recall", "95 %", "precision", "95 %", box=None)
    for name, part in [*_by("set", [*tuned, *unseen], lambda row: row.of), ("unseen", unseen)]:
        _add(table, name, part)
    for name, part in _parts(tuned, species):
        _add(table, name, part)
    console.print(table)
    for name, part in (("tuned", tuned), ("unseen", unseen)):
        console.print(
            f"{name}: class I/II recall {key_species_recall(part, species):.3f}, "
            f"every bird named {species_named(part):.3f}"
        )


def _add(table: Table, name: str, part: list[Judged]) -> None:
    true, false, missed = counts(part)
    table.add_row(
        name,
        str(len(part)),
        _share(true, true + missed),
        str(interval(true, true + missed)),
        _share(true, true + false),
        str(interval(true, true + false)),
    )


def _parts(judged: list[Judged], species: dict[str, Species]) -> Iterator[tuple[str, list[Judged]]]:
    yield "tuned, all", judged
    suspicious = [one for one in judged if one.row.is_suspicious]
    yield from _by("level", suspicious, lambda row: level_of(row, species))
    yield from _by("group", suspicious, lambda row: group_of(row, species))
    yield from _by("platform", judged, lambda row: row.platform)
    yield from _by("trick", suspicious, lambda row: row.trick)
    yield from _by("difficulty", judged, lambda row: str(row.difficulty))


def _by(
    what: str, judged: Iterable[Judged], key: Callable[[Row], str]
) -> Iterator[tuple[str, list[Judged]]]:
    parts: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        parts[key(one.row)].append(one)
    for name, part in sorted(parts.items()):
        yield f"{what} {name}", part


def _print_worst(console: Console, tuned: list[Judged]) -> None:
    """Name the worst of the sets that may be looked at."""
    wrong = sorted(
        (one for one in tuned if not one.is_right), key=lambda one: -abs(one.ranked.score - 50)
    )
    for one in wrong[:_WORST]:
        listing = one.row.listing
        text = f"{listing.title} {listing.text}"[:60].replace("\n", " ")
        console.print(f"worst: {listing.site_id} {one.ranked.score} {text}", markup=False)


def _print_reliability(console: Console, judged: list[Judged]) -> None:
    table = Table("score", "n", "suspicious", "95 %", box=None)
    for low, high in pairwise(_BINS):
        part = [one.row.is_suspicious for one in judged if low <= one.ranked.score < high]
        table.add_row(
            f"{low}-{high - 1}",
            str(len(part)),
            _share(sum(part), len(part)),
            str(interval(sum(part), len(part))),
        )
    console.print(table)
    console.print(
        "Nearly one row in two is suspicious here; of the field, where it may be one in 500, "
        "this table says nothing."
    )


def _print_left_out(console: Console, judged: list[Judged], reader: Reader) -> dict[str, Any]:
    """Print what points are worth on a platform, or a trick, they were not fitted on."""
    found: dict[str, Any] = {}
    for what, key in (
        ("platform", lambda row: row.platform),
        ("trick", lambda row: row.trick),
    ):
        table = Table(f"{what} left out", "recall with", "without", "precision with", "without")
        table.box = None
        within, without = np.zeros(3, dtype=int), np.zeros(3, dtype=int)
        for part, known, new in left_out(judged, reader, key):
            within, without = within + known, without + new
            table.add_row(part, *_shares(known, new))
        table.add_row("all", *_shares(within, without))
        console.print(table)
        found[f"recall_lost_by_{what}"] = round(
            float(within[0] - without[0]) / max(1, int(within[0] + within[2])), 4
        )
    return found


def _shares(known: Any, new: Any) -> tuple[str, str, str, str]:
    return (
        _share(known[0], known[0] + known[2]),
        _share(new[0], new[0] + new[2]),
        _share(known[0], known[0] + known[1]),
        _share(new[0], new[0] + new[1]),
    )


def _share(hits: int, of: int) -> str:
    return f"{hits / of:.3f}" if of else "-"
