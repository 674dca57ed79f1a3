"""The plain way to find traders' words: jieba with the terms added, tokens looked up in a set.

Written before ours and never slowed. It knows the same words, reads titles and texts, and calls
a listing suspicious when any name of a bird, or gear, stands among its tokens.
"""

import logging
from collections.abc import Sequence
from typing import Any

import jieba

_TELLING = {"bird", "code", "gear", "lure", "hawk", "part", "egg", "meat"}


class PlainWay:
    """jieba over every text, then one look-up a token."""

    def __init__(self, terms: Sequence[tuple[str, str, str]]) -> None:
        """Take ``(term, kind, strength)``; weak ones are left out, as anybody would."""
        jieba.setLogLevel(logging.WARNING)
        self._tokenizer: Any = jieba.Tokenizer()
        self._tokenizer.initialize()
        self._words = {
            term for term, kind, strength in terms if kind in _TELLING and strength != "weak"
        }
        for word in self._words:
            self._tokenizer.add_word(word)

    def flags(self, texts: Sequence[str]) -> list[bool]:
        """Return, for each text, whether a word of the trade stands in it."""
        words = self._words
        return [any(token in words for token in self._tokenizer.lcut(text)) for text in texts]
