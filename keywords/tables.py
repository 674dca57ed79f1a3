"""The tables of ``data/lexicon/`` (and of a bureau's own folder), checked against one another."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import opencc

from keywords.hits import Species
from keywords.kinds import BIRD_SLOT, KINDS, STRENGTHS
from keywords.normalise import Folding
from keywords.rows import LexiconError, Row, near, rows_of

SPECIES_COLUMNS = (
    *("name", "latin", "order", "family", "level", "list", "list_on", "cites", "group"),
    *("lawful", "liaoning", "traded", "note", "provenance", "latin_provenance"),
)
GROUP_COLUMNS = ("name", "latin", "members", "source")
TERM_COLUMNS = ("term", "kind", "species", "strength", "region", "is_not", "source")
CONFUSER_COLUMNS = ("word", "kind", "source")
RETIRED_COLUMNS = ("word", "source")
GLYPH_COLUMNS = ("glyph", "reads", "why")

TERM_FILES = ("terms.csv", "against.csv")
LEVELS = ("I", "II", "sanyou", "none")
_PATTERN = re.compile(r"\\|[.][*+?]|\[.*\]|\(\?|\^|\$|\||\{\d")
CONFUSER_KINDS = (
    *("idiom", "person", "word", "cosmetic", "brand", "fish", "dog", "sport", "plant", "food"),
    *("stone", "art", "toy", "media", "place", "clothing", "tool", "cageware", "talk"),
)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the lexicon."""

    term: str
    kind: str
    species: tuple[str, ...]
    strength: str
    region: str = ""
    is_not: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables, checked. ``terms`` and ``confusers`` are keyed by their folded form."""

    species: Mapping[str, Species]
    terms: Mapping[str, Term]
    confusers: Mapping[str, tuple[str, str]]
    after: Mapping[str, str]
    before: Mapping[str, str]
    simplified: Mapping[str, str]
    glyphs: Mapping[str, str]


def read_tables(folder: Path, own: Path | None) -> Tables:
    """Read and check everything.

    Raises:
        LexiconError: a file holds what it may not.
    """
    glyphs = _glyphs(folder / "glyphs.csv")
    settled = set(glyphs.values())  # OpenCC would turn 鵟 into the 𫛭 that we read as 鵟
    simplified = {
        typed: reads for typed, reads in simplified_characters().items() if typed not in settled
    }
    folding = Folding(simplified, glyphs)
    species = _species(folder / "species.csv")
    species |= _groups(folder / "groups.csv", species)
    terms = _terms(folder, species, folding)
    if not terms:
        raise LexiconError(f"{folder / 'terms.csv'}:1:1", "the lexicon is empty", "add a term")
    if own is not None:
        terms |= _terms(own, species, folding)
    named = _names_as_terms(species, terms, folding)
    gone = _retired(own, folding)
    named = {form: term for form, term in named.items() if form not in gone}
    words, after, before = _confusers(folder, own, named, folding, gone)
    species = _with_trade_names(species, named)
    return Tables(species, named, words, after, before, simplified, glyphs)


def simplified_characters() -> dict[str, str]:
    """Return traditional -> simplified, character by character, as OpenCC has it."""
    ranges = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2FA20))
    every = [chr(code) for start, end in ranges for code in range(start, end)]
    read = opencc.OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {typed: reads for typed, reads in zip(every, read, strict=True) if typed != reads}


def _glyphs(file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows_of(file, GLYPH_COLUMNS):
        if len(row["glyph"]) != 1:
            raise row.wrong("glyph", "is not one character", "write one character")
        if row["glyph"] in found:
            raise row.wrong("glyph", f"{row['glyph']} stands twice", "keep one line")
        if row["glyph"] == row["reads"]:
            raise row.wrong("reads", "is the glyph itself", "write the usual form")
        found[row["glyph"]] = row["reads"]
    return found


def _species(file: Path) -> dict[str, Species]:
    found: dict[str, Species] = {}
    for row in rows_of(file, SPECIES_COLUMNS):
        name = row["name"]
        if not name:
            raise row.wrong("name", "is empty", "write the Chinese name")
        if name in found:
            raise row.wrong("name", f"{name} stands twice", "keep one line")
        level = row.one_of("level", LEVELS)
        found[name] = Species(
            name=name,
            latin=row["latin"],
            order=row["order"],
            family=row["family"],
            level=level,
            list_name=row["list"],
            list_on=_day(row, "list_on", needed=level != "none"),
            note=row["note"],
            cites=row.one_of("cites", ("", "I", "II", "III")),
            liaoning=row.one_of("liaoning", ("", "1")) == "1",
            traded=row.one_of("traded", ("", "1")) == "1",
            group=row["group"],
            lawful=row.one_of("lawful", ("", "domestic", "marked", "farmed")),
            provenance=row["provenance"],
            is_inferred=row["provenance"].startswith("推定"),
        )
    return found


def _day(row: Row, column: str, *, needed: bool) -> date | None:
    value = row[column]
    if not value and not needed:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise row.wrong(column, f"is {value!r}", "write a day such as 2021-02-01") from None


def _groups(file: Path, species: Mapping[str, Species]) -> dict[str, Species]:
    found: dict[str, Species] = {}
    for row in rows_of(file, GROUP_COLUMNS):
        members = tuple(row["members"].split(";"))
        for member in members:
            if member not in species:
                raise row.wrong(
                    "members", f"names {member!r}", f"no such bird{near(member, species)}"
                )
        birds = [species[member] for member in members]
        lowest = max(birds, key=lambda bird: LEVELS.index(bird.level))
        found[row["name"]] = replace(
            lowest,
            name=row["name"],
            latin=row["latin"],
            note=f"类群名，未定种，可能为其中 {len(members)} 种之一；级别按其中最低者",
            lawful="",
            cites="",
            liaoning=any(bird.liaoning for bird in birds),
            traded=any(bird.traded for bird in birds),
            provenance=row["source"],
            is_inferred=False,
            members=members,
        )
    return found


def _terms(folder: Path, species: Mapping[str, Species], folding: Folding) -> dict[str, Term]:
    found: dict[str, Term] = {}
    lines: dict[str, Row] = {}
    for file in (folder / name for name in TERM_FILES):
        if not file.is_file():
            continue
        for row in rows_of(file, TERM_COLUMNS):
            term = term_of(row, species, folding.fold)
            folded = folding.fold(term.term)
            twin = lines.get(folded)
            if twin is not None:
                raise _twins(row, twin)
            lines[folded] = row
            found[folded] = term
    return found


def _twins(row: Row, twin: Row) -> LexiconError:
    there = f"{twin.file.name}:{twin.line}"
    if twin["kind"] == row["kind"] and twin["species"] == row["species"]:
        return row.wrong("term", f"{row['term']!r} already stands at {there}", "keep one line")
    return row.wrong(
        "term",
        f"{row['term']!r} contradicts {there}, which calls it {twin['kind']}",
        "decide for one of the two and delete the other",
    )


def term_of(row: Row, species: Mapping[str, Species], fold: Callable[[str], str]) -> Term:
    """Return the term of a row.

    Raises:
        LexiconError: it holds what it may not.
    """
    text = row["term"]
    if _PATTERN.search(text):
        raise row.wrong("term", f"{text!r} is a pattern", "write the words themselves, one a line")
    folded = fold(text)
    if not folded:
        raise row.wrong(
            "term", f"{text!r} can never match: nothing is left of it", "write letters or signs"
        )
    strength = row.one_of("strength", STRENGTHS)
    if len(folded) == 1 and strength == "strong":
        raise row.wrong(
            "strength",
            f"is strong, but {text!r} is one character",
            "write weak or medium, or a longer term",
        )
    birds = tuple(filter(None, row["species"].split(";")))
    for bird in birds:
        if bird not in species:
            raise row.wrong("species", f"names {bird!r}", f"no such bird{near(bird, species)}")
    kind = row.one_of("kind", KINDS)
    if kind == "bird" and not birds:
        raise row.wrong("species", "is empty", "name the bird or the group it means")
    return Term(text, kind, birds, strength, row["region"], row["is_not"], row["source"])


def _names_as_terms(
    species: Mapping[str, Species], terms: Mapping[str, Term], folding: Folding
) -> dict[str, Term]:
    """Add the birds' own names (Chinese and Latin) to the terms that say nothing of them."""
    named = dict(terms)
    for bird in species.values():
        if bird.name.endswith("类"):
            continue
        strength = "weak" if len(bird.name) == 1 else "medium"
        if len(bird.name) > 2 and not bird.members:  # noqa: PLR2004 - two may stand by chance
            strength = "strong"
        kind = "domestic" if bird.lawful == "domestic" else "bird"
        own = Term(bird.name, kind, (bird.name,), strength, source="名录")
        named.setdefault(folding.fold(bird.name), own)
        if bird.latin.count(" ") == 1 and not bird.members:
            latin = Term(bird.latin, "bird", (bird.name,), "strong", source="学名")
            named.setdefault(folding.fold(bird.latin), latin)
    return named


def _retired(own: Path | None, folding: Folding) -> set[str]:
    """Return the words that a bureau has taken out; one that is not there any more is none."""
    file = own / "retired.csv" if own is not None else None
    if file is None or not file.is_file():
        return set()
    return {form_of(row["word"], folding.fold) for row in rows_of(file, RETIRED_COLUMNS)}


def form_of(word: str, fold: Callable[[str], str]) -> str:
    """Return what a word is compared by; a slot for a bird's name stays one."""
    if word.startswith(BIRD_SLOT):
        return BIRD_SLOT + fold(word.removeprefix(BIRD_SLOT))
    if word.endswith(BIRD_SLOT):
        return fold(word.removesuffix(BIRD_SLOT)) + BIRD_SLOT
    return fold(word)


def _confusers(
    folder: Path,
    own: Path | None,
    terms: Mapping[str, Term],
    folding: Folding,
    gone: set[str],
) -> tuple[dict[str, tuple[str, str]], dict[str, str], dict[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    after: dict[str, str] = {}
    before: dict[str, str] = {}
    for row in _confuser_rows(folder, own):
        word, kind = row["word"], row.one_of("kind", CONFUSER_KINDS)
        if gone and (form_of(word, folding.fold) in gone or _is_idle(word, terms, folding)):
            continue
        if word.startswith(BIRD_SLOT):
            after[folding.fold(word.removeprefix(BIRD_SLOT))] = kind
        elif word.endswith(BIRD_SLOT):
            before[folding.fold(word.removesuffix(BIRD_SLOT))] = kind
        else:
            words[_confuser(row, terms, folding)] = (word, kind)
    if "" in after or "" in before:
        raise LexiconError(f"{folder / 'confusers.csv'}:1:1", f"{BIRD_SLOT} stands alone")
    return words, after, before


def _confuser_rows(folder: Path, own: Path | None) -> Iterator[Row]:
    for place in (folder, own):
        if place is not None and (place / "confusers.csv").is_file():
            yield from rows_of(place / "confusers.csv", CONFUSER_COLUMNS)


def _confuser(row: Row, terms: Mapping[str, Term], folding: Folding) -> str:
    word = row["word"]
    if _PATTERN.search(word):
        raise row.wrong("word", f"{word!r} is a pattern", f"write the word, or {BIRD_SLOT} once")
    folded = folding.fold(word)
    if folded in terms:
        raise row.wrong("word", f"{word!r} is a term: it would be its own confuser", "delete one")
    if not _holds(folded, terms):
        raise row.wrong("word", f"{word!r} holds no term: it can never matter", "delete it")
    return folded


def _is_idle(word: str, terms: Mapping[str, Term], folding: Folding) -> bool:
    """Tell whether a look-alike has nothing to take back, since its word was retired."""
    return BIRD_SLOT not in word and not _holds(folding.fold(word), terms)


def _holds(folded: str, terms: Mapping[str, Term]) -> bool:
    return any(
        folded[start:end] in terms
        for start in range(len(folded))
        for end in range(start + 1, len(folded) + 1)
    )


def _with_trade_names(
    species: Mapping[str, Species], terms: Mapping[str, Term]
) -> dict[str, Species]:
    names: dict[str, list[str]] = {}
    for term in terms.values():
        for bird in term.species:
            if term.kind in {"bird", "code"} and term.term not in {bird, species[bird].latin}:
                names.setdefault(bird, []).append(term.term)
    return {
        name: replace(bird, trade_names=tuple(names.get(name, ())))
        for name, bird in species.items()
    }
