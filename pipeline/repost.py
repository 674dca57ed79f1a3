"""The same bird put up again: a copy under a new number is linked to the first.

A listing leaves a few marks: of its seller, its pictures, and of its words (minhash, in
bands). One that shares a mark is compared word by word; alike enough, and by the same hand
or with the same picture, it is a copy. Only listings that a word of the lexicon touches are
looked at, and of sellers and pictures nothing but hashes is kept.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.base.urls import canonical
from pipeline.listing import Listing
from pipeline.store import listings
from pipeline.store.open import Database
from pipeline.store.text import storable

ALIKE = 0.75
"""Share of common word pieces that makes a copy, where seller or picture are the same too."""
SAME_WORDS = 0.9
"""The same, of longer texts, where nothing but the words is the same."""
SAME_OFFER = 0.6
"""The same, where the place is the same and the price near: a new account, the old bird."""
NEAR_PRICE = 0.25
_LONG_ENOUGH = 30
_LONGEST = 2_000
_PIECE = 3
_MOST_CANDIDATES = 20
_MOST_SHARING = 40
"""So many are looked at for one mark: a dealer's thousand alike must not cost a thousand each."""
_MOST_PICTURES = 3
_BANDS, _ROWS = 8, 3

_NO_WORD = re.compile(r"[\W_]+")
_NEW = "insert into repost_marks (mark, listing_id) values (?, ?) on conflict do nothing"
_SHARING = "select listing_id from repost_marks where mark = ? and listing_id <> ? limit ?"
_STANDING = """
    select listing_id from listings where listing_id in ({names}) and content <> ''
     order by first_seen_at
"""
_LINK = """
    insert into reposts (listing_id, first_id, alike, because, at) values (?, ?, ?, ?, ?)
    on conflict do nothing
"""
_FIRST = "select first_id, alike, because, at from reposts where listing_id = ?"
_COPIES = "select listing_id, alike, because, at from reposts where first_id = ? order by at"


@dataclass(frozen=True, slots=True)
class Repost:
    """A copy and what shows it: ``alike`` 0..1, and what is the same.

    ``because`` holds some of seller, picture, place, price (near), words.
    """

    listing_id: str
    alike: float
    because: tuple[str, ...]
    at: str


def link(db: Database, listing: Listing, *, at: str) -> str:
    """Note a new listing's marks, and return the id of the first it is a copy of, or "".

    Belongs inside the caller's transaction.
    """
    name = storable(listing.id)
    marks = tuple(dict.fromkeys(_marks(listing)))
    db.conn.executemany(_NEW, [(mark, name) for mark in marks])
    best = max(_alike(db, listing, name, marks), key=lambda one: one.alike, default=None)
    if best is None:
        return ""
    row = db.conn.execute(_FIRST, (best.listing_id,)).fetchone()
    first = str(row[0]) if row else best.listing_id
    db.conn.execute(_LINK, (name, first, round(best.alike, 3), " ".join(best.because), at))
    return first


def first_of(db: Database, listing_id: str) -> Repost | None:
    """Return what a listing is a copy of, None where it is none."""
    row = db.conn.execute(_FIRST, (listing_id,)).fetchone()
    return Repost(row[0], row[1], tuple(row[2].split()), row[3]) if row else None


def copies_of(db: Database, listing_id: str) -> list[Repost]:
    """Return the copies of a listing, in the order they were seen."""
    rows = db.conn.execute(_COPIES, (listing_id,)).fetchall()
    return [Repost(row[0], row[1], tuple(row[2].split()), row[3]) for row in rows]


def likeness(one: str, other: str) -> float:
    """Return which share of their word pieces two texts have in common, 0..1."""
    ours, theirs = _pieces(one), _pieces(other)
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def _alike(db: Database, listing: Listing, name: str, marks: tuple[str, ...]) -> Iterator[Repost]:
    words = _words(listing)
    for other_id, kinds in _sharing(db, name, marks):
        stored = listings.find(db, other_id)
        if stored is None or not stored.content:
            continue
        other = listings.from_json(stored.content)
        alike = likeness(words, _words(other))
        because = [word for mark, word in _SAID if mark in kinds]
        least = ALIKE if because else SAME_WORDS
        if not because and _is_same_offer(listing, other):
            least, because = SAME_OFFER, ["place", "price"]
        if alike >= least and (because or len(words) >= _LONG_ENOUGH):
            yield Repost(other_id, alike, (*because, "words"), "")


def _sharing(db: Database, name: str, marks: tuple[str, ...]) -> list[tuple[str, set[str]]]:
    """Return the listings that share most marks, and the kinds of mark: s, i, t."""
    shared: dict[str, set[str]] = {}
    for mark in marks:
        for (other,) in db.conn.execute(_SHARING, (mark, name, _MOST_SHARING)):
            shared.setdefault(other, set()).add(mark)
    names = sorted(shared)
    sql = _STANDING.format(names=", ".join("?" * len(names)))
    standing = [row[0] for row in db.conn.execute(sql, names)]
    standing.sort(key=lambda other: -len(shared[other]))
    return [(other, {mark[0] for mark in shared[other]}) for other in standing[:_MOST_CANDIDATES]]


_SAID = (("s", "seller"), ("i", "picture"))


def _is_same_offer(one: Listing, other: Listing) -> bool:
    """Return whether two listings of one site ask about the same for it in the same place."""
    ours, theirs = one.price.yuan, other.price.yuan
    if not ours or not theirs or one.source != other.source:
        return False
    is_here = one.place.raw == other.place.raw != ""
    is_near = abs(ours - theirs) <= Decimal(NEAR_PRICE) * max(ours, theirs)
    return is_here and is_near and len(_words(one)) >= _LONG_ENOUGH


def _marks(listing: Listing) -> Iterator[str]:
    who = listing.seller.site_id or listing.seller.name
    if who:
        yield f"s{_hash(f'{listing.source} {who}')}"
    for url in listing.images[:_MOST_PICTURES]:
        yield f"i{_hash(canonical(url))}"
    least = _least_hashes(_words(listing))
    for band in range(_BANDS if least else 0):
        part = least[band * _ROWS : (band + 1) * _ROWS]
        yield f"t{_hash(f'{band} {part}')}"


def _least_hashes(words: str) -> list[int]:
    """Return the least hash of the text's pieces, for each of a few ways of hashing them."""
    pieces = [
        int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=8).digest(), "big")
        for piece in _pieces(words)
    ]
    if not pieces:
        return []
    return [min((piece * odd + odd) % _PRIME for piece in pieces) for odd in _ODDS]


_PRIME = (1 << 61) - 1
_ODDS = tuple(range(1_000_003, 1_000_003 + 7_919 * _BANDS * _ROWS, 7_919))


def _words(listing: Listing) -> str:
    """Return what is compared: title and text, without marks, blanks and letter case."""
    return _NO_WORD.sub("", f"{listing.title}{listing.text}"[:_LONGEST]).lower()


def _pieces(words: str) -> set[str]:
    return {words[at : at + _PIECE] for at in range(max(1, len(words) - _PIECE + 1)) if words}


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
