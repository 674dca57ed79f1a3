"""``shouyi queue``: what waits for review, best first."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from casework import queue
from casework.queue import Waiting, Wanted
from commands.edge import AsJson, Home, emit, settings_of
from commands.shown import one_line, word
from pipeline.base.clock import beijing_iso
from pipeline.base.language import _
from pipeline.store.open import Database, open_store

EXAMPLE = _("例：shouyi queue --limit 20；shouyi queue --status confirmed --json")

_PAGE = 500
_SHOWN = 50
_BIRDS, _TITLE = 12, 16
_OTHERS = 4 + 5 + 6 + 5 * 2
"""Cells of score, day and evidence, and of the gaps between six columns."""


def run(
    *,
    status: Annotated[
        str,
        typer.Option(
            "--status",
            help=_(
                "waiting 待研判、judged 已研判、postponed 已延期、below 未达线、untouched 无命中、"
                "faded 已淡出，"
                "或 confirmed、lawful、not_wildlife、unsure"
            ),
        ),
    ] = "waiting",
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=1, help=_("最多几条；默认终端 50 条、--json 全部"), show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Print the queue."""
    wanted = queue.wanted_by_status(status)
    db = open_store(settings_of(home).database, create=False)
    if as_json:
        for row in _rows(db, wanted, limit):
            emit(told(row))
        return
    rows = [*_rows(db, wanted, limit or _SHOWN)]
    tell(rows, queue.count(db, wanted), status)


def told(row: Waiting) -> dict[str, Any]:
    """Return one row of the queue by the names that scripts rely on."""
    return {
        "listing": row.listing_id,
        "score": row.score,
        "title": row.title,
        "species": [*row.species],
        "source": row.source,
        "url": row.url,
        "first_seen": beijing_iso(row.first_seen_at),
        "status": row.call or row.state,
        "last_seen": beijing_iso(row.last_seen_at),
        "gone": beijing_iso(row.gone_at) if row.gone_at else None,
        "snapshot": row.snapshot,
        "version": row.version,
    }


def _rows(db: Database, wanted: Wanted, limit: int | None) -> Iterator[Waiting]:
    left, after = limit, None
    while left is None or left > 0:
        page = queue.waiting(db, after, _PAGE if left is None else min(left, _PAGE), wanted=wanted)
        yield from page
        if not page:
            return
        after = page[-1].place
        left = None if left is None else left - len(page)


def tell(rows: list[Waiting], in_all: int, status: str) -> None:
    """Print rows of the queue as a person reads them; ``in_all`` counts those not shown too."""
    console = Console()
    if not rows:
        console.print(_("队列是空的：没有“{status}”的信息。").format(status=word(status)))
        return
    # the names stay whole on a narrow terminal: they are what `show` and `verdict` take
    names = max(cell_len(one_line(row.listing_id, 40)) for row in rows)
    room = max(_TITLE, console.width - names - _BIRDS - _OTHERS)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(_("得分"), justify="right")
    for title in (_("编号"), _("物种"), _("标题"), _("首见"), _("证据")):
        table.add_column(title, no_wrap=True)
    for row in rows:
        table.add_row(
            str(row.score),
            Text(one_line(row.listing_id, 40)),
            _cut("、".join(row.species[:3]) or "—", _BIRDS),
            _cut(one_line(row.title, room), room),
            beijing_iso(row.first_seen_at)[5:10],
            word(f"snapshot:{row.snapshot}"),
        )
    console.print(table)
    left = in_all - len(rows)
    more = _("，另有 {left} 条未列出（--limit）").format(left=left) if left > 0 else ""
    console.print(_("共 {count} 条{more}").format(count=in_all, more=more), style="dim")


def _cut(text: str, cells: int) -> Text:
    cut = Text(text)
    cut.truncate(cells, overflow="ellipsis")
    return cut
