"""The plain way to find traders' words: jieba with the terms added, tokens looked up in a set.

Written before ours and never slowed. It knows the same words, reads titles and texts, and calls
a listing suspicious when any name of a bird, or gear, stands among its tokens.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import jieba

_TELLING = {"bird", "code", "gear", "lure", "hawk", "part", "egg", "meat"}
Term = tuple[str, str, str]
"""A term, its kind, its strength."""


class PlainWay:
    """jieba, or its fast twin, over every text, then one look-up a token."""

    def __init__(self, cut: Callable[[str], list[str]], words: set[str]) -> None:
        self._cut = cut
        self._words = words

    def flags(self, texts: Sequence[str]) -> list[bool]:
        """Return, for each text, whether a word of the trade stands in it."""
        words, cut = self._words, self._cut
        return [any(token in words for token in cut(text)) for text in texts]


def by_jieba(terms: Sequence[Term]) -> PlainWay:
    """Return the way everybody takes."""
    jieba.setLogLevel(logging.WARNING)
    tokenizer: Any = jieba.Tokenizer()
    tokenizer.initialize()
    return _with_words(tokenizer.lcut, tokenizer.add_word, terms)


def by_rjieba(terms: Sequence[Term]) -> PlainWay | None:
    """Return the same in Rust; none where the extra ``fast`` is not installed."""
    try:
        import rjieba  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    tokenizer: Any = rjieba.Jieba()
    return _with_words(
        tokenizer.cut,
        lambda word: tokenizer.add_word(word, tokenizer.suggest_freq(word), "n"),
        terms,
    )


def _with_words(
    cut: Callable[[str], list[str]], add: Callable[[str], object], terms: Sequence[Term]
) -> PlainWay:
    """Add the words; weak ones are left out, as anybody would."""
    words = {term for term, kind, strength in terms if kind in _TELLING and strength != "weak"}
    for word in words:
        add(word)
    return PlainWay(cut, words)
