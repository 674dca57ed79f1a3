"""The benign list at work: what is known to be honest is lowered, and says why.

An entry speaks of a seller, of a whole source, or of words. It lowers what it speaks of
below the line, out of the queue, and is counted. What it never hides, only lowers:

- a suspicious listing that means a bird of class I or II, unless it is a kind that can be
  lawful with a mark or from a farm;
- any that speaks of catching, of the wild, of falconry, of no papers: no permit covers that;
- where only words speak for it, any that means a bird on a list: words can be copied by anyone.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from keywords.hits import Species
from pipeline.base.clock import beijing_day, unstamp
from pipeline.listing import Listing
from pipeline.reading import Ranked, Signal
from pipeline.store.open import Database
from pipeline.store.text import storable

SELLER, SOURCE, PHRASE = "seller", "source", "phrase"
KINDS = (SELLER, SOURCE, PHRASE)
SIGNAL = "benign"
_POINTS = -2.0
_STILL_SUSPICIOUS_FROM = 50  # where the reader does not say
_SURE = frozenset({"strong", "medium"})
_WILD = frozenset({"wild", "hunt", "hawk", "nopapers"})
_KEY = frozenset({"I", "II"})
_LISTED = frozenset({"I", "II", "sanyou"})
_WORKING = """
    select benign_id, kind, value, reason, until_on from benign
     where ended_at is null and until_on >= ? order by benign_id
"""
_NOTE = """
    insert into benign_hits (benign_id, listing_id, at, score_before, score, is_hidden)
    values (?, ?, ?, ?, ?, ?)
    on conflict (benign_id, listing_id) do update
       set score_before = excluded.score_before, score = excluded.score,
           is_hidden = excluded.is_hidden
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known to be honest, why, and until when (a Beijing date, the last one)."""

    benign_id: int
    kind: str
    value: str
    reason: str
    until_on: str

    def speaks_of(self, listing: Listing) -> bool:
        """Tell whether a listing is one of those it means."""
        if self.kind == SELLER:
            return self.value in sellers_of(listing)
        if self.kind == SOURCE:
            return self.value == listing.source
        return plain(self.value) in plain(f"{listing.title} {listing.text} {listing.ocr}")


@dataclass(frozen=True, slots=True)
class Lowered:
    """A reading after the benign list; ``entry`` is None where nothing spoke of it."""

    ranked: Ranked
    entry: Entry | None = None
    score_before: int = 0


def working(db: Database, *, on: date) -> list[Entry]:
    """Return the entries that work on a Beijing date."""
    return [Entry(*row) for row in db.conn.execute(_WORKING, (on.isoformat(),))]


def weighed(db: Database, reader: Any, ranked: Ranked, *, at: str) -> Lowered:
    """Return a reading as the benign list of today leaves it.

    Args:
        db: the store.
        reader: that read it; asked for the levels of birds where an entry speaks.
        ranked: the reading.
        at: when, UTC as stamped.
    """
    if not ranked.is_suspicious:
        return Lowered(ranked)
    return lowered(ranked, working(db, on=beijing_day(unstamp(at))), reader)


def lowered(ranked: Ranked, entries: Iterable[Entry], reader: Any) -> Lowered:
    """Return a reading as these entries leave it; pure."""
    if not ranked.is_suspicious:
        return Lowered(ranked)
    entry = next((each for each in entries if each.speaks_of(ranked.listing)), None)
    if entry is None:
        return Lowered(ranked)
    line = getattr(getattr(reader, "weights", None), "suspicious_from", _STILL_SUSPICIOUS_FROM)
    stays = _stays(entry, ranked, reader.lexicon.species)
    score = max(line, ranked.score // 2) if stays else min(line - 1, ranked.score // 2)
    because = f"白名单第 {entry.benign_id} 条（{entry.reason}，有效期至 {entry.until_on}）：" + (
        f"{stays}，只降分，不移出队列" if stays else "降分并移出队列"
    )
    signals = (*ranked.signals, Signal(SIGNAL, _POINTS, because, entry.value))
    # another name than the lexicon's own: it is read again each night, so that an entry which
    # has run out stops by itself
    lexicon = f"{ranked.lexicon}~{entry.benign_id}"
    told = Ranked(ranked.listing, ranked.hits, ranked.species, signals, score, bool(stays), lexicon)
    return Lowered(told, entry, ranked.score)


def note(db: Database, lowered: Lowered, *, at: str) -> None:
    """Count what an entry did to a listing, inside the caller's transaction."""
    entry, ranked = lowered.entry, lowered.ranked
    if entry is None:
        return
    listing_id, hidden = storable(ranked.listing.id), int(not ranked.is_suspicious)
    values = (entry.benign_id, listing_id, at, lowered.score_before, ranked.score, hidden)
    db.conn.execute(_NOTE, values)


def sellers_of(listing: Listing) -> tuple[str, ...]:
    """Return the names by which an entry can mean the seller of a listing."""
    seller = listing.seller
    names = (seller.site_id, seller.name)
    return tuple(f"{listing.source}:{name}" for name in names if name)


def plain(text: str) -> str:
    """Return words as they are compared: one width, small letters, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _stays(entry: Entry, ranked: Ranked, species: Mapping[str, Species]) -> str:
    """Return why a listing stays in the queue, "" where it leaves."""
    if any(hit.kind in _WILD and hit.strength in _SURE for hit in ranked.hits):
        return "提到野捕、驯鹰或无证"
    levels = _levels(ranked.species, species)
    if levels & _KEY:
        return "指向国家重点保护鸟类"
    if entry.kind == PHRASE and levels & _LISTED:
        return "白名单只凭字句，指向的是名录内鸟类"
    return ""


def _levels(names: Iterable[str], species: Mapping[str, Species]) -> frozenset[str]:
    """Return the levels of the birds meant, of each bird that a group's name may mean.

    Kinds that can be lawful with a mark or from a farm are left out.
    """
    groups = [species[name] for name in names if name in species]
    birds = [species[each] for group in groups for each in (group.members or (group.name,))]
    return frozenset(bird.level for bird in birds if not bird.lawful)
