"""One cheap look at many texts: which of them are worth a full reading.

Nine texts in ten of a night name no bird. They are let go here, joined into one long string,
without a thing being made of them. What the full reading would find is never let go.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

import ahocorasick

from keywords.compiled import Entry
from keywords.kinds import CONFUSER, KINDS, Part
from keywords.normalise import Folding

_BETWEEN = "\x1e"  # the record separator
_NOISE = re.compile(r"[^\w\x1e\u2100-\u2fff\U0001f000-\U0001ffff]+|_+")  # pictures stay
_MARKS = "，。！？、：；（）～“”‘’…—·《》【】「」"
"""Marks of everyday writing; any other is rare enough for the text to be folded."""
_SOMETIMES = {"egg", "hawk", "anybird", "gear"}
_INITIALS = 2  # letters
_EVERYDAY = 2  # characters: 活的, 成品
_BY_CHANCE = {"homophone", "initials"}
_SPELT = {"bird", "code"}
_HALF = {
    *("keep", "hawk", "gear", "lure", "egg", "part", "meat", "hunt", "wild", "release"),
    *("fight", "nopapers", "hush", "ship", "gift", "swap", "life"),
}
"""Kinds of which two different words in one text are worth a full reading."""
_HALF_WHEN_STRONG = {"contact", "claim", "sell", "buy"}
_NEVER = {"life", "place", "contact", "claim", "swap"}


class Gate:
    """Finds any form that could make a text matter."""

    def __init__(
        self, entries: Iterable[Entry], reads: Mapping[str, str], folding: Folding
    ) -> None:
        self._folding = folding
        self._telling = ahocorasick.Automaton()
        for number, entry in enumerate(entries, start=1):
            if _tells(entry):
                self._telling.add_word(entry.form.encode().decode("latin-1"), 0)
            elif _half_tells(entry):
                self._telling.add_word(entry.form.encode().decode("latin-1"), number)
        self._telling.make_automaton()
        changed = "".join(
            sorted(character for character in reads if "\u4e00" <= character <= "\u9fff")
        )
        self._odd = re.compile(rf"[^\x00-\x1d\x1f-\x7f\u4e00-\u9fff{_MARKS}]|[{changed}]")

    def tells(self, text: str) -> bool:
        """Return whether a text is worth a full reading."""
        return self.telling([text])[0]

    def telling(self, texts: Sequence[str]) -> list[bool]:
        """Return, for each text, whether it is worth a full reading."""
        odd = self._odd.search
        fold = self._folding.fold
        plain = [fold(text) if odd(text) else text for text in texts]
        joined = _NOISE.sub("", _BETWEEN.join(plain).lower())
        spelt = joined.encode("utf-8", "replace").decode("latin-1")
        told = [False] * len(texts)
        ends: list[int] = []
        half: dict[int, int] = {}
        for last, number in self._telling.iter(spelt):
            if not ends:
                ends = list(accumulate(len(part) + 1 for part in spelt.split(_BETWEEN)))
            text = bisect_right(ends, last)
            if not number or half.setdefault(text, number) != number:
                told[text] = True
        return told


def _half_tells(entry: Entry) -> bool:
    """Return whether a word is worth a full reading beside another such word."""
    if entry.via in _BY_CHANCE:
        return False  # tens of thousands of them: they count beside a sign of the trade anyway
    if entry.kind in _SPELT and len(entry.form) >= _INITIALS:
        return True
    if entry.kind in _HALF:
        return entry.strength != "weak" and len(entry.form) >= _EVERYDAY
    return entry.kind in _HALF_WHEN_STRONG and entry.strength == "strong"


def _tells(entry: Entry) -> bool:
    """Return whether a word alone is worth a full reading."""
    kind = entry.kind
    if entry.via in _BY_CHANCE and entry.strength == "weak":
        return False
    if kind == CONFUSER or kind in _NEVER or KINDS[kind] is Part.AGAINST:
        return False
    if kind in {"bird", "code", "emoji"}:
        # hm, xy alone are initials of anything
        return not (entry.form.isascii() and len(entry.form) <= _INITIALS)
    if kind in _SOMETIMES:
        return entry.strength != "weak" or kind == "anybird"
    if kind == "keep":
        return entry.strength == "strong" or len(entry.form) > _EVERYDAY
    return entry.strength == "strong"
