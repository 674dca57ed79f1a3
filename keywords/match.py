"""All terms over many texts in one pass, and the hits that stay."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from keywords.compiled import Compiled
from keywords.context import Context
from keywords.forms import Forms
from keywords.hits import Hit
from keywords.normalise import Folding
from keywords.scan import BETWEEN, Asked, Scan, Scanner
from keywords.sieve import Match, Sieve

BETWEEN_FIELDS = BETWEEN
MOST_HITS = 2000  # of one listing: a text that is all terms says no more with the next thousand
_new = tuple.__new__  # a third of the time of calling the class


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
        entries = lexicon.entries
        self._sieve = Sieve(Forms(entries), context, lexicon.after, lexicon.before)
        flags = np.frombuffer(entries.flags.encode(), np.uint8)
        asked = Asked(*(flags & (1 << bit) != 0 for bit in range(len(Asked._fields))))
        self._scanner = Scanner(entries.forms, asked, folding)

    def forget(self) -> None:
        """Forget the runs cut into words so far."""
        self._context.forget()

    def telling(self, texts: Sequence[str]) -> list[bool]:
        """Return, for each text, whether anything in it is worth a full reading."""
        return self._scanner.telling(texts)

    def found_in(self, many: Sequence[Mapping[str, str]]) -> Iterator[Found]:
        """Give what stands in the fields of each, in the order of the text."""
        joined = [
            BETWEEN.join([text.replace(BETWEEN, " ") for text in fields.values()])
            for fields in many
        ]
        listings = iter(many)
        for scan in self._scanner.scans(joined):
            firsts = scan.first
            for number, begin in enumerate(scan.begins):
                fields = next(listings)
                first, behind = firsts[number], firsts[number + 1]
                kept, taken, takers = self._sieve.sift(scan, first, min(behind, first + MOST_HITS))
                starts = [*accumulate([len(text) + 1 for text in fields.values()], initial=begin)]
                names = list(fields)
                yield Found(
                    self._hits(scan, names, starts, kept),
                    self._hits(scan, names, starts, taken) if taken else (),
                    self._hits(scan, names, starts, takers) if takers else (),
                )

    def _hits(
        self, scan: Scan, names: list[str], starts: list[int], matches: list[Match]
    ) -> tuple[Hit, ...]:
        """Turn matches back into places of the fields they stand in."""
        text, at = scan.text, scan.at
        hits = []
        for first, behind, form in matches:
            start, end = at[first], at[behind - 1] + 1
            surface = text[start:end]
            field = bisect_right(starts, start) - 1
            away = starts[field]
            tail = form.tail
            if form.is_plain and surface != form.term:
                tail = (self._folding.way(surface), *tail[1:])
            hits.append(
                _new(Hit, (form.term, surface, names[field], start - away, end - away, *tail))
            )
        return tuple(hits)
