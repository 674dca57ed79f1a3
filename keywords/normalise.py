"""Folding: what a seller typed, read as plain simplified Chinese and small Latin letters.

Every character is folded by itself, so that the way back to what was typed is a list of
offsets and the time is linear: NFKC, accents and zero-width marks off, traditional to
simplified, rare glyphs to the usual one, small letters; blanks and punctuation vanish.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

_SILENT = frozenset({"Mn", "Me", "Mc", "Cf", "Cc", "Cs", "Co", "Cn"})
_HANGUL = range(0xAC00, 0xD7A4)
_ROUNDS = 4  # glyph -> traditional -> simplified -> its glyph: no chain seen is longer


class Folded(NamedTuple):
    """A folded text and, for each of its characters, the offset it was typed at."""

    text: str
    at: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the typed text of ``text[start:end]`` (not empty)."""
        return self.at[start], self.at[end - 1] + 1


def _is_wide(character: str) -> bool:
    return "\uff01" <= character <= "\uff5e"


def _is_fancy(character: str) -> bool:
    return "\U0001d400" <= character <= "\U0001d7ff" or "\u2460" <= character <= "\u24ff"


def _is_zero_width(character: str) -> bool:
    return unicodedata.category(character) in {"Cf", "Cc", "Mn", "Me"} and character not in "\n\t"


def _is_between(character: str) -> bool:
    return not _speaks(character) and unicodedata.category(character) != "Cs"


_WAYS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("zero_width", _is_zero_width),
    ("inner", _is_between),
    ("fullwidth", _is_wide),
    ("fancy", _is_fancy),
)


class Folding(dict[int, str]):
    """Code point -> what it reads as, empty for what vanishes; filled as characters are met.

    A ``dict`` so that ``str.translate`` can use it.
    """

    def __init__(self, *reads: Mapping[str, str]) -> None:
        super().__init__()
        self._reads = {typed: plain for table in reads for typed, plain in table.items()}
        self._by_character = _ByCharacter(self)

    def __missing__(self, code: int) -> str:
        reads = chr(code)
        for _ in range(_ROUNDS):
            again = "".join(self._once(character) for character in reads)
            if again == reads:
                break
            reads = again
        self[code] = reads
        return reads

    def _once(self, character: str) -> str:
        known = self._reads.get(character)
        if known is not None:
            return known
        if ord(character) in _HANGUL:
            return character
        plain = unicodedata.normalize("NFKD", character).lower()
        return "".join(self._reads.get(part, part) for part in plain if _speaks(part))

    def fold(self, text: str) -> str:
        """Return the folded text alone."""
        return text.translate(self)

    def way(self, surface: str) -> str:
        """Return how a surface hides a term that it folds to."""
        return next((way for way, shows in _WAYS if any(map(shows, surface))), self._way(surface))

    def _way(self, surface: str) -> str:
        changed = any(character in self._reads for character in surface)
        return "traditional" if changed else "plain"

    def folded(self, text: str) -> Folded:
        """Return the folded text with the way back."""
        reads = self._by_character
        parts = [reads[character] for character in text]
        plain = "".join(parts)
        at = [offset for offset, part in enumerate(parts) if part]
        if len(at) != len(plain):  # some characters read as two: ㎏ is kg
            at = [offset for offset, part in enumerate(parts) for _ in part]
        return Folded(plain, at)


class _ByCharacter(dict[str, str]):
    """The same by character: a list of offsets is made without ``ord``."""

    def __init__(self, folding: Folding) -> None:
        super().__init__()
        self._folding = folding

    def __missing__(self, character: str) -> str:
        reads = self[character] = self._folding[ord(character)]
        return reads


def _speaks(character: str) -> bool:
    """Tell letters, figures and pictures from marks, blanks and punctuation."""
    category = unicodedata.category(character)
    return category[0] in "LNS" and category not in _SILENT and not _is_sign(character, category)


def _is_sign(character: str, category: str) -> bool:
    """Tell ``+ ^ ` $ | ~ =`` and their kind, strewn between characters, from pictures."""
    return category in {"Sk", "Sm", "Sc"} or character in "°¦©®"


def is_han(character: str) -> bool:
    """Return whether the character is a Chinese one."""
    return (
        "\u4e00" <= character <= "\u9fff"
        or "\u3400" <= character <= "\u4dbf"
        or "\U00020000" <= character <= "\U0003ffff"
    )
