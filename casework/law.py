"""Which article for which bird on which day (``data/law.yml``), for the species card.

It tells what the law asks and which paper proves a lawful trade. It never says that
something is unlawful: that is for a person with the right to say so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from keywords.hits import Species
from keywords.lexicon import load as load_lexicon
from pipeline.base.errors import BadInput
from pipeline.base.language import _, of_process
from pipeline.base.settings import shipped

Standing = Literal["I", "II", "sanyou", "cites", "none"]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Words(_Row):
    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


class _Text(_Words):
    begins: date = Field(alias="from")
    ends: date | None = Field(None, alias="to")
    read: str
    source: str

    def is_in_force(self, on: date) -> bool:
        return self.begins <= on and (self.ends is None or on <= self.ends)


class _Article(_Words):
    text: str
    number: str
    standing: tuple[Standing, ...]


class _Way(_Words):
    standing: tuple[Standing, ...]
    lawful: tuple[str, ...] = ()
    can_be: bool
    papers: tuple[str, ...]
    source: str
    read: str


class _Step(_Words):
    standing: tuple[Standing, ...]


class Law(_Row):
    """The file, checked."""

    read: dict[str, _Words]
    texts: dict[str, _Text]
    articles: tuple[_Article, ...]
    ways: tuple[_Way, ...]
    steps: tuple[_Step, ...]
    levels: dict[Standing, _Words]

    @model_validator(mode="after")
    def _names_what_is_there(self) -> "Law":
        for article in self.articles:
            if article.text not in self.texts:
                raise ValueError(f"article {article.number}: there is no text {article.text}")
        marks = [(text.source, text.read) for text in self.texts.values()]
        marks += [(way.source, way.read) for way in self.ways]
        for source, mark in marks:
            if mark not in self.read:
                raise ValueError(f"{source}: there is no mark {mark}")
        for standing in ("I", "II", "sanyou", "cites", "none"):
            if not any(standing in way.standing and not way.lawful for way in self.ways):
                raise ValueError(f"ways: none for {standing}")
            if not any(standing in step.standing for step in self.steps):
                raise ValueError(f"steps: none for {standing}")
        return self


@dataclass(frozen=True, slots=True)
class Article:
    """One article that bears on a bird, in our own words.

    Attributes:
        text: the law, with its version.
        in_force_from, in_force_to: days on which that text holds; None is open.
        checked: how well it was read, in words; it is never "verified" before a lawyer did.
    """

    text: str
    number: str
    summary: str
    in_force_from: date
    in_force_to: date | None
    checked: str
    source: str


@dataclass(frozen=True, slots=True)
class Card:
    """What the species card shows of one bird for one day.

    Attributes:
        standing: I, II, sanyou, cites, none; ``level`` is the word for people.
        list_name, list_on, provenance: the list, its day, where our row comes from.
        cautions: what must be known before anyone cites this (inferred row, list later
            than the day of the act ...).
        can_be_lawful, lawful_way, papers: whether captive-bred trade can be lawful, how,
            and which papers prove it; ``way_checked``: how well that was read.
        next_step: the usual next step.
    """

    name: str
    latin: str
    order: str
    family: str
    trade_names: tuple[str, ...]
    standing: Standing
    level: str
    list_name: str
    list_on: date | None
    provenance: str
    note: str
    cites: str
    is_in_liaoning: bool
    cautions: tuple[str, ...]
    articles: tuple[Article, ...]
    can_be_lawful: bool
    lawful_way: str
    papers: tuple[str, ...]
    way_checked: str
    way_source: str
    next_step: str


@cache
def load(file: Path | None = None) -> Law:
    """Return the law data.

    Raises:
        BadInput: the file holds what it may not.
    """
    path = file or shipped("law.yml")
    try:
        return Law.model_validate(YAML(typ="safe", pure=True).load(path))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(f"{path}:{line}", f"is not YAML: {error.problem}", "mend it") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadInput(str(path), f"{place}: {first['msg']}", "mend that entry") from error


def card(
    names: Iterable[str],
    on_date: date,
    *,
    species: Mapping[str, Species] | None = None,
    language: str = "",
) -> tuple[Card, ...]:
    """Return a card for each bird named, for an act of that day (Asia/Shanghai).

    Args:
        names: Chinese names as a reading gives them; unknown ones give no card.
        on_date: the day of the act: when the listing was seen.
        species: the birds of the lexicon in use; the shipped ones unless given.
        language: "zh" or "en"; of this process unless given.
    """
    known = _shipped_species() if species is None else species
    spoken = language or of_process()
    return tuple(_card(known[name], on_date, spoken) for name in names if name in known)


def standing_of(bird: Species) -> Standing:
    """Return how a bird stands: its level, or "cites" where only the appendices name it."""
    if bird.level == "none":
        return "cites" if bird.cites else "none"
    standings: dict[str, Standing] = {"I": "I", "II": "II", "sanyou": "sanyou"}
    return standings.get(bird.level, "none")


def _card(bird: Species, on: date, language: str) -> Card:
    law, standing = load(), standing_of(bird)
    way = next(
        each
        for each in law.ways
        if standing in each.standing and (not each.lawful or bird.lawful in each.lawful)
    )
    step = next(each for each in law.steps if standing in each.standing)
    return Card(
        name=bird.name,
        latin=bird.latin,
        order=bird.order,
        family=bird.family,
        trade_names=bird.trade_names,
        standing=standing,
        level=law.levels[standing].in_language(language),
        list_name=bird.list_name,
        list_on=bird.list_on,
        provenance=bird.provenance,
        note=bird.note,
        cites=bird.cites,
        is_in_liaoning=bird.liaoning,
        cautions=_cautions(bird, on),
        articles=_articles(law, standing, on, language),
        can_be_lawful=way.can_be,
        lawful_way=way.in_language(language),
        papers=way.papers,
        way_checked=law.read[way.read].in_language(language),
        way_source=way.source,
        next_step=step.in_language(language),
    )


def _articles(law: Law, standing: Standing, on: date, language: str) -> tuple[Article, ...]:
    found = []
    for article in law.articles:
        text = law.texts[article.text]
        if standing in article.standing and text.is_in_force(on):
            found.append(
                Article(
                    text.in_language(language),
                    article.number,
                    article.in_language(language),
                    text.begins,
                    text.ends,
                    law.read[text.read].in_language(language),
                    text.source,
                )
            )
    return tuple(found)


def _cautions(bird: Species, on: date) -> tuple[str, ...]:
    found = []
    if bird.is_inferred:
        found.append(_("本行为推定补入，引用前须与公告核对"))
    if bird.list_on is not None and on < bird.list_on:
        found.append(_("行为日早于该名录公布日，须按当时的名录核对"))
    return tuple(found)


@cache
def _shipped_species() -> Mapping[str, Species]:
    return load_lexicon(shipped("lexicon")).species
