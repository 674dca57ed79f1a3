"""Words that sound or look like a known bird's name, and are not in the lexicon."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from casework.words.judged import Clause
from casework.words.separating import COUNTING
from keywords.kinds import CONFUSER
from keywords.lexicon import Lexicon
from keywords.normalise import is_han
from keywords.rows import rows_of
from pipeline.base.settings import shipped

_SIZES = (2, 3, 4)
_COLUMNS = ("character", "parts", "source")
_OF_BIRDS = frozenset("鸟隹")  # half of all names have one of them
_NAMES = frozenset({"bird", "code"})


@dataclass(frozen=True, slots=True)
class Disguise:
    """The name that a word stands for, and by which way: "homophone" or "shape"."""

    name: str
    species: tuple[str, ...]
    way: str


class Disguises:
    """Knows the names of birds that are traded by their sound, without tones, and their shape."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._known = {entry.form for entry in lexicon.entries()}
        self._fold = lexicon.fold
        self._by_sound: dict[tuple[str, ...], Disguise] = {}
        self._by_gap: dict[tuple[int, str], list[tuple[str, Disguise]]] = {}
        self._parts = {
            row["character"]: frozenset(row["parts"])
            for row in rows_of(shipped("lexicon", "splits.csv"), _COLUMNS)
        }
        for entry in lexicon.entries():
            if entry.via != "plain" or entry.kind == CONFUSER or entry.kind not in _NAMES:
                continue
            traded = any(lexicon.species[bird].traded for bird in entry.species)
            if not traded or len(entry.form) not in _SIZES or not all(map(is_han, entry.form)):
                continue
            self._by_sound.setdefault(
                _sounds(entry.form), Disguise(entry.term, entry.species, "homophone")
            )
            for place, character in enumerate(entry.form):
                rest = entry.form[:place] + "\0" + entry.form[place + 1 :]
                shape = Disguise(entry.term, entry.species, "shape")
                self._by_gap.setdefault((place, rest), []).append((character, shape))

    def in_clause(self, clause: Clause) -> Iterator[tuple[str, Disguise]]:
        """Give what stands for a name in a clause, where no known word does."""
        taken = {place for span in clause.known for place in span}
        text = clause.text
        for start in range(len(text) - 1):
            for size in _SIZES:
                word = text[start : start + size]
                if len(word) < size or not all(map(is_han, word)):
                    break
                if not taken.isdisjoint(range(start, start + size)):
                    break
                meant = self.of(word)
                if meant is not None:
                    yield word, meant

    def of(self, word: str) -> Disguise | None:
        """Return what a word stands for; None where it is known, or like no name."""
        form = self._fold(word)
        if form in self._known or not COUNTING.isdisjoint(form):
            return None
        return self._by_sound.get(_sounds(form)) or self._of_shape(form)

    def _of_shape(self, form: str) -> Disguise | None:
        for place, character in enumerate(form):
            rest = form[:place] + "\0" + form[place + 1 :]
            for meant, disguise in self._by_gap.get((place, rest), ()):
                if self._are_alike(character, meant):
                    return disguise
        return None

    def _are_alike(self, one: str, other: str) -> bool:
        mine, its = self._parts.get(one, frozenset(one)), self._parts.get(other, frozenset(other))
        return one != other and not (mine - _OF_BIRDS).isdisjoint(its - _OF_BIRDS)


@lru_cache(maxsize=65536)
def _sounds(form: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(form, style=Style.NORMAL))
