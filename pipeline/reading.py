"""What we make of a listing: the words found in it, the reasons to look closer, the score."""

from dataclasses import dataclass, field
from functools import cached_property

from keywords.hits import Hit, Species
from pipeline.listing import Listing


@dataclass(frozen=True)
class Reading:
    """A listing and the words of the trade in it.

    Attributes:
        hits: in the order of the fields, then of the text.
        vetoed: words that a look-alike took back (the 画眉 of 画眉笔): shown, never counted.
        species: the birds meant, by what the hits say.
    """

    listing: Listing
    hits: tuple[Hit, ...]
    species: tuple[Species, ...] = ()
    vetoed: tuple[Hit, ...] = ()

    @cached_property
    def by_kind(self) -> dict[str, list[Hit]]:
        """The hits sorted by what they say."""
        kinds: dict[str, list[Hit]] = {}
        for hit in self.hits:
            kinds.setdefault(hit.kind, []).append(hit)
        return kinds

    def of(self, *kinds: str) -> list[Hit]:
        """Return the hits of these kinds, in their order."""
        by_kind = self.by_kind
        return [hit for kind in kinds for hit in by_kind.get(kind, ())]


@dataclass(frozen=True, slots=True)
class Signal:
    """One reason to look closer, or one that speaks against it.

    Attributes:
        name: its name in ``data/score.yml``.
        points: log-odds it adds; below zero it lowers the score.
        because: one Chinese sentence that says why.
        quote: the seller's own words it rests on.
        pieces: how many independent pieces it rests on (1 and more).
    """

    name: str
    points: float = 0.0
    because: str = ""
    quote: str = ""
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Ranked:
    """A listing with its score and every point of it explained.

    Attributes:
        species: Chinese names of the birds meant, surest first.
        score: 0..100, higher is more suspicious.
        lexicon: version of the lexicon that read it.
    """

    listing: Listing
    hits: tuple[Hit, ...]
    species: tuple[str, ...]
    signals: tuple[Signal, ...]
    score: int
    is_suspicious: bool
    lexicon: str = field(default="")
