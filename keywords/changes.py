"""A change to a bureau's own word list: the lines of it, checked, tried aside, written.

A change is a table of what to do with which word::

    do,term,kind,species,strength,region,is_not,source
    add,黄豆眉,code,画眉,medium,,,鞍山花鸟市场 2026-03
    retire,口鸟,,,,,,一季无真命中

``add`` and ``alter`` are for words of the trade, ``lookalike`` for a word that takes a name
back, ``retire`` for either. YAML with the same keys is read too. Applying a change twice is
applying it once.
"""

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from keywords.kinds import BIRD_SLOT, CONFUSER
from keywords.lexicon import Lexicon
from keywords.rows import LexiconError, Row, near, rows_of
from keywords.tables import (
    CONFUSER_COLUMNS,
    CONFUSER_KINDS,
    RETIRED_COLUMNS,
    TERM_COLUMNS,
    form_of,
    term_of,
)

DOINGS = ("add", "alter", "lookalike", "retire")
RESTORE = "restore"
"""Written by us alone, to take a change back: the word is again as it was shipped."""
COLUMNS = ("do", *TERM_COLUMNS)
MOST_LINES = 2000
_LONGEST = 60  # characters; a longer saying is a text, not a word
_FILES = {
    "terms.csv": TERM_COLUMNS,
    "against.csv": TERM_COLUMNS,
    "confusers.csv": CONFUSER_COLUMNS,
    "retired.csv": RETIRED_COLUMNS,
}
Fold = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is done with one word; the fields are those of ``terms.csv``."""

    do: str
    term: str
    kind: str = ""
    species: str = ""
    strength: str = ""
    region: str = ""
    is_not: str = ""
    source: str = ""

    def told(self) -> dict[str, str]:
        """Return it as a plain record, what is empty left out."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Line":
        """Return the line that :meth:`told` gave."""
        return cls(**{field.name: str(told.get(field.name, "")) for field in fields(cls)})


@dataclass(frozen=True)
class _Option(Row):
    """A line typed on the command line or into a form: its places are the names of fields."""

    def where(self, column: str) -> str:
        return "TERM" if column == "term" else f"--{column.replace('_', '-')}"


@dataclass(frozen=True)
class _Item(Row):
    """A line out of a YAML file, each value with its own line and column."""

    at: Mapping[str, tuple[int, int]]

    def where(self, column: str) -> str:
        line, place = self.at.get(column, (self.line, 1))
        return f"{self.file}:{line}:{place}"


def typed(line: Line) -> Row:
    """Return a line that a person typed, to be checked."""
    return _Option(Path("change"), 1, COLUMNS, tuple(getattr(line, name) for name in COLUMNS))


def read_lines(file: Path) -> list[Row]:
    """Return the lines of a CSV or YAML file, not yet checked against the lexicon.

    Raises:
        LexiconError: it cannot be read, or is no table of changes.
    """
    try:
        rows = [*(_items(file) if file.suffix in {".yml", ".yaml"} else rows_of(file, COLUMNS))]
    except OSError as error:
        raise LexiconError(
            str(file), f"cannot be read: {error.strerror}", "name another file"
        ) from error
    if not rows:
        raise LexiconError(f"{file}:2:1", "the change is empty", f"write {','.join(COLUMNS)}")
    if len(rows) > MOST_LINES:
        raise rows[MOST_LINES].wrong("do", f"is line {MOST_LINES + 1} of a change", "split it")
    return rows


def _items(file: Path) -> Iterator[Row]:
    try:
        items = YAML(typ="rt").load(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LexiconError(f"{file}:1:1", "the file is not UTF-8", "save it as UTF-8") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise LexiconError(f"{file}:{where}", f"is not YAML: {error.problem}", "mend it") from error
    if not isinstance(items, CommentedSeq):
        raise LexiconError(f"{file}:1:1", "is no list of lines", "write - {do: add, term: ...}")
    for number, item in enumerate(items):
        line = items.lc.item(number)[0] + 1
        if not isinstance(item, CommentedMap):
            raise LexiconError(f"{file}:{line}:1", "is no line", "write - {do: add, term: ...}")
        for name in item:
            if name not in COLUMNS:
                there = item.lc.key(name)
                raise LexiconError(
                    f"{file}:{there[0] + 1}:{there[1] + 1}",
                    f"{name} is no column",
                    f"write one of {', '.join(COLUMNS)}{near(str(name), COLUMNS)}",
                )
        places = {name: item.lc.value(name) for name in item}
        at = {name: (place[0] + 1, place[1] + 1) for name, place in places.items()}
        yield _Item(file, line, COLUMNS, tuple(_text(item.get(name)) for name in COLUMNS), at)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(map(str, value))
    return "" if value is None else str(value).strip()


def checked(rows: Iterable[Row], lexicon: Lexicon) -> tuple[Line, ...]:
    """Return the lines of a change, each fit for the lexicon as it is today.

    Raises:
        LexiconError: the first that is not, where it stands and what to write instead.
    """
    words = _Words.of(lexicon)
    seen: dict[str, Row] = {}
    lines = []
    for row in rows:
        line = _line(row, words, lexicon)
        form = form_of(line.term, lexicon.fold)
        if form in seen:
            raise row.wrong(
                "term", f"{line.term!r} stands twice (line {seen[form].line})", "keep one line"
            )
        seen[form] = row
        lines.append(line)
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Words:
    """The forms that are there, and what kind each has."""

    terms: Mapping[str, str]
    lookalikes: Mapping[str, str]

    @classmethod
    def of(cls, lexicon: Lexicon) -> "_Words":
        plain = [entry for entry in lexicon.entries() if entry.via == "plain"]
        return cls(
            {entry.form: entry.kind for entry in plain if entry.kind != CONFUSER},
            {entry.form: entry.species[0] for entry in plain if entry.kind == CONFUSER},
        )


def _line(row: Row, words: _Words, lexicon: Lexicon) -> Line:
    do = row.one_of("do", DOINGS)
    form = form_of(row["term"], lexicon.fold)
    if not form.replace(BIRD_SLOT, ""):
        raise row.wrong("term", f"{row['term']!r} holds nothing to look for", "write the word")
    if len(row["term"]) > _LONGEST:
        raise row.wrong("term", f"has {len(row['term'])} characters", f"{_LONGEST} at most")
    if do == "retire":
        if BIRD_SLOT not in form and form not in words.terms and form not in words.lookalikes:
            raise row.wrong(
                "term",
                f"{row['term']!r} is not in the lexicon",
                f"nothing to retire{near(form, words.terms)}",
            )
        return Line(do=do, term=row["term"], source=row["source"])
    if not row["source"]:
        raise row.wrong("source", "is empty", "say where the word was seen, and when")
    if do == "lookalike":
        row.one_of("kind", CONFUSER_KINDS)
        return Line(do=do, term=row["term"], kind=row["kind"], source=row["source"])
    term_of(row, lexicon.species, lexicon.fold)
    if form in words.lookalikes:
        raise row.wrong(
            "term", f"{row['term']!r} is a look-alike: it takes names back", "retire it first"
        )
    if do == "add" and form in words.terms:
        raise row.wrong(
            "term",
            f"{row['term']!r} is there already, as {words.terms[form]}",
            "write alter in place of add",
        )
    if do == "alter" and form not in words.terms:
        raise row.wrong("term", f"{row['term']!r} is not there yet", "write add in place of alter")
    return Line(**{name: row[name] for name in COLUMNS})


def undoing(lines: Iterable[Line], own: Path, fold: Fold) -> tuple[Line, ...]:
    """Return the lines that take these back, from what the own folder holds before them."""
    before = _own_lines(own, fold)
    return tuple(
        before.get(form_of(line.term, fold), Line(do=RESTORE, term=line.term)) for line in lines
    )


def apply(lines: Iterable[Line], own: Path, fold: Fold) -> None:
    """Write a change into the own folder; each file is replaced whole or not at all."""
    lines = tuple(lines)
    forms = {form_of(line.term, fold) for line in lines}
    tables = {name: _values(own / name, columns) for name, columns in _FILES.items()}
    before = {name: list(rows) for name, rows in tables.items()}
    for name, rows in tables.items():
        tables[name] = [row for row in rows if form_of(row[0], fold) not in forms]
    for line in lines:
        if line.do in {"add", "alter"}:
            tables["terms.csv"].append(tuple(getattr(line, name) for name in TERM_COLUMNS))
        elif line.do == "lookalike":
            tables["confusers.csv"].append((line.term, line.kind, line.source))
        elif line.do == "retire":
            tables["retired.csv"].append((line.term, line.source))
    own.mkdir(parents=True, exist_ok=True)
    # what takes a word out is written last: killed between, no word is lost for want of another
    for name, rows in tables.items():
        if rows == before[name]:
            continue
        if rows:
            _write(own / name, _FILES[name], rows)
        else:  # an empty table would make another version of the same lexicon
            (own / name).unlink()


@contextmanager
def staged(lines: Iterable[Line], own: Path, fold: Fold) -> Iterator[Path]:
    """Give a folder that holds the own word list as the change would leave it; then remove it."""
    with tempfile.TemporaryDirectory(prefix="shouyi-words-") as passing:
        folder = Path(passing) / "lexicon"
        folder.mkdir()
        for name in _FILES:
            if (own / name).is_file():
                shutil.copy(own / name, folder / name)
        apply(lines, folder, fold)
        yield folder


def _own_lines(own: Path, fold: Fold) -> dict[str, Line]:
    found = {}
    for name in ("terms.csv", "against.csv"):
        for values in _values(own / name, TERM_COLUMNS):
            told = dict(zip(TERM_COLUMNS, values, strict=True))
            found[form_of(values[0], fold)] = Line(do="add", **told)
    for word, kind, source in _values(own / "confusers.csv", CONFUSER_COLUMNS):
        found[form_of(word, fold)] = Line(do="lookalike", term=word, kind=kind, source=source)
    for word, source in _values(own / "retired.csv", RETIRED_COLUMNS):
        found[form_of(word, fold)] = Line(do="retire", term=word, source=source)
    return found


def _values(file: Path, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [row.values for row in rows_of(file, columns)] if file.is_file() else []


def _write(file: Path, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "wb") as half:
            half.write(text.getvalue().encode())
            half.flush()
            os.fsync(half.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
