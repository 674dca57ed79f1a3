"""The queue's second opinion: weights fitted on verdicts that order, and never hide.

A rank is 0..100, made of what a reading found: its signals, words, kinds and disguises, and the
plain score. Price, place and seller are no part of it, nor is the text itself: the set it is
fitted on is written by few hands, and would teach their style. It is kept beside the plain
score; where there is none, the plain score stands in.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.base.clock import unstamp
from pipeline.store.open import Database

_LATEST = "select version, made_by, made_at, report, model from rankers {where}"
_ACCEPTED = _LATEST.format(where="where state = 'accepted' order by ranker_id desc limit 1")
_ALL = "select version, state, made_by, made_at, report from rankers order by ranker_id desc"
_TO_RANK = """
    select l.listing_id, l.version, l.score, j.hits, j.signals from listings as l
      left join ranks as r on r.listing_id = l.listing_id
      join judgements as j on j.judgement_id =
           (select max(judgement_id) from judgements as k where k.listing_id = l.listing_id)
     where l.state = 'waiting'
       and (r.listing_id is null or r.ranker <> :ranker or r.version <> l.version)
     limit 1000
"""
_RANK = """
    insert into ranks (listing_id, rank, ranker, version) values (?, ?, ?, ?)
    on conflict (listing_id) do update
       set rank = excluded.rank, ranker = excluded.ranker, version = excluded.version
"""
_FORGET = """
    delete from ranks where listing_id not in
        (select listing_id from listings where state = 'waiting')
"""
_BEST = """
    select l.listing_id from listings as l
      left join ranks as r on r.listing_id = l.listing_id and r.version = l.version
     where l.state = 'waiting'
     order by coalesce(r.rank, l.score) desc, l.score desc, l.listing_id desc limit ?
"""


@dataclass(frozen=True, slots=True)
class Ranker:
    """Weights by what a reading found; ``report`` says how they did on folds held out."""

    version: str
    made_by: str
    made_at: str
    report: Mapping[str, Any]
    start: float
    weights: Mapping[str, float]

    def rank(self, found: Iterable[str], score: int) -> int:
        """Return 0..100 for what was found and the plain score."""
        told = self.start + self.weights.get(SCORE, 0.0) * score / 100
        told += sum(self.weights.get(name, 0.0) for name in found)
        return round(100 / (1 + math.exp(-max(-30.0, min(30.0, told)))))


SCORE = "score"


def found_in(hits: Iterable[Mapping[str, Any]], signals: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return what a reading found, each thing once, by the names that weights go by."""
    names = {f"signal {signal['name']}" for signal in signals}
    for hit in hits:
        if hit["field"] in {"title", "text", "ocr", "tags"}:
            names |= {
                f"term {hit['term']}",
                f"kind {hit['kind']} {hit['strength']}",
                f"via {hit['via']}",
            }
    return sorted(names)


def in_use(db: Database) -> Ranker | None:
    """Return the ranker accepted last, None where there is none."""
    row = db.conn.execute(_ACCEPTED).fetchone()
    if row is None:
        return None
    version, by, at, report, model = row
    told = json.loads(model)
    return Ranker(version, by, at, json.loads(report), told["start"], told["weights"])


def history(db: Database) -> list[dict[str, Any]]:
    """Return every ranker that was fitted, newest first, with its report."""
    return [
        {"version": version, "state": state, "by": by, "at": unstamp(at), **json.loads(report)}
        for version, state, by, at, report in db.conn.execute(_ALL)
    ]


def rank_what_waits(db: Database) -> int:
    """Rank what waits and has no rank of today's ranker; return how many that were.

    Killed half-way, it goes on where it stopped.
    """
    ranker = in_use(db)
    if ranker is None:
        return 0
    ranked = 0
    with db.atomic():
        db.conn.execute(_FORGET)
    while rows := db.conn.execute(_TO_RANK, {"ranker": ranker.version}).fetchall():
        with db.atomic():
            db.conn.executemany(_RANK, [_row(ranker, row) for row in rows])
        ranked += len(rows)
    return ranked


def best_first(db: Database, limit: int) -> Sequence[str]:
    """Return what waits in the ranker's order; the plain score stands in where it has none."""
    return [listing_id for (listing_id,) in db.conn.execute(_BEST, (limit,))]


def _row(ranker: Ranker, row: tuple[Any, ...]) -> tuple[str, int, str, int]:
    listing_id, version, score, hits, signals = row
    found = found_in(json.loads(hits), json.loads(signals))
    return listing_id, ranker.rank(found, score), ranker.version, version
