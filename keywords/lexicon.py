"""The lexicon: birds, terms and look-alikes read from ``data/``, checked, frozen."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from keywords.compiled import Compiled, compiled
from keywords.context import Context
from keywords.entries import Entries, Entry
from keywords.hits import Fields, Hit, Species
from keywords.kinds import CONFUSER
from keywords.match import BETWEEN_FIELDS, NOTHING, Found, Matcher
from keywords.normalise import Folding
from keywords.rows import LexiconError

__all__ = ["Lexicon", "LexiconError", "load"]


class Lexicon:
    """All words of the trade, ready to look for. Frozen: read it, share it.

    Attributes:
        version: short hash of all its files, printed on every hit.
        species: birds and groups of birds by Chinese name.
        members: the birds of each group, by the group's name.
    """

    def __init__(self, made: Compiled, cache: Path | None = None) -> None:
        self.version = made.version
        self.species: Mapping[str, Species] = MappingProxyType(
            {bird.name: bird for bird in made.species}
        )
        self.members: Mapping[str, tuple[str, ...]] = MappingProxyType(
            {bird.name: bird.members for bird in made.species if bird.members}
        )
        self._entries = made.entries
        self._folding = Folding(made.reads, {BETWEEN_FIELDS: BETWEEN_FIELDS})
        self._matcher = Matcher(
            made, self._folding, Context(made.entries.han(), made.version, cache)
        )

    def hits_in(self, fields: Fields) -> tuple[Hit, ...]:
        """Return where words of the lexicon stand, in the order of the text.

        Nothing stands in a text that names no bird, nothing of one, and nothing that
        birds are caught with.
        """
        return self.read(fields).hits

    def read(self, fields: Fields) -> Found:
        """Return the hits, and the names that a look-alike took back."""
        if not self.telling([" ".join(fields.values())])[0]:
            return NOTHING
        return next(self._matcher.found_in([fields]))

    def telling(self, texts: Sequence[str]) -> list[bool]:
        """Return, for each text, whether it is worth a full :meth:`read_closely`."""
        return self._matcher.telling(texts)

    def forget(self) -> None:
        """Forget what was remembered of texts read before, so that each is read as new."""
        self._matcher.forget()

    def read_closely(self, fields: Fields) -> Found:
        """Return what :meth:`read` gives, for a text known to tell something."""
        return next(self._matcher.found_in([fields]))

    def read_many(self, many: Sequence[Fields]) -> Iterator[Found]:
        """Give what :meth:`read_closely` gives for each."""
        return self._matcher.found_in(many)

    def entries(self) -> Entries:
        """Return every form that is looked for, made ones and look-alikes included."""
        return self._entries

    def terms(self) -> tuple[Entry, ...]:
        """Return the words themselves, without the spellings made from them."""
        return tuple(
            entry for entry in self._entries if entry.via == "plain" and entry.kind != CONFUSER
        )

    def fold(self, text: str) -> str:
        """Return a text as it is compared: simplified, small letters, nothing between."""
        return self._folding.fold(text)


def load(folder: Path, own: Path | None = None, cache: Path | None = None) -> Lexicon:
    """Read and check the lexicon; a bureau's own terms add to, or replace, those shipped.

    Args:
        folder: the shipped ``data/lexicon``.
        own: the bureau's own folder, of the same shape; may be missing.
        cache: where what was checked is kept, and jieba's dictionary.

    Raises:
        LexiconError: a file holds what it may not: ``file:line:column: what; mend``.
    """
    if own is not None and not own.is_dir():
        own = None
    return Lexicon(compiled(folder, own, cache), cache)
