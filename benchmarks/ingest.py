"""Judging and keeping listings with the index of words on, against sqlite-utils and trigram."""

import gc
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.plain_ingest import PlainStore
from benchmarks.plain_match import by_jieba
from benchmarks.texts import mixed
from pipeline.base.clock import HeldClock
from pipeline.base.settings import read_settings
from pipeline.ingest import ingest_many
from pipeline.listing import Listing, Place, Price, Seller
from pipeline.score import load_reader
from pipeline.store.open import open_store

_AT = datetime(2026, 3, 10, tzinfo=UTC)
_BATCH = 30
"""Listings of one index page."""

_ROUNDS = 4
_FIELD = 0.02


def run(*, quick: bool) -> dict[str, Any]:
    """Return listings a second of both ways, measured in turns, batch by batch."""
    count = 2000 if quick else 20_000
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(Path(folder))
        reader = load_reader(settings)
        terms = [(term.term, term.kind, term.strength) for term in reader.lexicon.terms()]
        matcher = by_jieba(terms)
        plain = PlainStore(Path(folder) / "plain.db", matcher)
        batched = PlainStore(Path(folder) / "batched.db", matcher)
        db = open_store(settings.database)
        everything = [_listing(at, row) for at, row in enumerate(mixed(count, share=_FIELD))]
        clock = HeldClock(_AT)
        ways: dict[str, Callable[[list[Listing]], object]] = {
            "ours": lambda batch: ingest_many(db, reader, batch, clock=clock),
            "plain": plain.ingest,
            "batched": batched.ingest_at_once,
        }
        seconds = dict.fromkeys(ways, 0.0)
        warm, everything = everything[:300], everything[300:]
        for way in ways.values():
            way(warm)  # dictionaries are loaded now
        gc.collect()
        gc.freeze()
        part = len(everything) // _ROUNDS
        for start in range(0, len(everything), part):
            some = everything[start : start + part]
            for name, way in ways.items():
                began = time.perf_counter()
                for at in range(0, len(some), _BATCH):
                    way(some[at : at + _BATCH])
                seconds[name] += time.perf_counter() - began
        db.conn.close()
    rates = {name: len(everything) / took for name, took in seconds.items()}
    return {
        "ours": round(rates["ours"]),
        "baseline": round(rates["plain"]),
        "ratio": round(rates["ours"] / rates["plain"], 2),
        "unit": "listings/s",
        "n": count,
        "baseline_name": "jieba, sqlite-utils upsert a listing, trigram FTS kept by triggers",
        "ratio_to_the_same_in_batches": round(rates["ours"] / rates["batched"], 2),
        "batch": _BATCH,
    }


def _listing(at: int, row: dict[str, str]) -> Listing:
    return Listing(
        source="bench",
        site_id=str(at),
        url=f"http://127.0.0.1:9/{at}",
        seen_at=_AT,
        title=row["title"],
        text=row["text"],
        price=Price(raw=f"{at % 900}元"),
        place=Place(raw="沈阳", code="210100"),
        seller=Seller(name=f"卖家{at % 700}", site_id=str(at % 700)),
    )
