"""What we make of a listing: the words found in it, the reasons to look closer, the score."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

from keywords.hits import Hit, Species
from pipeline.counting import stands_counted
from pipeline.listing import Listing
from pipeline.offering import SUM, stands_on_offer

_QUOTED = 3  # words shown as the reason; the others are highlighted in the text anyway
_LISTENS = "listens_to"
LOOKALIKE = "lookalike"
_TAKEN_BACK = (LOOKALIKE, "strong")
_STRENGTHS = ("strong", "medium", "weak")
_SURE = ("strong", "medium")


_TELLING = frozenset(
    (kind, strength)
    for kind in ("keep", "hawk", "release", "fight", "ship", "gear", "lure", "wild", "nopapers")
    for strength in ("strong", "medium")
) | {("hush", "strong"), ("gift", "strong"), ("egg", "strong"), ("meat", "strong")}


class Reading:
    """A listing and the words of the trade in it. Made once, then only looked at.

    Attributes:
        hits: in the order of the fields, then of the text.
        vetoed: names that a look-alike took back (the 画眉 of 画眉笔): shown, never counted.
        lookalikes: the words that took them back.
        species: what the hits may mean, by Chinese name.
        kinds: kinds and strengths of the words found; ``("lookalike", "strong")`` among
            them where one took a name back.
    """

    __slots__ = (
        *("_fields", "_is_priced", "_keys", "_text", "_words"),
        *("hits", "kinds", "listing", "lookalikes", "species", "vetoed"),
    )

    def __init__(
        self,
        listing: Listing,
        hits: tuple[Hit, ...],
        *,
        vetoed: tuple[Hit, ...] = (),
        lookalikes: tuple[Hit, ...] = (),
        species: Mapping[str, Species] = MappingProxyType({}),
    ) -> None:
        self.listing = listing
        self._text: str | None = None
        self._fields: dict[str, str] | None = None
        self._is_priced: bool | None = None
        self.hits = hits
        self.vetoed = vetoed
        self.lookalikes = lookalikes
        self.species = species
        words: dict[tuple[str, str], dict[str, Hit]] = {}
        for hit in hits:
            key = hit.kind, hit.strength
            said = words.get(key)
            if said is None:
                words[key] = {hit.term: hit}
            else:
                said.setdefault(hit.term, hit)
        self._words = words
        self.kinds, self._keys = _keys_of(frozenset([*words, _TAKEN_BACK] if lookalikes else words))

    def words(self, *kinds: str, strengths: tuple[str, ...] = _STRENGTHS) -> list[Hit]:
        """Return the hits of these kinds, each term once."""
        words = self._words
        asked = kinds, strengths
        keys = self._keys.get(asked)
        if keys is None:
            keys = tuple(key for key in product(strengths, kinds) if key[::-1] in words)
            keys = self._keys[asked] = tuple((kind, strength) for strength, kind in keys)
        found: list[Hit] = []
        for key in keys:
            found += words[key].values()
        return found

    def is_name(self, hit: Hit) -> bool:
        """Return whether a hint of a name may be meant as one.

        A short word that only sounds like a name, or holds its first letters, is one where
        keepers' talk, falconry, release, fights or transport of live animals stand near, or a
        count of birds right beside it.
        """
        return (
            hit.strength != "weak"
            or hit.via not in {"homophone", "initials"}
            or not _TELLING.isdisjoint(self.kinds)
            or self._stands_traded(hit)
        )

    def _stands_traded(self, hit: Hit) -> bool:
        """Return whether a count, a price or a word of trade stands right beside a word."""
        text = self.fields.get(hit.field, "")
        return stands_counted(text, hit.start, hit.end) or stands_on_offer(text, hit.start, hit.end)

    @property
    def is_priced(self) -> bool:
        """Return whether a name of a bird is offered, or a sum is said, in the words themselves."""
        if self._is_priced is None:  # two signals ask, and looking takes as long as ten others
            texts = self.fields
            self._is_priced = SUM.search(self.text) is not None or any(
                stands_on_offer(texts.get(hit.field, ""), hit.start, hit.end)
                for hit in self.words("bird", "code")
            )
        return self._is_priced

    @property
    def is_offer_of_a_bird(self) -> bool:
        """Return whether a bird is named for sure and traded in words that mean it.

        Everyday goods beside it (a phone to swap for, the cage it sits in) then weigh once.
        """
        return (
            bool(
                self.words("bird", "code", "hawk", strengths=_SURE)
                and self.words("sell", "buy", "swap", "ship", "gift", strengths=_SURE)
            )
            or ("gift", "strong") in self.kinds
        )

    @property
    def fields(self) -> dict[str, str]:
        """The fields in which words are looked for; a dozen signals ask."""
        if self._fields is None:
            self._fields = self.listing.words()
        return self._fields

    @property
    def text(self) -> str:
        """Title, text and picture text, as shown, one after the other."""
        if self._text is None:
            listing = self.listing
            self._text = "\n".join(filter(None, (listing.title, listing.text, listing.ocr)))
        return self._text

    def birds_of(self, hits: Iterable[Hit]) -> list[Species]:
        """Return the birds, or groups of birds, that hits may mean."""
        return [self.species[name] for hit in hits for name in hit.species]


_Kinds = frozenset[tuple[str, str]]
_Keys = dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[tuple[str, str], ...]]


@lru_cache(maxsize=4096)
def _keys_of(kinds: _Kinds) -> tuple[_Kinds, _Keys]:
    """Return the set of kinds kept once, and which of them each question of a signal meets.

    Readings with the same kinds share the answers: a signal asks by 2 to 30 pairs of kind and
    strength, most of which are not there.
    """
    return kinds, {}


class Signal(NamedTuple):
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
        if len(hits) == 1:
            return cls(name, 0.0, "", hits[0].surface, 1)
        quoted = dict.fromkeys([hit.surface for hit in hits])
        return cls(name, 0.0, "", "、".join(list(quoted)[:_QUOTED]), len(hits))


Look = Callable[[Reading], Signal | None]


def listens_to(*kinds: str, strengths: Iterable[str] = _STRENGTHS) -> Callable[[Look], Look]:
    """Mark a signal: it is asked only when words of these kinds and strengths are there."""

    def marked(look: Look) -> Look:
        setattr(look, _LISTENS, frozenset(product(kinds, strengths)))
        return look

    return marked


def kinds_of(look: Look) -> frozenset[tuple[str, str]]:
    """Return the kinds and strengths of words a signal was marked with."""
    kinds: frozenset[tuple[str, str]] = getattr(look, _LISTENS)
    return kinds


_FIELDS = ("listing", "hits", "species", "signals", "score", "is_suspicious", "lexicon")
_Told = tuple[str, ...] | Callable[[], tuple[str, ...]]
_Why = tuple[Signal, ...] | Callable[[], tuple[Signal, ...]]


class Ranked:
    """A listing with its score and every point of it explained.

    The score is there at once. Names and sentences may come as functions: they are made when
    they are first asked for, which for most listings of a night nobody does.

    Attributes:
        species: Chinese names of the birds meant, surest first; a group's name ("猫头鹰")
            where no more can be said. Each is a key of ``Lexicon.species``.
        score: 0..100, higher is more suspicious.
        lexicon: version of the lexicon that read it.
    """

    __slots__ = ("_signals", "_species", "hits", "is_suspicious", "lexicon", "listing", "score")

    def __init__(  # noqa: PLR0917 - a record
        self,
        listing: Listing,
        hits: tuple[Hit, ...],
        species: _Told,
        signals: _Why,
        score: int,
        is_suspicious: bool,  # noqa: FBT001 - its last two fields
        lexicon: str = "",
    ) -> None:
        self.listing = listing
        self.hits = hits
        self._species = species
        self._signals = signals
        self.score = score
        self.is_suspicious = is_suspicious
        self.lexicon = lexicon

    @property
    def species(self) -> tuple[str, ...]:
        """The birds meant, surest first."""
        told = self._species
        if not isinstance(told, tuple):
            told = self._species = told()
        return told

    @property
    def signals(self) -> tuple[Signal, ...]:
        """The reasons, each with its points and its sentence."""
        why = self._signals
        if not isinstance(why, tuple):
            why = self._signals = why()
        return why

    def _replace(self, **changes: Any) -> "Ranked":
        """Return a copy with other values in some fields, as a named tuple does."""
        named = dict(zip(_FIELDS, self._all(), strict=True))
        return Ranked(**{**named, **changes})

    def _all(self) -> tuple[object, ...]:
        told = self.listing, self.hits, self.species, self.signals
        return *told, self.score, self.is_suspicious, self.lexicon

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ranked) and self._all() == other._all()

    __hash__ = None  # type: ignore[assignment]  # a listing holds a mapping

    def __repr__(self) -> str:
        return "Ranked({!r}, {!r}, {!r}, {!r}, {!r}, {!r}, {!r})".format(*self._all())
