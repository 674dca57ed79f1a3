"""Looking for words of two characters and up in a large store, against LIKE; same rows."""

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks import plain_search
from benchmarks.percentile import percentile
from benchmarks.stocked import SEED, plain_copy, stocked
from casework import queue
from casework.asking import Wanted
from pipeline.store.open import open_store

_PAGE = 50
_COMMON = (
    "画眉",
    "红点颏",
    "沈阳",
    "包邮",
    "一只",
    "出画眉",
    "卖家12",
    "没有这种鸟",
    "灰鹦鹉一",
    "质量不错",
)


def run(*, quick: bool) -> dict[str, Any]:
    """Return milliseconds of one search of both ways, in turns, and whether rows agree."""
    count = 20_000 if quick else 1_000_000
    home = stocked(count)
    db, plain = open_store(home / "shouyi.db"), plain_copy(home, "search")
    dice = random.Random(SEED)  # noqa: S311 - a fixed seed, no secret
    titles = [row[0] for row in plain.execute("select title from listings limit 20000")]
    asked = [*_COMMON, *(_piece(dice, titles) for _ in range(40 if quick else 190))]
    for words in asked[:20]:
        queue.waiting(db, limit=_PAGE, wanted=Wanted(words=words))
    ours: list[float] = []
    theirs: list[float] = []
    for place, words in enumerate(asked):
        wanted = Wanted(words=words)
        ours.append(_ms(partial(queue.waiting, db, limit=_PAGE, wanted=wanted)))
        if place % (4 if quick else 20) == 0:
            theirs.append(_ms(partial(plain_search.find, plain, words, _PAGE)))
    differs = [words for words in asked[:10] if not _same(db, plain, words)]
    return {
        "ours": round(percentile(ours, 50), 3),
        "baseline": round(percentile(theirs, 50), 3),
        "ratio": round(percentile(theirs, 50) / percentile(ours, 50), 1),
        "unit": "ms",
        "n": count,
        "baseline_name": "LIKE on title and text, order by score",
        "p99_ms": round(percentile(ours, 99), 2),
        "max_ms": round(max(ours), 2),
        "baseline_p99_ms": round(percentile(theirs, 99), 1),
        "searches": len(ours),
        "words_whose_rows_differ": differs,
    }


def _same(db: Any, plain: Any, words: str) -> bool:
    """Compare with LIKE over the same fields, every row of them."""
    like = """
        select listing_id from listings
         where state = 'waiting' and (title like ?1 or json_extract(content, '$.text') like ?1
            or json_extract(content, '$.seller.name') like ?1
            or json_extract(content, '$.price.raw') like ?1)
    """
    expected = {each for (each,) in plain.execute(like, (f"%{words}%",))}
    found = queue.waiting(db, limit=10_000_000, wanted=Wanted(words=words))
    return expected == {row.listing_id for row in found}


def _piece(dice: random.Random, titles: list[str]) -> str:
    title = dice.choice([each for each in titles[:2000] if len(each) > 3])
    length = dice.randint(2, 4)
    start = dice.randint(0, max(0, len(title) - length))
    piece = title[start : start + length].strip(" %_")
    return piece if len(piece) > 1 else "画眉"


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
