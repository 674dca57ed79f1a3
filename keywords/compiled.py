"""The checked lexicon as plain data, kept in a cache file named by the hash of its sources.

The cache is JSON: it can be read by anyone and runs nothing when read.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from keywords.entries import Entries, Entry
from keywords.forms import is_head, is_unbroken
from keywords.gate import half_tells, tells
from keywords.hits import Species
from keywords.kinds import CONFUSER
from keywords.normalise import Folding, is_han
from keywords.rows import rows_of

__all__ = ["Compiled", "Entry", "compiled"]

if TYPE_CHECKING:
    from keywords.tables import Tables, Term
    from keywords.variants import Sounds

_KEPT = 4  # caches side by side: several homes may share one folder
_HEARD = 3  # characters: longer names are recognised with one of them changed anyway
_SPELT = {"bird", "code"}
_SPELT_OUT = {
    *("sell", "buy", "swap", "ship", "gear", "lure", "release", "part", "egg", "meat"),
    *("wild", "hunt", "hawk", "fight", "nopapers"),
}
_TAKEN_APART = {"gear", "lure", "release", "part"}
_SPLIT_COLUMNS = ("character", "parts", "source")
_HEARD_COLUMNS = ("name", "source")
_PICTURE_COLUMNS = ("picture", "reads", "source")


class Compiled(NamedTuple):
    """All that matching needs."""

    version: str
    species: tuple[Species, ...]
    entries: Entries
    after: Mapping[str, str]
    before: Mapping[str, str]
    reads: Mapping[str, str]


def compiled(folder: Path, own: Path | None, cache: Path | None) -> Compiled:
    """Give the checked lexicon, from the cache where its sources have not changed.

    Raises:
        LexiconError: a file holds what it may not.
    """
    key = _hash(folder, own)
    kept = cache / f"lexicon-{key}.json" if cache is not None else None
    if kept is not None and kept.is_file():
        try:
            return _unpacked(json.loads(kept.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError, OSError):
            pass  # half-written or foreign: it is made again below
    from keywords.tables import read_tables  # noqa: PLC0415 - only where nothing is kept: opencc

    fresh = _compile(key[:8], read_tables(folder, own), folder)
    if kept is not None:
        _keep(kept, fresh)
    return fresh


def _hash(folder: Path, own: Path | None) -> str:
    digest = hashlib.sha256()
    files = sorted(Path(__file__).parent.glob("*.py"))  # what is made of the words is part of it
    for place in (folder, own):  # each in its own order: a home that moves keeps its version
        files += sorted(place.glob("*.csv")) if place is not None else []
    for file in files:
        digest.update(f"{file.name}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _compile(version: str, tables: "Tables", folder: Path) -> Compiled:
    folding = Folding(tables.simplified, tables.glyphs)
    entries: dict[str, Entry] = {}
    for form, (word, kind) in tables.confusers.items():
        entries[form] = Entry(form, word, CONFUSER, (kind,), "strong", "plain")
    for form, term in tables.terms.items():
        entries[form] = Entry(form, term.term, term.kind, term.species, term.strength, "plain")
    for made in _made(tables, folder, folding):
        entries.setdefault(made.form, made)
    reads = {**tables.simplified, **tables.glyphs}
    return Compiled(
        version,
        tuple(tables.species.values()),
        Entries.of(entries.values(), map(_flag, entries.values())),
        tables.after,
        tables.before,
        reads,
    )


def _flag(entry: Entry) -> str:
    asked = (tells(entry), half_tells(entry), is_head(entry), is_unbroken(entry))
    return chr(ord("0") + sum(1 << bit for bit, holds in enumerate(asked) if holds))


def _made(tables: "Tables", folder: Path, folding: Folding) -> Iterator[Entry]:
    """Give the spellings made by rule, the surest way of each word first."""
    from keywords.variants import Sounds, spelt_out, taken_apart  # noqa: PLC0415 - pypinyin: slow

    sounds = Sounds()
    splits = _by_first(folder / "splits.csv", _SPLIT_COLUMNS, folding, turn=False)
    pictures = _by_first(folder / "pictures.csv", _PICTURE_COLUMNS, folding, turn=True)
    for form, term in tables.terms.items():
        if term.strength == "weak":
            continue
        if term.kind in _SPELT_OUT:
            yield from _as(term, "medium", spelt_out(form))
        if term.kind in _TAKEN_APART:
            yield from _as(term, "medium", taken_apart(form, splits))
        if term.kind in _SPELT and any(tables.species[bird].traded for bird in term.species):
            yield from _names_spelt(form, term, splits, pictures, sounds)
    for row in rows_of(folder / "heard.csv", _HEARD_COLUMNS):
        form = folding.fold(row["name"])
        if form not in tables.terms:
            raise row.wrong("name", f"{form!r} is no term", "add it to terms.csv first")
        loose = ((spelling, "homophone") for spelling in sounds.loosely(form))
        yield from _as(tables.terms[form], "weak", loose)


def _names_spelt(
    form: str,
    term: "Term",
    splits: Mapping[str, tuple[str, ...]],
    pictures: Mapping[str, tuple[str, ...]],
    sounds: "Sounds",
) -> Iterator[Entry]:
    """Give the hidden spellings of one name of a bird that is traded."""
    from keywords.variants import hints, spellings  # noqa: PLC0415 - pypinyin is slow, once

    yield from _as(term, "medium", spellings(form, splits, pictures))
    yield from _as(term, "weak", hints(form))
    if 2 <= len(form) <= _HEARD and all(map(is_han, form)):  # noqa: PLR2004 - a name
        strength = "weak" if len(form) == 2 else "medium"  # noqa: PLR2004 - short is chance
        yield from _as(term, strength, ((heard, "homophone") for heard in sounds.homophones(form)))


def _as(term: "Term", strength: str, spelt: Iterable[tuple[str, str]]) -> Iterator[Entry]:
    for spelling, via in spelt:
        yield Entry(spelling, term.term, term.kind, term.species, strength, via)


def _by_first(
    file: Path, columns: tuple[str, ...], folding: Folding, *, turn: bool
) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows_of(file, columns):
        key, value = (folding.fold(row.values[at]) for at in ((1, 0) if turn else (0, 1)))
        if not key or not value:
            raise row.wrong(columns[0], "can never match", "write a letter or a picture")
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _keep(file: Path, made: Compiled) -> None:
    """Write the cache; a cache that cannot be written costs time, not results."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".lexicon-")
        with os.fdopen(handle, "w", encoding="utf-8") as kept:
            json.dump(_packed(made), kept, ensure_ascii=False, separators=(",", ":"))
        Path(name).replace(file)
        for stale in sorted(file.parent.glob("lexicon-*.json"), key=_written)[:-_KEPT]:
            stale.unlink(missing_ok=True)
    except OSError:
        return


def _written(file: Path) -> float:
    with suppress(OSError):
        return file.stat().st_mtime
    return 0.0


def _packed(made: Compiled) -> dict[str, Any]:
    return {
        "version": made.version,
        "species": [_packed_species(bird) for bird in made.species],
        "entries": made.entries.packed(),
        "after": made.after,
        "before": made.before,
        "from": "".join(made.reads),
        "to": list(made.reads.values()),
    }


def _packed_species(bird: Species) -> list[Any]:
    values = [getattr(bird, name) for name in Species.__slots__]
    return [value.isoformat() if isinstance(value, date) else value for value in values]


def _unpacked(kept: Mapping[str, Any]) -> Compiled:
    return Compiled(
        kept["version"],
        tuple(_unpacked_species(values) for values in kept["species"]),
        Entries(kept["entries"]),
        kept["after"],
        kept["before"],
        dict(zip(kept["from"], kept["to"], strict=True)),
    )


def _unpacked_species(values: list[Any]) -> Species:
    named = dict(zip(Species.__slots__, values, strict=True))
    on = named["list_on"]
    named["list_on"] = date.fromisoformat(on) if on else None
    named["trade_names"] = tuple(named["trade_names"])
    named["members"] = tuple(named["members"])
    return Species(**named)
