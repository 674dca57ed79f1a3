"""``shouyi crawl``: one run of each source that is named, or of all that are enabled."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self

import typer
from rich.console import Console
from rich.table import Table

from commands.edge import AsJson, Home, emit, settings_of
from crawlers.source import Source
from crawlers.sources import load_source, load_what_is_right, shipped_sources
from pipeline.base import log
from pipeline.base.clock import SystemClock, beijing_day
from pipeline.base.errors import BadInput, Conflict, NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store.sums import Sums

EXAMPLE = "shouyi crawl demo-classifieds --limit 20"

FINE = frozenset({"ok", "empty"})
INTERRUPTED = 130
AT_ONCE = 2
PATIENCE_SECONDS = 12.0
"""How long a night waits for the process of a killed one to let go of its source."""


def run(
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help=_("来源的 key"))
    ] = None,
    *,
    source_file: Annotated[
        Path | None, typer.Option("--source-file", help=_("采集这个来源文件"), show_default=False)
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help=_("最多读几条"), show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只读不存"))] = False,
    night: Annotated[
        datetime | None,
        typer.Option("--night", formats=["%Y-%m-%d"], help=_("算哪一夜"), show_default=False),
    ] = None,
    asked_by: Annotated[
        str, typer.Option("--asked-by", help=_("谁要求的，记入运行记录"))
    ] = "command line",
    late: Annotated[bool, typer.Option("--late", help=_("补做，记为迟到"))] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Crawl, and say for each source what came of it."""
    settings = settings_of(home)
    sources = _wanted(settings, keys or [], source_file)
    if len(sources) > 1:
        words = [f"--limit={limit}"] if limit else []
        words += ["--dry-run"] if dry_run else []
        words += ["--night", f"{night:%Y-%m-%d}"] if night else []
        words += ["--late"] if late else []
        words += ["--asked-by", asked_by, "--home", str(settings.home)]
        lines = _each_apart(list(sources), words)
    else:
        lines = [
            _here(
                settings,
                *sources.values(),
                night_on=night.date() if night else None,
                by=asked_by,
                limit=limit,
                dry_run=dry_run,
                is_late=late,
            )
        ]
    if as_json:
        for line in lines:
            emit(line)
    else:
        _print(lines, sources)
    states = {line["state"] for line in lines}
    if "interrupted" in states:
        raise typer.Exit(INTERRUPTED)
    if not states <= FINE:
        raise typer.Exit(1)


def _wanted(settings: Settings, keys: list[str], file: Path | None) -> dict[str, Source]:
    if file is not None:
        source = load_source(file)
        return {source.key: source}
    known, wrong = load_what_is_right(shipped_sources(), settings.own_sources)
    if not keys:
        if wrong:
            raise wrong[0]
        found = {key: source for key, source in known.items() if source.enabled}
        if not found:
            raise BadInput("crawl", _("没有启用任何来源"), _("先启用一个来源，或运行 shouyi night"))
        return found
    for key in keys:
        if key not in known:
            for problem in wrong:
                if Path(problem.where.partition(":")[0]).stem == key:
                    raise problem
            raise NotFound(key, _("没有这个来源"), _("shouyi source list 列出全部来源"))
        if not known[key].enabled:
            raise BadInput(
                key,
                _("这个来源没有启用"),
                _("先写明法律依据 basis，再写 enabled: true；试读用 shouyi source try"),
            )
    return {key: known[key] for key in keys}


def _here(
    settings: Settings,
    source: Source,
    *,
    night_on: date | None,
    by: str,
    limit: int | None,
    dry_run: bool,
    is_late: bool,
) -> dict[str, Any]:
    """Crawl in this very process; it can do so once."""
    from crawlers.run import Asked, run_source  # Scrapy: not for a command that only waits

    log.set_up()
    clock = SystemClock()
    asked = Asked(
        night_on=night_on or beijing_day(clock.now()),
        by=by,
        again=night_on is None,
        is_late=is_late,
        limit=limit,
        dry_run=dry_run,
    )
    ends = clock.steady_seconds() + (PATIENCE_SECONDS if night_on else 0.0)
    while True:
        try:
            with Saying(source.name) as saying:
                return run_source(
                    settings, source, asked, clock=clock, on_progress=saying.say
                ).as_line()
        except Conflict as conflict:
            if "is being crawled" not in conflict.what or clock.steady_seconds() > ends:
                raise
            time.sleep(0.5)


class Saying:
    """Tells how far a run is: a line that moves on a terminal, now and then one elsewhere."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._console = Console(stderr=True)
        self._status = self._console.status(name) if self._console.is_terminal else None
        self._said = 0.0

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._status:
            self._status.stop()

    def say(self, sums: Sums) -> None:
        """Tell it."""
        words = _("{name}：{pages} 页，{listed} 条，新 {new}，疑似 {flagged}").format(
            name=self._name,
            pages=sums.pages,
            listed=sums.listed,
            new=sums.what["new"],
            flagged=sums.flagged,
        )
        if self._status:
            self._status.update(words)
        elif time.monotonic() - self._said > _EVERY_SECONDS:
            self._said = time.monotonic()
            self._console.print(words, markup=False, highlight=False)


_EVERY_SECONDS = 5.0


def _each_apart(keys: list[str], words: list[str]) -> list[dict[str, Any]]:
    """Crawl each source in a process of its own, two side by side."""
    waiting, running, lines = list(keys), dict[str, subprocess.Popen[str]](), []
    is_stopped = False
    while (waiting and not is_stopped) or running:
        try:
            while waiting and len(running) < AT_ONCE and not is_stopped:
                key = waiting.pop(0)
                command = [sys.executable, "-m", "commands", "crawl", key, "--json", *words]
                running[key] = subprocess.Popen(
                    command, stdout=subprocess.PIPE, text=True, start_new_session=True
                )
            ended = [key for key, child in running.items() if child.poll() is not None]
            lines += [_line_of(key, running.pop(key)) for key in ended]
            time.sleep(0.05)
        except KeyboardInterrupt:
            is_stopped = True
            for child in running.values():
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGINT)
    return lines


def _line_of(key: str, child: subprocess.Popen[str]) -> dict[str, Any]:
    output = child.communicate()[0]
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            told: dict[str, Any] = json.loads(line)
            return told
    zeros = dict.fromkeys(_COUNTS, 0)
    return {"run": "", "source": key, "state": "failed", **zeros, "seconds": 0.0}


_COUNTS = ("pages", "listings", "new", "changed", "gone", "flagged", "blocked", "errors")


def _print(lines: list[dict[str, Any]], sources: dict[str, Source]) -> None:
    table = Table()
    table.add_column(_("来源"))
    table.add_column(_("结果"))
    for word in (_("页面"), _("信息"), _("新增"), _("变动"), _("下架"), _("疑似"), _("受阻")):
        table.add_column(word, justify="right")
    table.add_column(_("出错"), justify="right")
    table.add_column(_("秒"), justify="right")
    for line in lines:
        state = str(line["state"])
        table.add_row(
            sources[line["source"]].name,
            f"[{'green' if state in FINE else 'red'}]{state}[/]",
            *(str(line[name]) for name in _COUNTS),
            str(line["seconds"]),
        )
    out = Console()
    out.print(table)
    for line in lines:
        if line.get("because"):
            words = f"{line['source']}: {line['because']}"
            out.print(words, markup=False, highlight=False)
