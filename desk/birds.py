"""The birds a listing names, as a card shows them: level, list, law."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from desk.language import mark as _
from keywords.hits import Species
from pipeline.base.settings import Settings
from pipeline.score import load_reader

LIST_LEVELS = {"I": _("国家一级"), "II": _("国家二级"), "sanyou": _("三有")}


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a law, with the date of the text that is quoted."""

    heading: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Bird:
    """One species as the card shows it."""

    name: str
    latin: str = ""
    level: str = ""
    cites: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)
    articles: list[Article] = field(default_factory=list)


class Birds:
    """The birds of the lexicon, read when first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _species(self) -> dict[str, Species]:
        return dict(load_reader(self._settings).lexicon.species)

    @cached_property
    def _by_level(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for name, species in self._species.items():
            found.setdefault(species.level, []).append(name)
        return {level: tuple(names) for level, names in found.items()}

    def level(self, name: str) -> str:
        """Return the level of a bird: "I", "II", "sanyou", or "" where it is on no list."""
        species = self._species.get(name)
        return species.level if species and species.level in LIST_LEVELS else ""

    def on_level(self, level: str) -> tuple[str, ...]:
        """Return the birds on a level."""
        return self._by_level.get(level, ())

    def cards(self, names: tuple[str, ...], *, on: datetime) -> list[Bird]:
        """Return the card of each bird, as the law stands on a day."""
        return [self._card(name, on) for name in names]

    def _card(self, name: str, _on: datetime) -> Bird:
        species = self._species.get(name)
        if species is None:
            return Bird(name)
        return Bird(name, species.latin, self.level(name), species.cites)
