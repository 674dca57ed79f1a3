"""Hidden spellings, made by rule from the names themselves and never listed by hand.

Sellers swap one character for its sound (``话眉``, ``h点颏``, ``画mei``), for a picture
(``🔴点颏``), for its parts (``尞鸟哥``), or write the whole name in pinyin.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from itertools import combinations, product
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from keywords.normalise import is_han

_LONG_PINYIN = 6  # letters; shorter ones are everyday abbreviations
_SHORT_PINYIN = 4  # letters; from here to the long ones a spelling is only a hint
_LONGEST_DOING = 4  # characters; longer sayings are not spelt out
_SHORTEST = 2  # characters
_TAKEN_FOR_ONE_ANOTHER = (
    *(("ge", "guo"), ("ke", "qiao"), ("que", "qiao")),
    *(("-in", "-ing"), ("-en", "-eng"), ("zh-", "z-"), ("sh-", "s-"), ("ch-", "c-"), ("l-", "n-")),
)
_BIRDLIKE = frozenset("莺鹦鹉婴武鹊雀鹤鸽鹅鸭鸦鹰雁燕")
"""Characters that a seller takes for another of the same sound, rare as they are elsewhere."""
_NAME = 3  # characters from which one may be an initial alone: h点颏, never h眉


def spellings(
    term: str, splits: Mapping[str, tuple[str, ...]], pictures: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Give ``(spelling, via)`` for a folded name of two or more Chinese characters."""
    if len(term) < 2 or not all(map(is_han, term)):  # noqa: PLR2004 - one character hides nothing
        return
    sounds = lazy_pinyin(term, style=Style.NORMAL)
    if len(sounds) != len(term):
        return
    whole = "".join(sounds)
    if len(whole) >= _LONG_PINYIN:
        yield whole, "pinyin"
    for place, (character, sound) in enumerate(zip(term, sounds, strict=True)):
        head, tail = term[:place], term[place + 1 :]
        yield head + sound + tail, "pinyin"
        if len(term) >= _NAME:
            yield head + sound[0] + tail, "initials"
        for picture in pictures.get(character, ()):
            yield head + picture + tail, "emoji"
    yield from ((spelling, "split") for spelling in _split(term, splits))


def hints(term: str) -> Iterator[tuple[str, str]]:
    """Give the spellings of a folded name that are too short to say it alone.

    ``maque``, ``xsn`` and, of all but the last character the first letters, ``mtying``.
    """
    if len(term) < 2 or not all(map(is_han, term)):  # noqa: PLR2004 - one character hides nothing
        return
    sounds = lazy_pinyin(term, style=Style.NORMAL)
    whole = "".join(sounds)
    if _SHORT_PINYIN <= len(whole) < _LONG_PINYIN:
        yield whole, "pinyin"
    if len(term) >= _NAME:
        initials = "".join(sound[0] for sound in sounds)
        yield initials, "initials"
        if len(sounds[-1]) > 1:
            yield initials[:-1] + sounds[-1], "initials"


def spelt_out(term: str) -> Iterator[tuple[str, str]]:
    """Give a word of doing or of gear in pinyin: ``fangsheng``, ``buniaowang``, ``捕niao网``."""
    if not _SHORTEST <= len(term) <= _LONGEST_DOING or not all(map(is_han, term)):
        return
    sounds = lazy_pinyin(term, style=Style.NORMAL)
    whole = "".join(sounds)
    if len(whole) >= _LONG_PINYIN:
        yield whole, "pinyin"
    if len(term) >= _NAME:
        for place, sound in enumerate(sounds):
            yield term[:place] + sound + term[place + 1 :], "pinyin"


def taken_apart(term: str, splits: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """Give a word of gear or of parts with characters taken apart: ``扌甫鸟网``."""
    if len(term) >= _NAME and all(map(is_han, term)):
        yield from ((spelling, "split") for spelling in _split(term, splits))


class Sounds:
    """Everyday characters by their sound, and the words that a homophone must not be.

    Folding every sound together raises hits by two fifths, nearly all of them false: so one
    character of a name is swapped, for an everyday one, and never into a word of the language.
    """

    _EVERYDAY = 2200  # characters; a seller types what the phone offers
    _OFFERED = 5000  # what it offers further down, for the names that are traded most
    _OFTEN = 30  # times in the corpus of jieba's list: 苍蝇 is a fly, 英武 may be a parrot
    _GRAMMAR = 250  # the commonest, 了 个 是 在: two of them side by side are a sentence

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._common: set[str] = set()
        often: Counter[str] = Counter()
        for line in _dictionary().read_text(encoding="utf-8").splitlines():
            word, count, _ = line.split(" ")
            self._words.add(word)
            if int(count) >= self._OFTEN:
                self._common.add(word)
            for character in word:
                often[character] += int(count)
        self._grammar = {character for character, _ in often.most_common(self._GRAMMAR)}
        everyday = [character for character, _ in often.most_common(self._EVERYDAY)]
        self._everyday = frozenset(everyday)
        self._by_sound = _by_sound(everyday)
        self._further = _by_sound(character for character, _ in often.most_common(self._OFFERED))

    def homophones(self, term: str) -> Iterator[str]:
        """Give the spellings with one character swapped for another of the same sound."""
        sounds = lazy_pinyin(term, style=Style.NORMAL)
        if len(sounds) != len(term) or not self._grammar.isdisjoint(term[-1] + term[0]):
            return
        for place, sound in enumerate(sounds):
            for character in self._by_sound.get(sound, ()):
                if character in self._grammar:
                    continue
                spelling = term[:place] + character + term[place + 1 :]
                if spelling != term and spelling not in self._words:
                    yield spelling

    def loosely(self, name: str) -> Iterator[str]:
        """Give the spellings that only somebody who talks of birds would read as the name.

        One character swapped into a word of the language (英武), or two of them (马却): for
        the names that are traded most, and they count only beside other signs of the trade.
        """
        sounds = lazy_pinyin(name, style=Style.NORMAL)
        if len(sounds) != len(name):
            return
        places = range(len(name))
        for place in places:
            for other in self._near(sounds[place]):
                spelling = name[:place] + other + name[place + 1 :]
                known = self._words if other in self._grammar else self._common
                if other != name[place] and spelling not in known:
                    yield spelling
        for first, second in combinations(places, 2):
            for one, other in product(self._others(name, first), self._others(name, second)):
                spelt = [*name]
                spelt[first], spelt[second] = one, other
                spelling = "".join(spelt)
                if len(name) > _SHORTEST or spelling not in self._words:
                    yield spelling

    def _others(self, name: str, place: int) -> list[str]:
        """Return the everyday characters that sound the same, and the look of a bird's name."""
        (sound,) = lazy_pinyin(name[place], style=Style.NORMAL)
        return [
            other
            for other in self._further.get(sound, ())
            if other != name[place]
            and (other in _BIRDLIKE or (other in self._everyday and other not in self._grammar))
        ]

    def _near(self, sound: str) -> Iterator[str]:
        """Give the characters that sound the same, or nearly so to an ear of the north-east."""
        for heard in dict.fromkeys([sound, *_near(sound)]):
            yield from self._further.get(heard, ())


def _near(sound: str) -> Iterator[str]:
    """Give the sounds that are taken for one another: 八哥 is spelt 八锅, 雀 is spelt 缺."""
    for one, other in _TAKEN_FOR_ONE_ANOTHER:
        for here, there in ((one, other), (other, one)):
            if here[0] == "-" and sound.endswith(here[1:]):
                yield sound.removesuffix(here[1:]) + there[1:]
            elif here[-1] == "-" and sound.startswith(here[:-1]):
                yield there[:-1] + sound.removeprefix(here[:-1])
            elif sound == here:
                yield there


def _by_sound(characters: Iterable[str]) -> dict[str, list[str]]:
    """Return Chinese characters by their sound, without its tone."""
    found: dict[str, list[str]] = {}
    for character in filter(is_han, characters):
        (sound,) = lazy_pinyin(character, style=Style.NORMAL)
        found.setdefault(sound, []).append(character)
    return found


def _dictionary() -> Path:
    """Return jieba's word list, without loading jieba."""
    found = find_spec("jieba")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "dict.txt"


def _split(term: str, splits: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Give the term with one or more of its characters taken apart."""
    ways = [(character, *splits.get(character, ())) for character in term]
    for parts in product(*ways):
        spelling = "".join(parts)
        if spelling != term:
            yield spelling
