"""What we make of a listing: the words found in it, the reasons to look closer, the score."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from keywords.hits import Hit, Species
from pipeline.listing import Listing

_QUOTED = 3  # words shown as the reason; the others are highlighted in the text anyway
_LISTENS = "listens_to"
LOOKALIKE = "lookalike"
_STRENGTHS = ("strong", "medium", "weak")


@dataclass(frozen=True)
class Reading:
    """A listing and the words of the trade in it.

    Attributes:
        hits: in the order of the fields, then of the text.
        vetoed: names that a look-alike took back (the 画眉 of 画眉笔): shown, never counted.
        lookalikes: the words that took them back.
        species: what the hits may mean, by Chinese name.
    """

    listing: Listing
    hits: tuple[Hit, ...]
    vetoed: tuple[Hit, ...] = ()
    lookalikes: tuple[Hit, ...] = ()
    species: Mapping[str, Species] = field(default_factory=dict)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of words found, "lookalike" among them where one took a name back."""
        kinds = {hit.kind for hit in self.hits}
        if self.lookalikes:
            kinds.add(LOOKALIKE)
        return frozenset(kinds)

    @cached_property
    def _words(self) -> dict[tuple[str, str], dict[str, Hit]]:
        words: dict[tuple[str, str], dict[str, Hit]] = {}
        for hit in self.hits:
            words.setdefault((hit.kind, hit.strength), {}).setdefault(hit.term, hit)
        return words

    def words(self, *kinds: str, strengths: Iterable[str] = _STRENGTHS) -> list[Hit]:
        """Return the hits of these kinds, each term once."""
        words = self._words
        return [
            hit
            for strength in strengths
            for kind in kinds
            if (kind, strength) in words
            for hit in words[kind, strength].values()
        ]

    @cached_property
    def text(self) -> str:
        """Title, text and picture text, as shown, one after the other."""
        listing = self.listing
        return "\n".join(filter(None, (listing.title, listing.text, listing.ocr)))

    def birds_of(self, hits: Iterable[Hit]) -> list[Species]:
        """Return the birds, or groups of birds, that hits may mean."""
        return [self.species[name] for hit in hits for name in hit.species]


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

    @classmethod
    def on(cls, name: str, hits: list[Hit]) -> "Signal | None":
        """Build the signal that rests on these hits, one piece each; none without hits."""
        if not hits:
            return None
        quoted = dict.fromkeys(hit.surface for hit in hits)
        quote = "、".join(list(quoted)[:_QUOTED])
        return cls(name, quote=quote, pieces=len(hits))


Look = Callable[[Reading], Signal | None]


def listens_to(*kinds: str) -> Callable[[Look], Look]:
    """Mark a signal: it is asked only when words of one of these kinds stand in the listing."""

    def marked(look: Look) -> Look:
        setattr(look, _LISTENS, frozenset(kinds))
        return look

    return marked


def kinds_of(look: Look) -> frozenset[str]:
    """Return the kinds of words a signal was marked with."""
    kinds: frozenset[str] = getattr(look, _LISTENS)
    return kinds


@dataclass(frozen=True, slots=True)
class Ranked:
    """A listing with its score and every point of it explained.

    Attributes:
        species: Chinese names of the birds meant, surest first; a group's name ("猫头鹰")
            where no more can be said. Each is a key of ``Lexicon.species``.
        score: 0..100, higher is more suspicious.
        lexicon: version of the lexicon that read it.
    """

    listing: Listing
    hits: tuple[Hit, ...]
    species: tuple[str, ...]
    signals: tuple[Signal, ...]
    score: int
    is_suspicious: bool
    lexicon: str = ""
