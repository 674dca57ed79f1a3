"""``shouyi evidence list`` and ``shouyi evidence watch``: what was kept, and what became of it."""

import logging
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base import log
from pipeline.base.language import _

LIST_EXAMPLE = "shouyi evidence list --worst --limit 20"
WATCH_EXAMPLE = "shouyi evidence watch"
_FOUND = {
    "up": _("仍在"),
    "changed": _("有改动"),
    "gone": _("已下架"),
    "back": _("又出现"),
    "unclear": _("看不出"),
}


def list_kept(
    *,
    worst: Annotated[bool, typer.Option("--worst", help=_("最该由人看一眼的在前"))] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help=_("最多列出几份"))] = 50,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List the latest snapshot of every page, newest first or worst first."""
    from evidence.ranking import newest_first, worst_first
    from pipeline.store.open import open_store

    settings = settings_of(home)
    db = open_store(settings.database, create=False)
    with closing(db.conn):
        rows = (worst_first if worst else newest_first)(db, limit=limit)
    if as_json:
        for row in rows:
            emit(
                {
                    "snapshot": row.snapshot_id,
                    "listing": row.listing_id,
                    "url": row.url,
                    "state": row.state,
                    "page": row.page,
                    "complete": bool(row.is_complete),
                    "reason": row.reason,
                    "taken_at": row.taken_at,
                }
            )
        return
    table = Table(show_edge=False)
    for name in (_("编号"), _("信息"), _("状态"), _("完整"), _("原因")):
        table.add_column(name)
    for row in rows:
        state = _("已固定") if row.state == "sealed" else _("未成")
        whole = "✓" if row.is_complete else "-"
        table.add_row(row.snapshot_id, row.listing_id or row.url, state, whole, row.reason)
    Console().print(table)


def watch(
    *,
    times: Annotated[bool, typer.Option("--times", help=_("各来源多久下架，不去查看"))] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help=_("最多查看几条"))] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Look again at every flagged listing whose time has come, or tell times to removal."""
    import scheduler
    from crawlers.sources import gate_of, load_sources
    from evidence.watching.times import removals
    from evidence.watching.watch import look_again
    from pipeline.base.clock import SystemClock
    from pipeline.base.settings import shipped
    from pipeline.store.open import open_store

    log.set_up(level=logging.WARNING)
    settings, clock, out = settings_of(home), SystemClock(), Console()
    if times:
        db = open_store(settings.database, create=False)
        with closing(db.conn):
            told = removals(db, clock=clock)
        for line in told:
            if as_json:
                emit(asdict(line))
            else:
                hours = "-" if line.median_hours is None else f"{line.median_hours:g}"
                said = _("{source}：盯 {n} 条，已下架 {gone} 条，中位 {hours} 小时")
                out.print(
                    said.format(source=line.source, n=line.watched, gone=line.gone, hours=hours),
                    markup=False,
                )
        return
    open_store(settings.database, create=False).conn.close()
    sources = load_sources(shipped("sources"), settings.own_sources)
    # the practice market is open only while a night or `shouyi demo` runs it
    closed = {key for key in sources if key.startswith("demo-")}
    for look in look_again(
        settings,
        gate=gate_of(sources.values()),
        clock=clock,
        limit=limit,
        seconds_between={key: one.manners.seconds_between for key, one in sources.items()},
        closed=closed | scheduler.closed_now(sources, clock.now()),
    ):
        if as_json:
            emit(
                {
                    "listing": look.listing_id,
                    "found": look.found,
                    "page": look.page,
                    "status": look.status,
                    "reason": look.because,
                    "snapshot": look.snapshot_id,
                    "at": look.at,
                }
            )
        else:
            out.print(
                f"{look.listing_id}  {_FOUND[look.found]}  {look.because}".rstrip(), markup=False
            )
