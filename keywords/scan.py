"""Every form of the lexicon looked for in many texts at once, in arrays of code points.

Texts are joined, turned into one array, and each step is done for all characters in one go: fold,
drop what vanishes, ask a small table whether two characters begin any form, ask another about the
third. What is left, about one place a text, is walked down a trie, again for all places together.
The look at a text of 36 characters takes 1 us; with pyahocorasick, and a regular expression
before it, it took 4 (`python -m benchmarks match` prints today's).
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from keywords.normalise import Folding

BETWEEN = "\x1f"  # the unit separator: in no form, and kept when a text is folded
AT_ONCE = 100_000  # characters: the arrays of so many stay near the processor
_UNKNOWN, _EXPANDS, _VANISHES, _OTHER, _BETWEEN, _FIRST = range(6)
_CODE_POINTS = 0x110000
_TABLE = 20  # bits
_SPREAD, _THIRD, _AGAIN = np.uint32(2654435761), np.uint32(7919), np.uint32(31)
_DOWN = np.uint32(32 - _TABLE)
_ENDS_TELLING, _STARTS_TELLING, _ENDS, _STARTS = 1, 2, 4, 8
_GATE = _ENDS_TELLING | _STARTS_TELLING
_ANY = _ENDS | _STARTS
Array = Any
"""numpy's own types say nothing of what is in an array."""


class Scan(NamedTuple):
    """Texts joined, and where forms stand in them.

    Attributes:
        text: as typed, with ``BETWEEN`` around each text.
        folded: the same folded.
        at: for each folded character, the offset in ``text`` it was typed at.
        begins: offset in ``text`` of each text.
        first: index of the first match of each text, and one more behind the last.
        starts, ends, forms: of each match, in ``folded``, from left to right, longest first.
        sure: whether nothing more need be asked of it; of the others, what stands between
            their characters, and around Latin letters.
        lows, highs: of each match, how far Chinese characters go on without a break before
            and behind it; its own start and end where none stands there.
    """

    text: str
    folded: str
    at: list[int]
    begins: list[int]
    first: list[int]
    starts: list[int]
    ends: list[int]
    forms: list[int]
    sure: list[bool]
    lows: list[int]
    highs: list[int]


class Asked(NamedTuple):
    """What is asked of each form, in arrays of bool.

    Attributes:
        tells: alone worth a full reading.
        half_tells: worth one beside another such form.
        heads: says something only where a clause begins.
        unbroken: stands wherever its characters follow one another.
    """

    tells: Array
    half_tells: Array
    heads: Array
    unbroken: Array


class Scanner:
    """A trie over all forms, in arrays."""

    def __init__(self, forms: Sequence[str], asked: Asked, folding: Folding) -> None:
        """Take the forms in the order of their code points."""
        self._folding = folding
        self._asked = asked
        codes = _codes("".join(forms))
        alphabet = np.unique(codes)
        self._width = len(alphabet) + _FIRST
        self._class = np.zeros(_CODE_POINTS, np.uint16)
        self._reads = np.zeros(_CODE_POINTS, np.uint32)
        self._class_of = {chr(code): at for at, code in enumerate(alphabet.tolist(), start=_FIRST)}
        self._class_of[BETWEEN] = _BETWEEN
        self._learn(alphabet.tolist())
        sizes = np.fromiter(map(len, forms), np.int64, len(forms))
        typed = np.zeros(_CODE_POINTS, np.uint16)
        typed[alphabet] = np.arange(_FIRST, self._width)
        self._build(typed.take(codes).astype(np.int64), sizes)

    def _build(self, classes: Array, sizes: Array) -> None:
        begins = np.cumsum(sizes) - sizes
        width = self._width
        alive = np.arange(len(sizes))
        node = classes[begins] if len(sizes) else alive
        keys, ended = [], []
        behind = width
        depth = 1
        while len(alive):
            done = sizes[alive] == depth
            ended.append((node[done], alive[done]))
            alive, node = alive[~done], node[~done]
            if not len(alive):
                break
            key = node * width + classes[begins[alive] + depth]
            is_new = np.concatenate(([True], key[1:] != key[:-1]))
            keys.append(key[is_new])
            node = behind - 1 + np.cumsum(is_new)
            behind += len(keys[-1])
            depth += 1
        self._form_at = np.full(behind, -1, np.int32)
        for nodes, numbers in ended:
            self._form_at[nodes] = numbers
        self._seconds = keys[0] if keys else np.zeros(0, np.int64)
        self._keys = np.concatenate(keys) if keys else self._seconds
        self._tables(classes, sizes, begins)

    def _tables(self, classes: Array, sizes: Array, begins: Array) -> None:
        matters = self._asked.tells | self._asked.half_tells
        single = self._form_at[: self._width]
        self._single = single >= 0
        self._telling_single = self._single & np.append(matters, False)[single]
        self._pairs = np.zeros(1 << _TABLE, np.uint8)
        self._thirds = np.zeros(1 << _TABLE, np.uint8)
        for is_long in (False, True):
            for is_telling in (False, True):
                some = (sizes > 2) if is_long else (sizes == 2)  # noqa: PLR2004 - pairs
                some = np.flatnonzero(some & matters if is_telling else some)
                at = begins[some]
                pair = classes[at].astype(np.uint32) * np.uint32(self._width)
                pair += classes[at + 1].astype(np.uint32)
                if is_long:
                    third = _third(pair, classes[at + 2].astype(np.uint16))
                    self._thirds[third] |= _GATE if is_telling else _ANY
                bit = (1 if is_telling else 4) * (2 if is_long else 1)
                self._pairs[_hash(pair)] |= bit

    def _learn(self, codes: list[int]) -> None:
        for code in codes:
            reads = self._folding[code]
            if not reads:
                self._class[code] = _VANISHES
            elif len(reads) > 1:
                self._class[code] = _EXPANDS
            else:
                self._class[code] = self._class_of.get(reads, _OTHER)
                self._reads[code] = ord(reads)

    def _classes(self, codes: Array) -> Array:
        classes: Array = self._class.take(codes)
        if len(classes) and classes.min() == _UNKNOWN:
            self._learn(np.unique(codes[classes == _UNKNOWN]).tolist())
            classes = self._class.take(codes)
        return classes

    def telling(self, texts: Sequence[str]) -> list[bool]:
        """Return, for each text, whether a telling form, or two that half tell, stand in it."""
        told: list[bool] = []
        for some in _portions(texts):
            told += self._telling(some).tolist()
        return told

    def _telling(self, texts: Sequence[str]) -> Array:
        told = np.zeros(len(texts), bool)
        classes = self._classes(_codes(BETWEEN.join(texts)))
        if not len(classes):
            return told
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        behind = np.cumsum(sizes + 1)
        at = np.flatnonzero(classes != _VANISHES)
        kept = classes.take(at)
        starts, _, forms = self._walk(kept, self._begin(kept, _GATE), self._telling_single)
        text = behind.searchsorted(at[starts], side="right")
        told[text[self._asked.tells[forms]]] = True
        half = self._asked.half_tells[forms]
        if half.any():
            told[_with_two(text[half], forms[half])] = True
        if classes.min() == _EXPANDS:
            odd = np.unique(behind.searchsorted(np.flatnonzero(classes == _EXPANDS), side="right"))
            told[odd] = self._telling([self._folding.fold(texts[at]) for at in odd.tolist()])
        return told

    def scans(self, texts: Sequence[str]) -> Iterator[Scan]:
        """Give where every form stands in the texts, a portion of the texts at a time."""
        for some in _portions(texts):
            yield from self._scans(some)

    def _scans(self, texts: Sequence[str]) -> Iterator[Scan]:
        # two of them: what a text begins with is no neighbour of what the one before ends with
        joined = f"{BETWEEN}{BETWEEN}{(BETWEEN * 2).join(texts)}{BETWEEN}{BETWEEN}"
        codes = _codes(joined)
        classes = self._classes(codes)
        if classes.min() == _EXPANDS:
            if len(texts) > 1:
                half = len(texts) // 2  # one of them in a thousand: the others stay together
                yield from self._scans(texts[:half])
                yield from self._scans(texts[half:])
                return
            folded = self._folding.folded(joined)
            at = np.array(folded.at)
            plain = folded.text
            read = _codes(plain)
            kept = self._classes(read)
        else:
            at = np.flatnonzero(classes != _VANISHES)
            read = self._reads.take(codes.take(at))
            plain = read.tobytes().decode("utf-32-le")
            kept = classes.take(at)
        begins = [0, *accumulate(len(text) + 2 for text in texts)]
        starts, ends, forms = self._walk(kept, self._begin(kept, _ANY), self._single)
        first = at.take(starts)
        is_head = self._asked.heads.take(forms)
        before = starts - 1
        begins_clause = (at.take(before) + 1 < first) | (kept.take(before) == _BETWEEN)
        order = np.lexsort((-ends, starts))
        order = order[(begins_clause | ~is_head)[order]]
        starts, ends, forms, first = starts[order], ends[order], forms[order], first[order]
        lows, highs = _runs(read, at)
        is_whole = at.take(ends - 1) - first == ends - starts - 1
        yield Scan(
            joined,
            plain,
            at.tolist(),
            [begin + 2 for begin in begins[:-1]],
            first.searchsorted(begins).tolist(),
            starts.tolist(),
            ends.tolist(),
            forms.tolist(),
            (is_head[order] | (is_whole & self._asked.unbroken.take(forms))).tolist(),
            lows.take(starts).tolist(),
            highs.take(ends).tolist(),
        )

    def _begin(self, kept: Array, asked: int) -> tuple[Array, Array]:
        """Return where a form of two characters or more may begin, with its first two."""
        pair = kept[:-1].astype(np.uint32)
        pair *= np.uint32(self._width)
        pair += kept[1:]
        hashed = _hash(pair)
        seen: Array = self._pairs.take(hashed)
        seen &= asked
        at = np.flatnonzero(seen)
        seen, pair = seen.take(at), pair.take(at)
        third = self._thirds.take(_third(pair, kept.take(at + 2, mode="clip")))
        goes_on = third & (asked & (_STARTS | _STARTS_TELLING))
        left = np.flatnonzero(goes_on | (seen & (_ENDS | _ENDS_TELLING)))
        return at.take(left), pair.take(left).astype(np.int64)

    def _walk(
        self, kept: Array, begin: tuple[Array, Array], single: Array
    ) -> tuple[Array, Array, Array]:
        """Return start, end and number of every form that begins at these places."""
        alone = np.flatnonzero(single.take(kept))
        starts, ends, forms = [alone], [alone + 1], [self._form_at[kept.take(alone)]]
        at, key = begin
        keys = self._seconds
        depth = 2
        while len(at):
            place = keys.searchsorted(key)
            right = np.flatnonzero(keys.take(place, mode="clip") == key)
            at, node = at.take(right), place.take(right) + self._width
            form = self._form_at.take(node)
            ended = np.flatnonzero(form >= 0)
            starts.append(at.take(ended))
            ends.append(starts[-1] + depth)
            forms.append(form.take(ended))
            goes_on = np.flatnonzero(at + depth < len(kept))
            at, node = at.take(goes_on), node.take(goes_on)
            key = node * self._width + kept.take(at + depth)
            keys = self._keys
            depth += 1
        return np.concatenate(starts), np.concatenate(ends), np.concatenate(forms)


def _runs(read: Array, at: Array) -> tuple[Array, Array]:
    """Return, for each place between characters, where the run of Chinese ones around it is."""
    is_han = (read >= 0x3400) & (read <= 0x9FFF) & ((read <= 0x4DBF) | (read >= 0x4E00))  # noqa: PLR2004
    is_han |= (read >= 0x20000) & (read <= 0x3FFFF)  # noqa: PLR2004 - planes 2 and 3
    places = np.arange(len(at) + 1)
    is_next = np.diff(at) == 1
    goes_left = np.zeros(len(places), bool)
    goes_left[1:-1] = is_next & is_han[:-1]
    goes_right = np.zeros(len(places), bool)
    goes_right[1:-1] = is_next & is_han[1:]
    lows = np.maximum.accumulate(np.where(goes_left, 0, places))
    highs = np.minimum.accumulate(np.where(goes_right, len(at), places)[::-1])[::-1]
    return lows, highs


def _codes(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _hash(pair: Array) -> Array:
    hashed = pair * _SPREAD
    hashed >>= _DOWN
    return hashed


def _third(pair: Array, third: Array) -> Array:
    return _hash(pair * _AGAIN + third * _THIRD)


def _with_two(texts: Array, forms: Array) -> Array:
    """Return the texts, among these, that hold two different forms."""
    order = np.argsort(texts, kind="stable")
    texts, forms = texts[order], forms[order]
    first = np.flatnonzero(np.concatenate(([True], texts[1:] != texts[:-1])))
    least, most = np.minimum.reduceat(forms, first), np.maximum.reduceat(forms, first)
    return texts[first[least != most]]


def _portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give the texts in runs of about so many characters."""
    begin = size = 0
    for at, text in enumerate(texts):
        size += len(text)
        if size > AT_ONCE:
            yield texts[begin : at + 1]
            begin, size = at + 1, 0
    if begin < len(texts):
        yield texts[begin:]
