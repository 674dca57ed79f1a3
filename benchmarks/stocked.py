"""A store of many listings from a fixed seed, made once and kept beside the others' leavings."""

import json
import random
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.texts import ordinary
from pipeline.base.clock import stamp
from pipeline.store.open import Database, open_store

SEED = 20261125
_MADE = 1
"""Rises when what follows makes another store of the same count."""
_BIRDS = (
    "画眉",
    "红点颏",
    "蓝点颏",
    "百灵",
    "游隼",
    "鹩哥",
    "黄胸鹀",
    "灰鹦鹉",
    "相思鸟",
    "猫头鹰",
)
_CITIES = ("210100", "210200", "210300", "210600", "210800", "")
_SOURCES = ("huapiao", "xianyu", "tieba", "zhuanzhuan")
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_AT_ONCE = 5000
_LISTING = """
    insert into listings (listing_id, source, site_id, url, state, call, title, score, species,
                          lexicon, read_at, place_code, first_seen_at, last_seen_at, content_at,
                          fingerprint, content)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'bench', ?, ?, ?, ?, ?, '', ?)
"""
_JUDGEMENT = """
    insert into judgements (listing_id, version, lexicon, at, score, is_suspicious, species, hits,
                            signals)
    values (?, 1, 'bench', ?, ?, 1, ?, ?, '[]')
"""


def stocked(count: int) -> Path:
    """Return the home of a store with so many listings, nine in ten waiting."""
    home = Path(tempfile.gettempdir()) / f"shouyi-bench-{count}-{_MADE}"
    if not (home / "done").is_file():
        (home / "shouyi.db").unlink(missing_ok=True)
        db = open_store(home / "shouyi.db")
        db.conn.execute("pragma synchronous = off")
        _fill(db, count)
        db.conn.close()
        (home / "done").touch()
    return home


def _fill(db: Database, count: int) -> None:
    dice = random.Random(SEED)  # noqa: S311 - a fixed seed, no secret
    rows = _rows(dice, count)
    while batch := [row for _, row in zip(range(_AT_ONCE), rows, strict=False)]:
        with db.atomic():
            db.conn.executemany(_LISTING, [listing for listing, _ in batch])
            db.conn.executemany(_JUDGEMENT, [judged for _, judged in batch if judged])


def _rows(dice: random.Random, count: int) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    for number in range(count):
        bird = dice.choice(_BIRDS) if dice.random() < 1 / 2 else ""
        told = ordinary(dice)
        title = f"出{bird}一只 {told['title']}" if bird else told["title"]
        source, at = dice.choice(_SOURCES), stamp(_FIRST + timedelta(seconds=number))
        place, listing_id = dice.choice(_CITIES), f"{source}:{number}"
        score = min(100, int(dice.triangular(0, 100, 55)))
        state = "waiting" if dice.random() < 0.9 else "judged"
        species = json.dumps([bird] if bird else [], ensure_ascii=False)
        content = {
            "source": source,
            "site_id": str(number),
            "seen_at": at,
            "title": title,
            "text": told["text"],
            "price": {"raw": f"{number % 3000}元"},
            "seller": {"name": f"卖家{number % 5000}", "site_id": str(number % 5000)},
        }
        hits = [_hit(bird, title)] if bird else []
        yield (
            (
                *(listing_id, source, str(number), f"http://127.0.0.1:9/{number}", state),
                *("not_wildlife" if state == "judged" else "", title, score, species, at),
                *(place, at, at, at, json.dumps(content, ensure_ascii=False)),
            ),
            (listing_id, at, score, species, json.dumps(hits, ensure_ascii=False)),
        )


def _hit(bird: str, title: str) -> dict[str, Any]:
    start = title.index(bird)
    return {
        "term": bird,
        "surface": bird,
        "field": "title",
        "start": start,
        "end": start + len(bird),
        "via": "plain",
        "kind": "bird",
        "species": [bird],
        "strength": "strong",
    }


def plain_copy(home: Path, name: str) -> sqlite3.Connection:
    """Return a plain connection to the same store, for the plain way of asking."""
    connection = sqlite3.connect(home / "shouyi.db", check_same_thread=False)
    connection.row_factory = sqlite3.Row
    assert name
    return connection
