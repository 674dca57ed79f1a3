"""The proof of patrol as a file: a calendar in colours, and every cell with run and reason."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from casework.coverage import BEST_FIRST, Coverage, Seen, share
from pipeline.base.errors import BadInput
from pipeline.base.language import _

WORDS: dict[Seen, str] = {
    "finds": _("有发现"),
    "empty": _("确无信息"),
    "thin": _("偏少"),
    "blocked": _("受阻"),
    "failed": _("未读成"),
    "missed": _("未巡查"),
    "pending": _("待巡查"),
    "-": _("未到期"),
}
_COLOURS: dict[Seen, str] = {
    "finds": "C6E0B4",
    "empty": "E2EFDA",
    "thin": "FFE699",
    "blocked": "F4B084",
    "failed": "FF9999",
    "missed": "BFBFBF",
    "pending": "DDEBF7",
    "-": "FFFFFF",
}
_NARROW, _WIDE = 11, 28
_BEGINS_A_FORMULA = re.compile(r"^[\s;,\"']*[=+\-@＝＋－＠]|^[\t\r\n]")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def heads() -> tuple[str, ...]:
    """Return the headings of the list of cells."""
    return (
        _("来源"), _("名称"), _("日期"), _("结果"), _("运行"), _("状态"), _("原因"),
        _("说明"), _("条数"), _("新增"), _("次数"), _("应守约定"), _("已守约定"),
    )  # fmt: skip


def lines(coverage: Coverage) -> list[tuple[str | int, ...]]:
    """Return one line for each source and day."""
    return [
        (
            row.source,
            row.name,
            day.on.isoformat(),
            WORDS[day.seen],
            day.run_id,
            day.state,
            day.cause,
            day.because,
            day.listed,
            day.new,
            day.runs,
            int(day.is_promised),
            int(day.is_kept),
        )
        for row in coverage.rows
        for day in row.days
    ]


def write(coverage: Coverage, file: Path) -> None:
    """Write the file; its ending says which kind.

    Raises:
        BadInput: it is neither ``.xlsx`` nor ``.csv``.
    """
    kinds = {".xlsx": _as_xlsx, ".csv": _as_csv}
    if file.suffix.lower() not in kinds:
        raise BadInput(str(file), _("只能写成 .xlsx 或 .csv"), _("换一个文件名"))
    data = kinds[file.suffix.lower()](coverage)
    aside = file.with_name(f".{file.name}")
    aside.write_bytes(data)
    aside.replace(file)


def percent(kept: int, promised: int) -> str:
    """Return the share of promises kept as people read it."""
    part = share(kept, promised)
    return "—" if part is None else f"{part:.1%}"


def _as_csv(coverage: Coverage) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(heads())
    for line in lines(coverage):
        writer.writerow([_told(each) for each in line])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _told(each: str | int) -> str | int:
    """Return a value that no table calculates with: an apostrophe stands before a formula."""
    if not isinstance(each, str):
        return each
    clean = _NOT_IN_XML.sub("", each)
    # "-" alone is how a day without a promise reads
    return f"'{clean}" if len(clean) > 1 and _BEGINS_A_FORMULA.search(clean) else clean


def _as_xlsx(coverage: Coverage) -> bytes:
    book = Workbook()
    calendar = book.active
    assert isinstance(calendar, Worksheet), "a new workbook has one"
    calendar.title = _("日历")
    _draw(calendar, coverage)
    cells = book.create_sheet(_("明细"))
    for line in (heads(), *lines(coverage)):
        _append(cells, line)
    for name, width in (("A", 18), ("B", _WIDE), ("C", 12), ("E", _WIDE), ("H", 50)):
        cells.column_dimensions[name].width = width
    cells.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _draw(sheet: Worksheet, coverage: Coverage) -> None:
    period = coverage.period
    title = _("巡查覆盖 {name}（{first} 至 {last}），守约 {share}").format(
        name=period.name,
        first=period.first,
        last=period.last,
        share=percent(coverage.kept, coverage.promised),
    )
    _append(sheet, (title,))
    sheet["A1"].font = Font(bold=True, size=14)
    _append(sheet, (_("来源"), *(f"{day:%m-%d}" for day in period.days), _("守约")))
    for row in coverage.rows:
        words = [WORDS[day.seen] if day.seen != "-" else "" for day in row.days]
        _append(sheet, (row.name, *words, f"{row.kept}/{row.promised}"))
        for number, day in enumerate(row.days, start=2):
            cell = sheet.cell(sheet.max_row, number)
            cell.fill = PatternFill("solid", fgColor=_COLOURS[day.seen])
            cell.alignment = Alignment(horizontal="center")
    _append(sheet, ())
    for seen in BEST_FIRST:
        _append(sheet, (WORDS[seen], coverage.count(seen)))
        sheet.cell(sheet.max_row, 1).fill = PatternFill("solid", fgColor=_COLOURS[seen])
    sheet.column_dimensions["A"].width = _WIDE
    for number in range(2, len(period.days) + 3):
        sheet.column_dimensions[sheet.cell(2, number).column_letter].width = _NARROW
    sheet.freeze_panes = "B3"


def _append(sheet: Worksheet, line: Sequence[str | int]) -> None:
    sheet.append([_NOT_IN_XML.sub("", each) if isinstance(each, str) else each for each in line])
    for cell in sheet[sheet.max_row] if line else ():
        if isinstance(cell.value, str):
            cell.data_type = "s"  # openpyxl makes a formula of "=..."
