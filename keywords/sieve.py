"""What of the matches may stay: the longest first, what a look-alike takes back, chance."""

from collections.abc import Mapping
from typing import NamedTuple

from keywords.context import Context
from keywords.entries import Entry
from keywords.forms import Form, Forms
from keywords.kinds import CONFUSER
from keywords.scan import Scan
from keywords.strewn import is_noise

_SHORT = 2
_FAR = 100  # characters on each side that jieba sees of a run without a break
_DENIALS = ("不是", "并非", "非", "不像", "比", "不当")
_TAKEN = frozenset({"bird", "code", "anybird", "domestic", "hawk", "gear"})
"""What a look-alike is worth mentioning for; other words in it just say nothing."""
_NAMES = frozenset({"bird", "code", "domestic"})


class Match(NamedTuple):
    """A form found in a folded text."""

    start: int
    end: int
    form: Form


class Sifted(NamedTuple):
    """Matches that stay, names taken back, and the look-alikes that took them."""

    kept: list[Match]
    taken: list[Match]
    takers: list[Match]


class Sieve:
    """Looks at the matches of a text from left to right, the longer one first.

    Args:
        after, before: words that make a look-alike of the name beside them: 鸟名 + 牌 is a brand.
    """

    def __init__(
        self, forms: Forms, context: Context, after: Mapping[str, str], before: Mapping[str, str]
    ) -> None:
        self._forms = forms
        self._context = context
        self._after = _Neighbours(after, 0)
        self._before = _Neighbours(before, -1)

    def sift(  # noqa: C901, PLR0912 - in one loop: in methods it took twice as long
        self, scan: Scan, first: int, behind: int
    ) -> Sifted:
        """Sort the matches of a text into those that stay and those that do not."""
        forms, folded = self._forms, scan.folded
        kept: list[Match] = []
        taken: list[Match] = []
        takers: list[Match] = []
        reach: dict[str, int] = {}
        shade = shelter = -1
        taker: Match | None = None
        for start, end, number, is_sure, low, high in zip(
            scan.starts[first:behind],
            scan.ends[first:behind],
            scan.forms[first:behind],
            scan.sure[first:behind],
            scan.lows[first:behind],
            scan.highs[first:behind],
            strict=True,
        ):
            form = forms[number]
            if not is_sure and not stands(scan, start, end, form):
                continue
            if form.is_confuser:
                if end > shelter:
                    taker, shelter = Match(start, end, form), end
                continue
            says = form.says
            reached = reach.get(says, -1)
            if end <= reached or (start < reached and not form.is_plain):
                continue  # a longer word of the same kind says it better
            if form.is_against and (
                end <= shade or folded[max(0, start - 2) : start].endswith(_DENIALS)
            ):
                continue  # 不是塑料的: what it is not, speaks for nothing
            match = Match(start, end, form)
            if form.can_be_taken:
                by = taker
                if end > shelter:
                    by = self._around(scan, match, first, behind) if form.kind in _NAMES else None
                if by is not None:
                    if form.kind in _TAKEN:
                        taken.append(match)
                        takers.append(by)
                    continue
            if form.kind == "anybird" and end <= shade:
                continue  # the 鸟 of 捕鸟网
            if form.is_loose and (low < start or end < high):
                begin = max(low, start - _FAR)
                block = folded[begin : min(high, end + _FAR)]
                if not self._context.is_word(block, start - begin, end - begin):
                    continue  # 红子 in 粉红子母扣
            reach[says] = end
            if not form.is_around and end > shade:
                shade = end
            if form.takes and end > shelter:
                taker, shelter = match, end
            kept.append(match)
        return Sifted(kept, taken, list(dict.fromkeys(takers)))

    def _around(self, scan: Scan, match: Match, first: int, behind: int) -> Match | None:
        """Return the look-alike that a name and its neighbour make."""
        text, at = scan.folded, scan.at
        start, end, _ = match
        if text[end] in self._after.nearest and at[end] - at[end - 1] <= _SHORT:
            for size in self._after.sizes:
                kind = self._after.kinds.get(text[end : end + size])
                if kind is not None and not self._is_name_at(scan, end, first, behind):
                    return _lookalike(start, end + size, text, kind)
        if text[start - 1] in self._before.nearest and at[start] - at[start - 1] <= _SHORT:
            for size in self._before.sizes:
                kind = self._before.kinds.get(text[max(0, start - size) : start])
                if kind is not None:
                    return _lookalike(max(0, start - size), end, text, kind)
        return None

    def _is_name_at(self, scan: Scan, offset: int, first: int, behind: int) -> bool:
        """Return whether another name begins at an offset."""
        for at in range(first, behind):
            if scan.starts[at] == offset:
                form = self._forms[scan.forms[at]]
                if form.kind in {"bird", "code"} and (
                    scan.sure[at] or stands(scan, offset, scan.ends[at], form)
                ):
                    return True
        return False


class _Neighbours:
    """Words beside a name, the longest first, and the characters nearest to the name."""

    def __init__(self, kinds: Mapping[str, str], nearest: int) -> None:
        self.kinds = kinds
        self.sizes = sorted(set(map(len, kinds)), reverse=True)
        self.nearest = frozenset(word[nearest] for word in kinds)


def _lookalike(start: int, end: int, text: str, kind: str) -> Match:
    word = text[start:end]
    return Match(start, end, Form(Entry(word, word, CONFUSER, (kind,), "strong", "plain")))


def stands(scan: Scan, start: int, end: int, form: Form) -> bool:
    """Tell a word from chance: whole Latin words, nothing but noise between characters."""
    at = scan.at
    first, last = at[start], at[end - 1]
    typed = form.entry.form
    if typed[0].isascii() and at[start - 1] >= first - 1:
        before = scan.folded[start - 1]
        if before.isascii() and before.isalnum():
            return False
    if typed[-1].isascii() and at[end] <= last + 1:
        behind = scan.folded[end]
        if behind.isascii() and behind.isalnum():
            return False
    return last - first == end - start - 1 or is_noise(scan, start, end)
