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
from pipeline.score import load_reader

_AT = datetime(2026, 3, 10, tzinfo=UTC)
_BATCH = 1000


def run(*, quick: bool) -> dict[str, Any]:
    """Return texts a second of both ways, measured in turns."""
    texts = mixed(2000 if quick else 10_000)
    listings = [
        Listing(source="bench", site_id=str(at), seen_at=_AT, title=row["title"], text=row["text"])
        for at, row in enumerate(texts)
    ]
    joined = [f"{row['title']}\n{row['text']}" for row in texts]
    with tempfile.TemporaryDirectory() as home:
        reader = load_reader(read_settings(Path(home)))
        plain = PlainWay([(term.term, term.kind, term.strength) for term in reader.lexicon.terms()])

        def ours() -> int:
            flagged = 0
            for at in range(0, len(listings), _BATCH):
                ranked = reader.read_many(listings[at : at + _BATCH])
                flagged += sum(one.is_suspicious for one in ranked)
            return flagged

        def theirs() -> int:
            return sum(plain.flags(joined))

        gc.collect()
        gc.freeze()  # both dictionaries are loaded: neither side pays for looking through them
        ours()  # jieba's dictionary, loaded by both sides before the clock runs
        times: dict[str, list[float]] = {"ours": [], "theirs": []}
        for _ in range(5):
            times["ours"].append(_seconds(ours))
            times["theirs"].append(_seconds(theirs))
        flagged = {"flagged": ours(), "flagged_baseline": theirs()}
    mine, plainly = (len(texts) / min(times[side]) for side in ("ours", "theirs"))
    return {
        "ours": round(mine),
        "baseline": round(plainly),
        "ratio": round(mine / plainly, 1),
        "unit": "texts/s",
        "n": len(texts),
        "baseline_name": "jieba with the terms added, tokens in a set",
        "background": "real" if BACKGROUND.is_file() else "generated",
        "characters": round(sum(map(len, joined)) / len(joined), 1),
        **flagged,
    }


def _seconds(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()  # one thread each: what neighbours on the machine do is left out
    work()
    return time.process_time() - began
