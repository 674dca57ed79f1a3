"""Word boundaries where a term may stand by chance. jieba is loaded at the first doubt."""

import logging
import math
import os
import re
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

_PLAIN = re.compile("[\u4e00-\u9fd5]*")  # what jieba cuts by its dictionary alone


class Context:
    """Decides by jieba, with the lexicon's own words added, whether a span is a word."""

    def __init__(self, words: Iterable[str], version: str, cache: Path | None) -> None:
        self._given = words
        self._version = version
        self._cache = cache
        self._jieba: Any = None
        self._logs: dict[int, float] = {}
        self._tokens = self._cut
        self._places = lru_cache(maxsize=4096)(self._placed)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(self._given)

    @property
    def is_loaded(self) -> bool:
        """Whether anything was ambiguous so far."""
        return self._jieba is not None

    def forget(self) -> None:
        """Forget the runs cut so far."""
        self._places.cache_clear()

    def is_word(self, block: str, start: int, end: int) -> bool:
        """Return whether ``block[start:end]`` is made of whole words of the block.

        A span inside one longer word of the lexicon counts too: 画眉 in 出画眉.
        """
        begins, known = self._places(block)
        if start in begins and end in begins:
            return True
        return any(begin <= start and end <= behind for begin, behind in known)

    def _placed(self, block: str) -> tuple[frozenset[int], tuple[tuple[int, int], ...]]:
        """Return where words of the block begin, and where words of the lexicon stand."""
        places = [0, *accumulate(map(len, self._tokens(block)))]
        known = [span for span in pairwise(places) if block[slice(*span)] in self._words]
        return frozenset(places), tuple(known)

    def tokens(self, block: str) -> tuple[str, ...]:
        """Return a run of characters cut into words."""
        return self._tokens(block)

    def how_often(self, word: str) -> int:
        """Return how often jieba's own dictionary counts a word; 0 where it has it not."""
        return int(self._loaded().FREQ.get(word) or 0)

    def knows(self, word: str) -> bool:
        """Return whether jieba's own dictionary has the word."""
        return word not in self._words and bool(self._loaded().FREQ.get(word))

    def _cut(self, block: str) -> tuple[str, ...]:
        """Cut as ``jieba.cut(block, HMM=False)`` does, five times as fast on plain Chinese.

        The same sums of the same logarithms in the same order, so that ties fall alike; a test
        holds both against each other.
        """
        jieba = self._loaded()
        if _PLAIN.fullmatch(block) is None:
            return tuple(jieba.cut(block, HMM=False))
        frequencies, logs = jieba.FREQ, self._logs
        size = len(block)
        best, goes = [0.0] * (size + 1), [0] * size
        for at in range(size - 1, -1, -1):
            end = at + 1
            highest = -math.inf
            frequency = frequencies.get(block[at])
            while frequency is not None:
                if frequency:
                    whole = (logs.get(frequency) or self._log(frequency)) + best[end]
                    if whole >= highest:
                        highest, goes[at] = whole, end
                if end == size:
                    break
                end += 1
                frequency = frequencies.get(block[at:end])
            if not goes[at]:  # a character that begins no word counts as one seen once
                highest, goes[at] = self._log(1) + best[at + 1], at + 1
            best[at] = highest
        words = []
        at = 0
        while at < size:
            words.append(block[at : goes[at]])
            at = goes[at]
        return tuple(words)

    def _log(self, frequency: int) -> float:
        total: int = self._loaded().total
        made = self._logs[frequency] = math.log(frequency) - math.log(total)
        return made

    def _loaded(self) -> Any:
        if self._jieba is None:
            self._jieba = self._load()
        return self._jieba

    def _writable(self) -> Path | None:
        """Return our own folder; none where nothing can be written: that costs time only."""
        if self._cache is None:
            return None
        with suppress(OSError):
            self._cache.mkdir(parents=True, exist_ok=True)
            return self._cache if os.access(self._cache, os.W_OK) else None
        return None

    def _load(self) -> Any:
        import jieba  # noqa: PLC0415 - 1.3 s and 85 MB: only when a hit is ambiguous

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        # jieba's own default is a fixed name in the shared temp folder
        with tempfile.TemporaryDirectory(prefix="shouyi-") as passing:
            tokenizer.tmp_dir = str(self._writable() or passing)
            tokenizer.cache_file = "jieba.cache"
            tokenizer.initialize()
        for word in sorted(self._words):
            if word not in tokenizer.FREQ:
                tokenizer.add_word(word)
        return tokenizer
