"""Words that separate confirmed listings from cleared ones.

The measure is the log-odds of a word among confirmed and cleared sellers, with a Dirichlet
prior made of how often everybody says it, divided by its own uncertainty. A seller counts
once, however often he repeats himself.

Source: Monroe, Colaresi, Quinn, "Fightin' Words" (Political Analysis 16, 2008), section 3.5.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from casework.words.judged import Clause, Said
from casework.words.proposal import Proposal, Use, proposal
from keywords.changes import Line
from keywords.context import Context
from keywords.lexicon import Lexicon
from keywords.normalise import is_han

FEWEST_SELLERS = 3
SURE = 1.64
"""Of the measure: one in twenty words that say nothing would reach it."""
_PRIOR = 10.0  # what everybody says weighs as much as ten sellers
_LONGEST, _SHORTEST, _MOST_TOKENS = 6, 2, 3
_EVERYDAY = 4000  # in jieba's own count, where 自己 has 90,933 and 画眉 97
COUNTING = frozenset("一二两三四五六七八九十百千万几半第")
_SHARE = 0.6  # of the listings that must name one bird for a word to be its code


def separating(
    every: Sequence[Said], everybody: Sequence[Said], lexicon: Lexicon, cut: Context
) -> Iterator[Proposal]:
    """Give the words that separate, the surest first, then what names stand in only by chance.

    Args:
        every: judged listings.
        everybody: others: how often a word is said anyway.
        lexicon: its words are left out.
        cut: cuts runs of characters into words.
    """
    crowd = _Crowd(
        len({said.seller for said in every if said.is_true}),
        len({said.seller for said in every if not said.is_true}),
        len(everybody),
    )
    uses = _uses(every, lexicon, cut, _words)
    spoken = _spoken(everybody, [*uses])
    found = []
    for word, use in uses.items():
        measure = crowd.measure(use, spoken.get(word, 0))
        if abs(measure) >= SURE:
            found.append((measure, word, use))
    for measure, word, use in sorted(found, key=lambda one: (-abs(one[0]), -len(one[1]), one[1])):
        yield _of_trade(word, measure, use) if measure > 0 else _of_honesty(word, measure, use)
    around = _uses(every, lexicon, cut, _around_names)
    for word, use in sorted(around.items(), key=lambda one: (-len(one[1].cleared), one[0])):
        if not use.confirmed:
            line = Line(do="lookalike", term=word, kind="word", source=use.source())
            yield proposal(line, "lookalike", crowd.measure(use, 0), use, is_true=False)


@dataclass(frozen=True, slots=True)
class _Crowd:
    """How many sellers were confirmed, how many cleared, and how many others were heard."""

    confirmed: int
    cleared: int
    others: int

    def measure(self, use: Use, spoken: int) -> float:
        whole = self.confirmed + self.cleared + self.others
        said = len(use.confirmed), len(use.cleared)
        prior = (sum(said) + spoken) / max(1, whole)
        return measured(*said, (self.confirmed, self.cleared), prior)


def _uses(
    every: Iterable[Said],
    lexicon: Lexicon,
    cut: Context,
    words_of: Callable[[Clause, Context], Iterator[str]],
) -> dict[str, Use]:
    """Return who says which word that is not in the lexicon, where enough sellers do."""
    known = {entry.form for entry in lexicon.entries()}
    uses: dict[str, Use] = defaultdict(Use)
    for said in every:
        for clause in said.clauses:
            for word in words_of(clause, cut):
                uses[word].take(said)
    return {
        word: use
        for word, use in uses.items()
        if max(len(use.confirmed), len(use.cleared)) >= FEWEST_SELLERS
        and cut.how_often(word) < _EVERYDAY
        and COUNTING.isdisjoint(word)
        and lexicon.fold(word) not in known
    }


def measured(confirmed: int, cleared: int, of: tuple[int, int], prior: float) -> float:
    """Return how surely a word separates, in standard deviations; above 0 it speaks for trade.

    Args:
        confirmed: sellers who say it in confirmed listings; ``cleared`` likewise.
        cleared: the same of cleared ones.
        of: how many sellers there are of each.
        prior: the share of everybody who says it, 0..1.
    """
    weight = _PRIOR * min(max(prior, 1e-4), 0.99)
    odds = [
        math.log((said + weight) / (whole + _PRIOR - said - weight))
        for said, whole in zip((confirmed, cleared), of, strict=True)
    ]
    return (odds[0] - odds[1]) / math.sqrt(1 / (confirmed + weight) + 1 / (cleared + weight))


def _spoken(everybody: Iterable[Said], words: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for said in everybody:
        for word in words:
            if word in said.text:
                found[word] += 1
    return found


def _words(clause: Clause, cut: Context) -> Iterator[str]:
    """Give the words, and two or three of them side by side, where no known word stands."""
    taken = {place for span in clause.known for place in span}
    for start, end in _runs(clause, cut):
        if taken.isdisjoint(range(start, end)):
            yield clause.text[start:end]


def _around_names(clause: Clause, cut: Context) -> Iterator[str]:
    """Give what a bird's name stands in, a little longer than the name itself."""
    taken = {place for span in clause.known for place in span}
    for start, end in _runs(clause, cut):
        for name in clause.names:
            rest = {*range(start, name.start), *range(name.stop, end)}
            if start <= name.start and name.stop <= end and rest and taken.isdisjoint(rest):
                yield clause.text[start:end]


def _runs(clause: Clause, cut: Context) -> Iterator[tuple[int, int]]:
    ends = [0]
    for token in cut.tokens(clause.text):
        ends.append(ends[-1] + len(token))
    for first in range(len(ends) - 1):
        for last in range(first + 1, min(first + _MOST_TOKENS, len(ends) - 1) + 1):
            start, end = ends[first], ends[last]
            word = clause.text[start:end]
            if _SHORTEST <= len(word) <= _LONGEST and all(map(is_han, word)):
                yield start, end


def _of_trade(word: str, measure: float, use: Use) -> Proposal:
    named: dict[str, int] = defaultdict(int)
    for said in use.shown[True]:
        for bird in said.species[:1]:
            named[bird] += 1
    bird, count = max(named.items(), key=lambda one: one[1], default=("", 0))
    if count >= _SHARE * len(use.shown[True]) and count >= FEWEST_SELLERS:
        line = Line(
            do="add", term=word, kind="code", species=bird, strength="weak", source=use.source()
        )
    else:
        line = Line(do="add", term=word, kind="hush", strength="weak", source=use.source())
    return proposal(line, "trade", measure, use, is_true=True)


def _of_honesty(word: str, measure: float, use: Use) -> Proposal:
    line = Line(do="add", term=word, kind="wares", strength="weak", source=use.source())
    return proposal(line, "honest", measure, use, is_true=False)
