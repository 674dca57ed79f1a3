"""A list as a file: CSV, a workbook, JSON lines of one array, an Atom feed.

What a seller wrote stays text: nothing in it is ever a formula, a control character or markup.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from pipeline.base.clock import beijing_iso

Line = tuple[str | int, ...]

_BEGINS_A_FORMULA = re.compile(r"^[\s;,\"']*[=+\-@＝＋－＠]|^[\t\r\n]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767


def safe(text: str) -> str:
    """Return a text that no table calculates with: an apostrophe stands before a formula."""
    clean = _NOT_IN_XML.sub("", text)
    return f"'{clean}" if _BEGINS_A_FORMULA.search(clean) else clean


def as_csv(heads: Sequence[str], lines: Iterable[Line]) -> bytes:
    """Return a table that Excel opens as UTF-8; ids stay text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(heads)
    for line in lines:
        writer.writerow([safe(each) if isinstance(each, str) else each for each in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def as_xlsx(heads: Sequence[str], lines: Iterable[Line]) -> bytes:
    """Return a workbook of one sheet; every text is stored as text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Shouyi")
    for line in (heads, *lines):
        cells = []
        for each in line:
            told = _NOT_IN_XML.sub("", each)[:_LONGEST_CELL] if isinstance(each, str) else each
            cell = WriteOnlyCell(sheet, value=told)
            if isinstance(told, str):
                cell.data_type = "s"  # openpyxl makes a formula of "=..."
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_json(names: Sequence[str], lines: Iterable[Line]) -> bytes:
    """Return one array of objects."""
    rows = [dict(zip(names, line, strict=True)) for line in lines]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def as_atom(
    title: str, address: str, updated: datetime, entries: Iterable[tuple[str, str, datetime, str]]
) -> bytes:
    """Return a feed; an entry is address, title, time, summary."""

    def clean(text: str) -> str:
        return escape(_NOT_IN_XML.sub("", text))

    told = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{clean(title)}</title><id>{clean(address)}</id>",
        f"<updated>{beijing_iso(updated)}</updated>",
    ]
    for link, name, at, summary in entries:
        told.append(
            f"<entry><title>{clean(name)}</title><id>{clean(link)}</id>"
            f"<link href={quoteattr(link)}/><updated>{beijing_iso(at)}</updated>"
            f"<summary>{clean(summary)}</summary></entry>"
        )
    return "\n".join([*told, "</feed>", ""]).encode("utf-8", "replace")


TABLES: dict[str, tuple[str, Callable[[Sequence[str], Iterable[Line]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_xlsx,
    ),
}
