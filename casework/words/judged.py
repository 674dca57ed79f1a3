"""Judged listings as sentences: what is said beside the known words, by which seller."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keywords.hits import Hit
from pipeline.listing import Listing
from pipeline.score import Reader
from pipeline.store import listings
from pipeline.store.open import Database

_BREAK = re.compile(r"[\s，,。.！!？?；;：:、…~～|/()（）【】\[\]《》<>“”\"'#*+=\-—_]+")
_FIELDS = ("title", "text", "ocr", "tags")
_JUDGED = """
    select content, call, listing_id from listings
     where state = 'judged' and call in ('confirmed', 'lawful', 'not_wildlife') and content <> ''
     order by listing_id
"""
_OTHERS = """
    select content, '', listing_id from listings
     where state in ('untouched', 'below') and content <> '' order by listing_id limit ?
"""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Clause:
    """An unbroken run of a listing's text, and where known words stand in it."""

    text: str
    known: tuple[range, ...]
    names: tuple[range, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A listing that was judged.

    Attributes:
        seller: who, as far as the page says; the listing itself where it does not.
        is_true: confirmed; else it was cleared.
        clauses: those that hold a known word and their neighbours; all, where none does.
        species: the birds named.
    """

    listing_id: str
    seller: str
    is_true: bool
    clauses: tuple[Clause, ...]
    species: tuple[str, ...]
    level_one_or_two: bool
    text: str


def judged(db: Database, reader: Reader) -> Iterator[Said]:
    """Give every listing with a verdict that decides, read with the lexicon of today."""
    yield from _said(db.conn.execute(_JUDGED).fetchall(), reader)


def others(db: Database, reader: Reader, *, most: int = 2000) -> Iterator[Said]:
    """Give listings that nobody judged: what people say anyway."""
    yield from _said(db.conn.execute(_OTHERS, (most,)).fetchall(), reader)


def _said(rows: Sequence[tuple[str, str, str]], reader: Reader) -> Iterator[Said]:
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        read = reader.read_many([listings.from_json(row[0]) for row in part])
        for (_content, call, listing_id), ranked in zip(part, read, strict=True):
            listing, species = ranked.listing, reader.lexicon.species
            yield Said(
                listing_id,
                _seller(listing, listing_id),
                call == "confirmed",
                tuple(_clauses(listing, ranked.hits)),
                ranked.species,
                any(species[name].level in {"I", "II"} for name in ranked.species),
                "\n".join(filter(None, (listing.title, listing.text, listing.ocr))),
            )


def _seller(listing: Listing, listing_id: str) -> str:
    name = listing.seller.site_id or listing.seller.name
    return f"{listing.source}:{name}" if name else listing_id


def _clauses(listing: Listing, hits: Sequence[Hit]) -> Iterator[Clause]:
    words = listing.words()
    every: list[Clause] = []
    for name in _FIELDS:
        here = [hit for hit in hits if hit.field == name]
        every += _of_field(words.get(name, ""), here)
    beside = {at + step for at, clause in enumerate(every) if clause.known for step in (-1, 0, 1)}
    for at, clause in enumerate(every):
        if not beside or at in beside:
            yield clause


def _of_field(text: str, hits: Sequence[Hit]) -> Iterator[Clause]:
    start = 0
    for end, following in [*(match.span() for match in _BREAK.finditer(text)), (len(text),) * 2]:
        if end > start:
            inside = [hit for hit in hits if hit.start < end and hit.end > start]
            spans = [
                range(max(hit.start, start) - start, min(hit.end, end) - start) for hit in inside
            ]
            names = [
                span
                for span, hit in zip(spans, inside, strict=True)
                if hit.kind in {"bird", "code", "anybird"}
            ]
            yield Clause(text[start:end], tuple(spans), tuple(names))
        start = following
