"""Forms to look for and what each says, in columns: an entry is made where one is asked for."""

from array import array
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from keywords.normalise import is_han


class Entry(NamedTuple):
    """One form to look for and what it says."""

    form: str
    term: str
    kind: str
    species: tuple[str, ...]
    strength: str
    via: str


class Entries:
    """All entries, in the order of their forms' code points.

    70,000 of them as objects took 0.1 s and 30 MB; most are never met.

    Attributes:
        forms: all forms.
        flags: for each form, one character that says what is asked of it (``compiled.py``).
    """

    def __init__(self, kept: dict[str, Any]) -> None:
        """Take what :meth:`packed` gave."""
        self.forms: list[str] = _lines(kept["forms"])
        self.flags: str = kept["flags"]
        self._said = array("I", kept["said"])
        self._terms = _lines(kept["terms"])
        self._hows = array("I", kept["hows"])
        self._how: list[tuple[str, tuple[str, ...], str, str]] = [
            (kind, tuple(species), strength, via) for kind, species, strength, via in kept["how"]
        ]

    @classmethod
    def of(cls, entries: Iterable[Entry], flags: Iterable[str]) -> "Entries":
        """Build it from entries, each form once."""
        rows = sorted(zip(entries, flags, strict=True))
        words: dict[tuple[str, int], int] = {}
        how: dict[tuple[Any, ...], int] = {}
        said = []
        for (_, term, *rest), _ in rows:
            told = how.setdefault(tuple(rest), len(how))
            said.append(words.setdefault((term, told), len(words)))
        return cls(
            {
                "forms": "\n".join([entry.form for entry, _ in rows]),
                "flags": "".join([flag for _, flag in rows]),
                "said": said,
                "terms": "\n".join([term for term, _ in words]),
                "hows": [told for _, told in words],
                "how": list(how),
            }
        )

    def packed(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "forms": "\n".join(self.forms),
            "flags": self.flags,
            "said": list(self._said),
            "terms": "\n".join(self._terms),
            "hows": list(self._hows),
            "how": self._how,
        }

    def __len__(self) -> int:
        """Return how many forms there are."""
        return len(self.forms)

    def __getitem__(self, number: int) -> Entry:
        """Return an entry."""
        said = self._said[number]
        return Entry(self.forms[number], self._terms[said], *self._how[self._hows[said]])

    def __iter__(self) -> Iterator[Entry]:
        """Give every entry."""
        return map(self.__getitem__, range(len(self.forms)))

    def han(self) -> Iterator[str]:
        """Give the words themselves of two Chinese characters and more."""
        for number, form in enumerate(self.forms):
            if len(form) > 1 and all(map(is_han, form)) and self[number].via == "plain":
                yield form


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []
