"""Word boundaries where a term may stand by chance. jieba is loaded at the first doubt."""

import logging
import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any


class Context:
    """Decides by jieba, with the lexicon's own words added, whether a span is a word."""

    def __init__(self, words: Iterable[str], version: str, cache: Path | None) -> None:
        self._words = frozenset(words)
        self._version = version
        self._cache = cache
        self._jieba: Any = None
        self._tokens = lru_cache(maxsize=4096)(self._cut)

    @property
    def is_loaded(self) -> bool:
        """Whether anything was ambiguous so far."""
        return self._jieba is not None

    def is_word(self, block: str, start: int, end: int) -> bool:
        """Return whether ``block[start:end]`` is made of whole words of the block.

        A span inside one longer word of the lexicon counts too: 画眉 in 出画眉.
        """
        begins: set[int] = set()
        at = 0
        for token in self._tokens(block):
            begins.add(at)
            behind = at + len(token)
            if at <= start and end <= behind and token in self._words:
                return True
            at = behind
        begins.add(at)
        return start in begins and end in begins

    def knows(self, word: str) -> bool:
        """Return whether jieba's own dictionary has the word."""
        return word not in self._words and bool(self._loaded().FREQ.get(word))

    def _cut(self, block: str) -> tuple[str, ...]:
        return tuple(self._loaded().cut(block, HMM=False))

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
