"""The birds of the lexicon as the desk asks for them: their level, and their cards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from casework import law
from casework.law import Card
from keywords.hits import Species

LEVELS = ("I", "II", "sanyou")
"""National key list, first and second level; 三有. In the order of their weight."""


@dataclass(frozen=True, slots=True)
class Bird:
    """A bird as a list names it; ``level`` is one of :data:`LEVELS`, or ""."""

    name: str
    level: str


class Birds:
    """The birds of this home's lexicon, read once."""

    def __init__(self, species: Mapping[str, Species]) -> None:
        self._species = species
        found: dict[str, list[str]] = {}
        for name, bird in species.items():
            found.setdefault(bird.level, []).append(name)
        self._by_level = {level: tuple(names) for level, names in found.items()}

    def named(self, name: str) -> Bird:
        """Return a bird with its level; one the lexicon does not know has none."""
        species = self._species.get(name)
        return Bird(name, species.level if species and species.level in LEVELS else "")

    def on_level(self, level: str) -> tuple[str, ...]:
        """Return the names of the birds on a level."""
        return self._by_level.get(level, ())

    def cards(self, names: Iterable[str], *, on: date, language: str) -> tuple[Card, ...]:
        """Return the card of each bird, by the law of a day (Asia/Shanghai)."""
        return law.card(names, on, species=self._species, language=language)
