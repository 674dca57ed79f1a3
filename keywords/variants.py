"""Hidden spellings, made by rule from the names themselves and never listed by hand.

Sellers swap one character for its sound (``h点颏``, ``画mei``), for a picture (``🔴点颏``),
for its parts (``尞鸟哥``), or write the whole name in pinyin. Homophones (``话眉``) are not
made here: they are heard, see :mod:`keywords.sounds`.
"""

from collections.abc import Iterator, Mapping
from itertools import product

from pypinyin import Style, lazy_pinyin

from keywords.normalise import is_han

_LONG_PINYIN = 6  # letters; shorter ones are everyday abbreviations
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


def _split(term: str, splits: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Give the term with one or more of its characters taken apart."""
    ways = [(character, *splits.get(character, ())) for character in term]
    for parts in product(*ways):
        spelling = "".join(parts)
        if spelling != term:
            yield spelling
