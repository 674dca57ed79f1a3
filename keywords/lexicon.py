"""The lexicon: birds, terms and look-alikes read from ``data/``, checked, frozen."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from keywords.hits import Fields, Hit, Species


class LexiconError(ValueError):
    """A lexicon file holds what it may not: file, line, column, what to write instead."""


@dataclass(frozen=True)
class Lexicon:
    """All words of the trade, ready to look for."""

    version: str
    species: Mapping[str, Species]
    terms: Mapping[str, tuple[str, ...]]

    def hits_in(self, fields: Fields) -> tuple[Hit, ...]:
        """Return where words of the lexicon stand, in the order of the text."""
        found = []
        for name, text in fields.items():
            for term, species in self.terms.items():
                at = text.find(term)
                if at >= 0:
                    end = at + len(term)
                    found.append(Hit(term, term, name, at, end, "plain", "bird", species, "strong"))
        return tuple(found)


def load(folder: Path, own: Path | None = None, cache: Path | None = None) -> Lexicon:
    """Read and check the lexicon.

    Raises:
        LexiconError: a file holds what it may not.
    """
    del own, cache
    terms: dict[str, tuple[str, ...]] = {}
    with (folder / "terms.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["kind"] == "bird":
                terms[row["term"]] = tuple(filter(None, row["species"].split(";")))
    return Lexicon("0", MappingProxyType({}), MappingProxyType(terms))
