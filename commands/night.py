"""``shouyi night``: everything that is due tonight."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

import scheduler
from casework import queue
from commands import queue as queue_command
from commands.edge import AsJson, Home, emit, settings_of
from crawlers.source import Source
from crawlers.sources import load_what_is_right, shipped_sources
from pipeline.base import log
from pipeline.base.clock import SystemClock, beijing_day
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store.open import open_store

EXAMPLE = "shouyi night"
SHOWN = 10

Catalogue = tuple[dict[str, Source], list[BadInput]]
"""The sources of tonight, and what is wrong with the files that give none."""

_DEMO_NIGHTS = """
    select count(distinct night_on) as nights from runs
     where source like 'demo-%' and night_on < ?
"""


def run(
    *,
    home: Home = None,
    as_json: AsJson = False,
    asked_by: Annotated[
        str, typer.Option("--asked-by", help=_("谁要求的，记入运行记录"))
    ] = "command line",
) -> None:
    """Crawl what is due, judge it, keep (固定) what is flagged, and say what came of it."""
    settings = settings_of(home)
    clock = SystemClock()
    now = clock.now()
    out = Console(stderr=True)
    settings.logs.mkdir(parents=True, exist_ok=True)
    log.set_up((settings.logs / "night.log").open("a", encoding="utf-8"))
    with _tonights_sources(settings, out) as (sources, wrong):
        night = scheduler.Night(
            settings=settings,
            sources=sources,
            clock=clock,
            night_on=beijing_day(now),
            asked_by=asked_by,
            is_late=asked_by == "schedule" and scheduler.is_late(settings, now),
            say=lambda words: out.print(f"  {words}", highlight=False, markup=False),
            problems=[str(problem) for problem in wrong],
        )
        scheduler.run_night(night)
    if as_json:
        emit(dict(night.summary()))
    else:
        _tell(night)
    if night.problems:
        raise typer.Exit(1)


@contextmanager
def _tonights_sources(settings: Settings, out: Console) -> Iterator[Catalogue]:
    """Give the catalogue; where no source is enabled, the practice market, and say so."""
    sources, wrong = load_what_is_right(shipped_sources(), settings.own_sources)
    real = {key: one for key, one in sources.items() if not key.startswith("demo-")}
    # a wrong file was meant to be somebody's source: practice would hide that from him
    if wrong or any(source.enabled for source in real.values()):
        yield real, wrong
        return
    from commands.demo import open_market

    number = _demo_night(settings)
    words = _("没有启用任何来源，今夜在内置的练习市场上运行（第 {n} 夜，人物均为虚构）。")
    out.print(words.format(n=number))
    with open_market(settings, night=number):
        yield load_what_is_right(shipped_sources(), settings.own_sources)


def _demo_night(settings: Settings) -> int:
    today = beijing_day(SystemClock().now()).isoformat()
    db = open_store(settings.database)
    try:
        nights: int = next(db.query(_DEMO_NIGHTS, [today]))["nights"]
    finally:
        db.conn.close()
    return min(3, nights + 1)


def _tell(night: scheduler.Night) -> None:
    """Show the night as a person reads it: the runs, the snapshots, the top of the queue."""
    out = Console()
    out.print(_runs(night))
    sealed = night.summary()["snapshots"]
    out.print(
        _("固定网页 {n} 份，校验全部通过。").format(n=sealed)
        if sealed == len(night.snapshots)
        else _("固定网页 {n} 份，另有 {m} 份未成功。").format(
            n=sealed, m=len(night.snapshots) - sealed
        )
    )
    for problem in night.problems:
        out.print(f"  ! {problem}", style="red", markup=False, highlight=False)
    _tell_queue(night.settings)


def _runs(night: scheduler.Night) -> Table:
    table = Table(title=_("{day} 夜间采集").format(day=night.night_on.isoformat()))
    table.add_column(_("来源"))
    table.add_column(_("结果"))
    for name in (_("页面"), _("信息"), _("新增"), _("变动"), _("下架"), _("疑似"), _("秒")):
        table.add_column(name, justify="right")
    if not night.runs and not night.problems:
        table.caption = _("今夜没有到期的来源。")
    for run_line in sorted(night.runs, key=lambda line: str(line["source"])):
        counts = ("pages", "listings", "new", "changed", "gone", "flagged", "seconds")
        state = str(run_line["state"])
        table.add_row(
            night.sources[run_line["source"]].name,
            f"[{'green' if state in {'ok', 'empty'} else 'red'}]{state}[/]",
            *(str(run_line[name]) for name in counts),
        )
    return table


def _tell_queue(settings: Settings) -> None:
    db = open_store(settings.database)
    try:
        rows, in_all = queue.waiting(db, limit=SHOWN), queue.count(db)
    finally:
        db.conn.close()
    queue_command.tell(rows, in_all, "waiting")
