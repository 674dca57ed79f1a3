"""``shouyi report``: what the patrols saw, day by day, and what they did not."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from casework import coverage as coverage_of
from casework import coverage_files
from casework.coverage import Coverage, Day, Row, Seen, share
from casework.coverage_files import WORDS, percent
from commands.edge import AsJson, Home, emit, settings_of
from crawlers.sources import load_what_is_right, promises_of, shipped_sources
from pipeline.base.clock import SystemClock, beijing_day
from pipeline.base.language import _
from pipeline.store import promises
from pipeline.store.open import open_store

app = typer.Typer(no_args_is_help=True)

_MARKS: dict[Seen, str] = {
    "finds": "[green]●[/]",
    "empty": "[green]○[/]",
    "thin": "[yellow]◐[/]",
    "blocked": "[red]✕[/]",
    "failed": "[red]！[/]",
    "missed": "[red]－[/]",
    "pending": "…",
    "-": "·",
}


@app.callback()
def _report() -> None:
    """Stand here so that the commands below keep their names."""


@app.command(
    help=_("巡查覆盖：每个来源每一天有发现、确无信息、偏少、受阻还是未巡查。"),
    epilog=_("例：shouyi report coverage 2026-W48 --out coverage.xlsx"),
)
def coverage(
    period: Annotated[str, typer.Argument(help=_("周 2026-W48，或月 2026-11"))],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("写成 .xlsx 或 .csv"), show_default=False)
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Print source by day, and the share of promises kept."""
    settings = settings_of(home)
    wanted = coverage_of.period_of(period)
    today = beijing_day(SystemClock().now())
    sources, _wrong = load_what_is_right(shipped_sources(), settings.own_sources)
    db = open_store(settings.database)
    try:
        promises.note(db, promises_of(sources.values(), today))
        found = coverage_of.of(db, wanted, today=today)
    finally:
        db.conn.close()
    if out is not None:
        coverage_files.write(found, out)
    if as_json:
        for line in _lines(found):
            emit(line)
    else:
        _print(found)


def _lines(found: Coverage) -> Iterator[dict[str, Any]]:
    for row in found.rows:
        yield {
            "source": row.source,
            "name": row.name,
            "every_hours": row.every_hours,
            "days": [_day(day) for day in row.days],
            **_share(row),
        }
    yield {
        "period": found.period.name,
        "first": found.period.first.isoformat(),
        "last": found.period.last.isoformat(),
        "sources": len(found.rows),
        **{seen: found.count(seen) for seen in WORDS if seen != "-"},
        **_share(found),
    }


def _day(day: Day) -> dict[str, Any]:
    return {**asdict(day), "on": day.on.isoformat()}


def _share(what: Row | Coverage) -> dict[str, Any]:
    return {
        "promised": what.promised,
        "kept": what.kept,
        "share": share(what.kept, what.promised),
    }


def _print(found: Coverage) -> None:
    screen = Console()
    table = Table(title=_("巡查覆盖 {name}").format(name=found.period.name), padding=(0, 0))
    table.add_column(_("来源"))
    for day in found.period.days:
        table.add_column(f"{day:%d}", justify="center")
    table.add_column(_("守约"), justify="right")
    for row in found.rows:
        table.add_row(
            row.name, *(_MARKS[day.seen] for day in row.days), percent(row.kept, row.promised)
        )
    screen.print(table)
    screen.print("  ".join(f"{mark} {WORDS[seen]}" for seen, mark in _MARKS.items()))
    for row in found.rows:
        for one in row.days:
            if one.because:
                words = f"{one.on}  {row.source}  {WORDS[one.seen]}  {one.because}  {one.run_id}"
                screen.print(words, markup=False, highlight=False)
    screen.print(
        _("守约 {kept}/{promised} 个来源日：{share}").format(
            kept=found.kept,
            promised=found.promised,
            share=percent(found.kept, found.promised),
        )
    )
