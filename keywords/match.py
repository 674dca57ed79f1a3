"""All terms over a text in one pass, then what may stay: boundaries, look-alikes, longest first."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from keywords.compiled import Compiled, Entry
from keywords.context import Context
from keywords.gate import half_tells, tells
from keywords.hits import Hit
from keywords.kinds import CONFUSER, KINDS, Part
from keywords.normalise import Folding, is_han
from keywords.scan import BETWEEN, Scan, Scanner

BETWEEN_FIELDS = BETWEEN
MOST_HITS = 2000  # of one listing: a text that is all terms says no more with the next thousand
_STOPS = frozenset("，,。.！!？?；;：:、\n\r（）()【】[]《》<>“”\"'…")
_SHORT = 2
_FRAMES = frozenset({"】【", "）（", ")(", "][", "」「", "』『", "》《", "〕〔", "”“"})
"""What stands between characters that are framed one by one: 【八】【哥】."""
_FAR = 100  # characters on each side that jieba sees of a run without a break
_LOOSE_KINDS = frozenset({"bird", "code", "anybird", "domestic"})
_LOOSE_WHEN_MEDIUM = frozenset({"keep", "hawk", "gear", "hunt", "wild", "egg", "part", "meat"})
_DENIALS = ("不是", "并非", "非", "不像", "比", "不当")
_TAKEN = frozenset({"bird", "code", "anybird", "domestic", "hawk", "gear"})
"""What a look-alike is worth mentioning for; other words in it just say nothing."""
_TAKERS = frozenset({"cage", "toy", "art", "media", "wares", "org", "sport", "person", "deter"})
_NAMES = frozenset({"bird", "code", "domestic"})
_SAME_BIRD = {"code": "bird", "emoji": "bird"}
"""Kinds whose overlapping words name one bird: the 眉鸟 of 画眉鸟 is no second one."""
_CLAUSE_HEADS = frozenset({"sell", "buy", "swap", "ship"})


class _Form:
    """A form in the automaton, with all that is asked of it worked out beforehand."""

    __slots__ = (
        "entry",
        "is_against",
        "is_around",
        "is_han",
        "is_head",
        "is_loose",
        "kind",
        "size",
    )

    def __init__(self, entry: Entry) -> None:
        form, kind = entry.form, entry.kind
        part = None if kind == CONFUSER else KINDS[kind]
        self.entry = entry
        self.kind = kind
        self.size = len(form)
        self.is_head = self.size == 1 and kind in _CLAUSE_HEADS
        self.is_han = not form[0].isascii() and not form[-1].isascii() and not self.is_head
        self.is_loose = self.size > 1 and kind != CONFUSER and _is_loose(entry)
        self.is_against = part is Part.AGAINST
        self.is_around = part is Part.AROUND


class Match(NamedTuple):
    """A form found in a folded text, before anything is decided."""

    start: int
    end: int
    form: _Form


class Found(NamedTuple):
    """What one reading of a text gives.

    Attributes:
        hits: what may stay.
        vetoed: names of birds that a look-alike took back.
        lookalikes: the words that took them back.
    """

    hits: tuple[Hit, ...]
    vetoed: tuple[Hit, ...]
    lookalikes: tuple[Hit, ...]


NOTHING = Found((), (), ())


class Matcher:
    """The trie over every form of every term, and the rules that come after it."""

    def __init__(self, lexicon: Compiled, folding: Folding, context: Context) -> None:
        self._folding = folding
        self._context = context
        self._after = lexicon.after
        self._before = lexicon.before
        self._longest = max(map(len, [*lexicon.after, *lexicon.before]), default=0)
        entries = sorted(lexicon.entries)
        self._forms = [_Form(entry) for entry in entries]
        self._is_plain = np.array([form.is_han for form in self._forms], bool)
        self._scanner = Scanner(
            [entry.form for entry in entries],
            [tells(entry) for entry in entries],
            [half_tells(entry) for entry in entries],
            folding,
        )

    def telling(self, texts: Sequence[str]) -> list[bool]:
        """Return, for each text, whether anything in it is worth a full reading."""
        return self._scanner.telling(texts)

    def found_in(self, many: Sequence[Mapping[str, str]]) -> Iterator[Found]:
        """Give what stands in the fields of each, in the order of the text."""
        joined = [
            BETWEEN_FIELDS.join([text.replace(BETWEEN_FIELDS, " ") for text in fields.values()])
            for fields in many
        ]
        listings = iter(many)
        for scan in self._scanner.scans(joined):
            for number, begin in enumerate(scan.begins):
                fields = next(listings)
                found = self._matches(scan, scan.first[number], scan.first[number + 1])
                kept, taken, takers = self._sifted(scan, found)
                starts = [*accumulate(map(_size, fields.values()), initial=begin)]
                hits = _Hits(list(fields), starts, scan, self._folding)
                yield Found(hits.of(kept), hits.of(taken), hits.of(takers))

    def _matches(self, scan: Scan, first: int, behind: int) -> list[Match]:
        forms = self._forms
        found = []
        for start, end, number, is_whole in zip(
            scan.starts[first:behind],
            scan.ends[first:behind],
            scan.forms[first:behind],
            scan.whole[first:behind],
            strict=True,
        ):
            form = forms[number]
            if (form.is_han and is_whole) or self._stands(
                scan, start, end, form, is_whole=is_whole
            ):
                found.append(Match(start, end, form))
                if len(found) >= MOST_HITS:
                    break
        return found

    def _stands(self, scan: Scan, start: int, end: int, form: _Form, *, is_whole: bool) -> bool:
        """Tell a word from chance: whole Latin words, nothing but noise between characters."""
        at = scan.at
        first, last = at[start], at[end - 1]
        if form.is_head:
            # 出, 收, 求 say something only where a clause begins
            return at[start - 1] + 1 < first or scan.folded[start - 1] == BETWEEN_FIELDS
        typed = form.entry.form
        if typed[0].isascii() and at[start - 1] >= first - 1:
            before = scan.folded[start - 1]
            if before.isascii() and before.isalnum():
                return False
        if typed[-1].isascii() and at[end] <= last + 1:
            behind = scan.folded[end]
            if behind.isascii() and behind.isalnum():
                return False
        return is_whole or _is_noise(scan, start, end)

    def _sifted(
        self, scan: Scan, matches: list[Match]
    ) -> tuple[list[Match], list[Match], list[Match]]:
        """Sort matches, longest first from left to right, into kept, taken back, and takers."""
        sieve = _Sieve(self, scan, matches)
        sift = sieve.sift
        for match in matches:
            sift(match)
        return sieve.kept, sieve.taken, list(dict.fromkeys(sieve.takers))

    def form_around(self, scan: Scan, match: Match, starts: Callable[[int], bool]) -> Match | None:
        """Return the look-alike that a name and its neighbour make: 鸟名 + 牌 is a brand."""
        text, at = scan.folded, scan.at
        start, end = match.start, match.end
        if end < len(at) and at[end] - at[end - 1] <= _SHORT:
            for size in range(self._longest, 0, -1):
                kind = self._after.get(text[end : end + size])
                if kind is not None and not starts(end):
                    return self._form(start, min(end + size, len(text)), text, kind)
        if start and at[start] - at[start - 1] <= _SHORT:
            for size in range(self._longest, 0, -1):
                kind = self._before.get(text[max(0, start - size) : start])
                if kind is not None:
                    return self._form(max(0, start - size), end, text, kind)
        return None

    @staticmethod
    def _form(start: int, end: int, text: str, kind: str) -> Match:
        word = text[start:end]
        return Match(start, end, _Form(Entry(word, word, CONFUSER, (kind,), "strong", "plain")))

    def is_chance(self, scan: Scan, match: Match) -> bool:
        """Return whether the term only seems to stand there: 红子 in 粉红子母扣."""
        text, at = scan.folded, scan.at
        left = match.start and at[match.start - 1] + 1 == at[match.start]
        right = match.end < len(at) and at[match.end - 1] + 1 == at[match.end]
        if not (left and is_han(text[match.start - 1])) and not (right and is_han(text[match.end])):
            return False
        block_start, block_end = _block(scan, match)
        return not self._context.is_word(
            text[block_start:block_end], match.start - block_start, match.end - block_start
        )


class _Hits:
    """Matches turned back into places of the fields they stand in."""

    def __init__(self, names: list[str], starts: list[int], scan: Scan, folding: Folding) -> None:
        self._names = names
        self._starts = starts
        self._scan = scan
        self._folding = folding

    def of(self, matches: list[Match]) -> tuple[Hit, ...]:
        """Return them as hits."""
        if not matches:
            return ()
        text, at, starts, names = self._scan.text, self._scan.at, self._starts, self._names
        hits = []
        for first, behind, form in matches:
            start, end = at[first], at[behind - 1] + 1
            surface = text[start:end]
            _, term, kind, species, strength, via = form.entry
            if via == "plain" and surface != term:
                via = self._folding.way(surface)
            field = bisect_right(starts, start) - 1
            away = starts[field]
            hits.append(
                Hit(
                    *(term, surface, names[field], start - away, end - away),
                    *(via, kind, species, strength),
                )
            )
        return tuple(hits)


class _Sieve:
    """What of the matches may stay, seen from left to right, the longer one first."""

    def __init__(self, matcher: Matcher, scan: Scan, matches: list[Match]) -> None:
        self.kept: list[Match] = []
        self.taken: list[Match] = []
        self.takers: list[Match] = []
        self._matcher = matcher
        self._scan = scan
        self._matches = matches
        self._reach: dict[str, int] = {}
        self._shade = -1
        self._taker: Match | None = None

    def sift(self, match: Match) -> None:
        """Keep a match, or let it go."""
        end, form = match.end, match.form
        kind = form.kind
        if kind == CONFUSER:
            self._shelter(match)
            return
        says = _SAME_BIRD.get(kind, kind)
        reached = self._reach.get(says)
        if reached is not None and (
            end <= reached or (match.start < reached and form.entry.via != "plain")
        ):
            return  # a longer word of the same kind says it better
        if form.is_against and self._is_denied(match):
            return  # 不是塑料的: what it is not, speaks for nothing
        if (not form.is_against or kind == "domestic") and self._is_taken(match):
            return
        if kind == "anybird" and end <= self._shade:
            return  # the 鸟 of 捕鸟网
        if form.is_loose and self._matcher.is_chance(self._scan, match):
            return
        self._reach[says] = end
        if not form.is_around and end > self._shade:
            self._shade = end
        if kind in _TAKERS:
            self._shelter(match)
        self.kept.append(match)

    def _is_denied(self, match: Match) -> bool:
        """Return whether a word that speaks for an honest reading is denied, or in a longer one."""
        before = self._scan.folded[max(0, match.start - 2) : match.start]
        return match.end <= self._shade or before.endswith(_DENIALS)

    def _shelter(self, match: Match) -> None:
        if self._taker is None or match.end > self._taker.end:
            self._taker = match

    def _is_taken(self, match: Match) -> bool:
        """Return whether a look-alike takes the match back; note both."""
        kind = match.form.kind
        taker = self._taker
        if taker is None or match.end > taker.end:
            if kind not in _NAMES:
                return False
            taker = self._matcher.form_around(self._scan, match, self._starts)
            if taker is None:
                return False
        if kind in _TAKEN:
            self.taken.append(match)
            self.takers.append(taker)
        return True

    def _starts(self, offset: int) -> bool:
        """Return whether another name begins at an offset."""
        return any(
            match.start == offset and match.form.kind in {"bird", "code"} for match in self._matches
        )


def _size(text: str) -> int:
    return len(text) + 1


def _is_loose(entry: Entry) -> bool:
    """Return whether a form is short enough to stand by chance in other words."""
    if entry.kind in _LOOSE_KINDS:
        return len(entry.form) <= _SHORT + (entry.strength != "strong")
    return (
        entry.kind in _LOOSE_WHEN_MEDIUM
        and entry.strength != "strong"
        and len(entry.form) <= _SHORT
    )


def _is_noise(scan: Scan, start: int, end: int) -> bool:
    """Return whether what stands between the characters of a form is strewn, not written.

    ``红.子`` and ``画 眉 鸟`` are names taken apart; ``粉红 子母扣`` and ``红，子`` are not.
    """
    text, at = scan.text, scan.at
    gaps = [text[at[place] + 1 : at[place + 1]] for place in range(start, end - 1)]
    seen = [gap for gap in gaps if gap and not _is_silent(gap)]
    everywhere = len(seen) == len(gaps)
    if not seen or (everywhere and all(gap in _FRAMES for gap in seen)):
        return True
    if not everywhere and len({gap.strip() for gap in seen}) > 1:
        return False
    if everywhere and (_is_framed(seen) or _goes_on(text, at, start, end, seen)):
        return True
    if (not everywhere or end - start <= _SHORT or "\n" in "".join(seen)) and _stops(seen):
        return False
    if everywhere and end - start > _SHORT:
        return True
    # tai ping niao: whole words of Latin letters are told apart before
    return scan.folded[start:end].isascii() or not _is_attached(scan, start, end)


def _stops(gaps: list[str]) -> bool:
    return any(character in _STOPS and character not in ".。" for gap in gaps for character in gap)


def _is_attached(scan: Scan, start: int, end: int) -> bool:
    """Return whether a Chinese character stands right before or right behind the span."""
    at, text = scan.at, scan.folded
    left = start > 0 and at[start - 1] + 1 == at[start] and is_han(text[start - 1])
    right = end < len(at) and at[end - 1] + 1 == at[end] and is_han(text[end])
    return left or right


def _is_framed(gaps: list[str]) -> bool:
    return all(gap in _FRAMES for gap in gaps)


def _goes_on(text: str, at: list[int], start: int, end: int, gaps: list[str]) -> bool:
    """Return whether the mark between the characters stands before or behind the form too.

    灰…机…两…只 is one strewn line; 红，子，is a list.
    """
    mark = gaps[0]
    if set(gaps) != {mark}:
        return False
    behind = [
        text[at[place] + 1 : at[place + 1]] for place in range(end - 1, min(end + 1, len(at) - 1))
    ]
    before = [text[at[place] + 1 : at[place + 1]] for place in range(max(start - 2, 0), start)]
    return [mark, mark] in (behind, before)


def _is_silent(gap: str) -> bool:
    return all(not character.isprintable() and character != "\n" for character in gap) or all(
        ord(character) in _COMBINING for character in gap
    )


_COMBINING = range(0x0300, 0x0370)


def _block(scan: Scan, match: Match) -> tuple[int, int]:
    """Return the run of unbroken characters around a match, at most so far on each side."""
    at, text = scan.at, scan.folded
    start, end = match.start, match.end
    first, last = start - _FAR, end + _FAR
    while start > max(first, 0) and at[start - 1] + 1 == at[start] and is_han(text[start - 1]):
        start -= 1
    while end < min(last, len(at)) and at[end - 1] + 1 == at[end] and is_han(text[end]):
        end += 1
    return start, end
