"""Reading end to end (normalise, match, boundary, judge) against the plain way, same texts."""

import gc
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.plain_match import PlainWay
from benchmarks.texts import BACKGROUND, mixed
from pipeline.base.settings import read_settings
from pipeline.listing import Listing
from pipeline.score import Reader, load_reader

_AT = datetime(2026, 3, 10, tzinfo=UTC)
_BATCH = 1000


_FIELD = 0.02
"""Share of gold rows in the main figure; the field has fewer still, one suspicious in 500."""
_DENSE = 0.1


def run(*, quick: bool) -> dict[str, Any]:
    """Return texts a second of both ways, measured in turns, for two mixes."""
    count = 2000 if quick else 10_000
    with tempfile.TemporaryDirectory() as home:
        reader = load_reader(read_settings(Path(home)))
        terms = [(term.term, term.kind, term.strength) for term in reader.lexicon.terms()]
        plain = PlainWay(terms)
        field = _both(reader, plain, mixed(count, share=_FIELD))
        dense = _both(reader, plain, mixed(count, share=_DENSE))
    return {
        **field,
        "unit": "texts/s",
        "n": count,
        "baseline_name": "jieba with the terms added, tokens in a set",
        "mix": f"{_FIELD:.0%} gold set, the rest ordinary texts",
        "ratio_at_10_percent_gold": dense["ratio"],
        "background": "real" if BACKGROUND.is_file() else "generated",
    }


def _both(reader: Reader, plain: PlainWay, texts: list[dict[str, str]]) -> dict[str, Any]:
    listings = [
        Listing(source="bench", site_id=str(at), seen_at=_AT, title=row["title"], text=row["text"])
        for at, row in enumerate(texts)
    ]
    joined = [f"{row['title']}\n{row['text']}" for row in texts]

    def ours() -> int:
        flagged = 0
        for at in range(0, len(listings), _BATCH):
            ranked = reader.read_many(listings[at : at + _BATCH])
            flagged += sum(one.is_suspicious for one in ranked)
        return flagged

    def theirs() -> int:
        return sum(plain.flags(joined))

    flagged, flagged_plainly = ours(), theirs()  # jieba's dictionary is loaded by both sides now
    gc.collect()
    gc.freeze()  # and neither pays for looking through it
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(5):
        seconds["ours"].append(_seconds(ours))
        seconds["theirs"].append(_seconds(theirs))
    mine, plainly = (len(texts) / min(seconds[side]) for side in ("ours", "theirs"))
    return {
        "ours": round(mine),
        "baseline": round(plainly),
        "ratio": round(mine / plainly, 1),
        "flagged": flagged,
        "flagged_baseline": flagged_plainly,
        "characters": round(sum(map(len, joined)) / len(joined), 1),
    }


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()  # one thread each: what neighbours on the machine do is left out
    work()
    return time.process_time() - began
