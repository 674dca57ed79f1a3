"""Which texts a change of the lexicon can touch at all: the others read as before."""

import re
from collections.abc import Iterable

import ahocorasick

from keywords.changes import Line
from keywords.kinds import BIRD_SLOT
from keywords.lexicon import Lexicon

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)")


class Affected:
    """Knows every form that one lexicon has and the other has not, or has otherwise.

    A text that holds none of them is read alike by both: words, look-alikes and the words
    that jieba is told of stand only where their own characters stand.
    """

    def __init__(self, now: Lexicon, then: Lexicon, lines: Iterable[Line]) -> None:
        forms = {entry.form for entry in set(now.entries()) ^ set(then.entries())}
        slots = (line.term.replace(BIRD_SLOT, "") for line in lines if BIRD_SLOT in line.term)
        forms |= {now.fold(rest) for rest in slots}
        self._fold = now.fold
        self._automaton = ahocorasick.Automaton()
        for form in filter(None, forms):
            self._automaton.add_word(form, form)
        self.is_empty = not len(self._automaton)
        if not self.is_empty:
            self._automaton.make_automaton()

    def touches(self, content: str) -> bool:
        """Tell whether a listing, as the store keeps it (JSON), may now read otherwise."""
        if self.is_empty:
            return False
        folded = self._fold(_ESCAPE.sub("", content))
        return next(self._automaton.iter(folded), None) is not None
