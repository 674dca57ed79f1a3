"""Tables of the lexicon read row by row, each value knowing where it stands."""

import csv
import difflib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Reader as CsvReader


class LexiconError(ValueError):
    """A lexicon file holds what it may not; prints as one sentence.

    Attributes:
        where: ``file:line:column``.
        what: what is wrong there.
        mend: what to write instead; may be empty.
    """

    def __init__(self, where: str, what: str, mend: str = "") -> None:
        self.where = where
        self.what = what
        self.mend = mend
        super().__init__(where, what, mend)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f"; {self.mend}" if self.mend else "")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    file: Path
    line: int
    columns: tuple[str, ...]
    values: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return self.values[self.columns.index(column)]

    def where(self, column: str) -> str:
        """Return ``file:line:column`` of a value."""
        return f"{self.file}:{self.line}:{self.columns.index(column) + 1}"

    def wrong(self, column: str, what: str, mend: str = "") -> LexiconError:
        """Build the error that points at a value."""
        return LexiconError(self.where(column), f"{column} {what}", mend)

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        """Return the value, which must be one of those allowed.

        Raises:
            LexiconError: it is not; the sentence names the nearest one.
        """
        value = self[column]
        choices = list(allowed)
        if value not in choices:
            listed = ", ".join(choice or '""' for choice in choices)
            raise self.wrong(
                column, f"is {value!r}", f"write one of {listed}{near(value, choices)}"
            )
        return value


def near(value: str, choices: Iterable[str]) -> str:
    """Return `` (did you mean "x"?)``, or nothing where nothing is near."""
    nearest = difflib.get_close_matches(value, list(choices), n=1, cutoff=0.5)
    return f' (did you mean "{nearest[0]}"?)' if nearest else ""


def rows_of(file: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    """Read a table whose first line is ``columns``.

    Raises:
        LexiconError: not UTF-8, other columns, a line with more or fewer values.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise LexiconError(
            f"{file}:{line}:1", "the file is not UTF-8", "save it as UTF-8"
        ) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise LexiconError(f"{file}:{line}:1", "holds a NUL character", "take it out")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from _checked(file, lines, columns)
    except csv.Error as error:
        raise LexiconError(f"{file}:{lines.line_num}:1", f"is not CSV: {error}") from error


def _checked(file: Path, lines: "CsvReader", columns: tuple[str, ...]) -> Iterator[Row]:
    head = next(lines, None)
    if head is None:
        raise LexiconError(f"{file}:1:1", "the file is empty", f"begin with {','.join(columns)}")
    if tuple(head) != columns:
        raise LexiconError(
            f"{file}:1:1", f"the columns are {','.join(head)}", f"write {','.join(columns)}"
        )
    for values in lines:
        if not values:
            continue
        if len(values) != len(columns):
            raise LexiconError(
                f"{file}:{lines.line_num}:{min(len(values), len(columns))}",
                f"the line has {len(values)} values",
                f"give {len(columns)}: {','.join(columns)}",
            )
        yield Row(file, lines.line_num, columns, tuple(value.strip() for value in values))
