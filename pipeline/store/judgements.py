"""What was made of a listing, each time it was read: append only, with the lexicon's version."""

import json
from dataclasses import dataclass
from typing import Any

from pipeline.reading import Ranked
from pipeline.store.open import Database
from pipeline.store.text import storable

_ADD = """
    insert into judgements (listing_id, version, lexicon, at, score, is_suspicious, species,
                            hits, signals)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_OF = """
    select judgement_id, version, lexicon, at, score, is_suspicious, species, hits, signals
      from judgements where listing_id = ? order by judgement_id
"""
_LATEST = """
    select judgement_id, version, lexicon, at, score, is_suspicious, species, hits, signals
      from judgements where listing_id = ? order by judgement_id desc limit 1
"""
_HIT = ("term", "surface", "field", "start", "end", "via", "kind", "species", "strength")


@dataclass(frozen=True, slots=True)
class Judgement:
    """One reading of one version of a listing.

    Attributes:
        at: UTC, as :func:`pipeline.base.clock.stamp` writes it.
        score: 0..100.
        hits: term, surface, field, start, end, via, kind, species, strength of each.
        signals: name, points, because, quote of each.
    """

    judgement_id: int
    version: int
    lexicon: str
    at: str
    score: int
    is_suspicious: bool
    species: tuple[str, ...]
    hits: tuple[dict[str, Any], ...]
    signals: tuple[dict[str, Any], ...]


def add(db: Database, listing_id: str, ranked: Ranked, *, version: int, at: str) -> None:
    """Append a reading, inside the caller's transaction."""
    db.conn.execute(
        _ADD,
        (
            listing_id,
            version,
            ranked.lexicon,
            at,
            ranked.score,
            int(ranked.is_suspicious),
            _json(list(ranked.species)),
            _json([{name: getattr(hit, name) for name in _HIT} for hit in ranked.hits]),
            _json([_signal(signal) for signal in ranked.signals]),
        ),
    )


def add_nothing(
    db: Database, listing_id: str, *, version: int, lexicon: str, score: int, at: str
) -> None:
    """Append that an older lexicon found nothing, before a newer one's find is written."""
    db.conn.execute(_ADD, (listing_id, version, lexicon, at, score, 0, "[]", "[]", "[]"))


def of(db: Database, listing_id: str) -> list[Judgement]:
    """Return every reading of a listing, oldest first."""
    return [_judgement(row) for row in db.conn.execute(_OF, (listing_id,))]


def latest(db: Database, listing_id: str) -> Judgement | None:
    """Return the last reading of a listing, None where no word ever touched it."""
    row = db.conn.execute(_LATEST, (listing_id,)).fetchone()
    return _judgement(row) if row else None


def _signal(signal: Any) -> dict[str, Any]:
    return {
        "name": signal.name,
        "points": signal.points,
        "because": signal.because,
        "quote": signal.quote,
    }


def _json(value: Any) -> str:
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _judgement(row: tuple[Any, ...]) -> Judgement:
    number, version, lexicon, at, score, suspicious, species, hits, signals = row
    return Judgement(
        number,
        version,
        lexicon,
        at,
        score,
        bool(suspicious),
        tuple(json.loads(species)),
        tuple(json.loads(hits)),
        tuple(json.loads(signals)),
    )
