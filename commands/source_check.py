"""``shouyi source check``: promises against the last runs, and tighter bounds proposed."""

import io
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from commands.edge import AsJson, Home, emit, settings_of
from commands.source_mend import accept_file, path_of
from crawlers.drafting.bounds import HEALTHY, Bound, Past, bounds_of, past_runs
from crawlers.drafting.written import source_of_text
from crawlers.sources import load_sources, shipped_sources
from pipeline.base.errors import NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store.open import open_store


def run(
    name: Annotated[str, typer.Argument(help=_("来源的 key，见 shouyi source list"))],
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help=_("写入更严的界限；从不自动放宽"))
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Hold a source's promises against its last runs; exit 1 where the latest broke one."""
    settings = settings_of(home)
    sources = load_sources(shipped_sources(), settings.own_sources)
    if name not in sources:
        raise NotFound("source", f"there is no source {name[:60]}", "see shouyi source list")
    runs = _runs(settings, name)
    bounds = bounds_of(sources[name], runs)
    if as_json:
        for bound in bounds:
            emit(_line(name, bound, runs))
    else:
        _show(sources[name].name, bounds, runs)
    if accept and any(bound.proposed is not None for bound in bounds):
        path = path_of(settings, name)
        text = with_bounds(path.read_text(encoding="utf-8"), bounds)
        source_of_text(text)
        accept_file(settings, path, text)
    if any(bound.is_kept is False for bound in bounds):
        raise typer.Exit(1)


def with_bounds(text: str, bounds: Sequence[Bound]) -> str:
    """Return the text of a source file with the proposed bounds in it, its comments kept."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    value = yaml.load(text)
    expect = value["expect"]
    for bound in bounds:
        if bound.proposed is None:
            continue
        if bound.name in {"floor", "ceiling"}:
            expect["listings"][bound.name == "ceiling"] = int(bound.proposed)
            continue
        if "usually" not in expect:
            usually = CommentedMap()
            usually.fa.set_flow_style()
            expect["usually"] = usually
        expect["usually"][bound.name] = bound.proposed
    written = io.StringIO()
    yaml.dump(value, written)
    return written.getvalue()


def _runs(settings: Settings, name: str) -> list[Past]:
    if not settings.database.is_file():
        return []
    db = open_store(settings.database)
    try:
        return past_runs(db, name)
    finally:
        db.conn.close()


def _line(name: str, bound: Bound, runs: Sequence[Past]) -> dict[str, Any]:
    return {
        "source": name,
        "promise": bound.name,
        "now": bound.now,
        "seen": [round(value, 3) for value in bound.seen],
        "kept": bound.is_kept,
        "proposed": bound.proposed,
        "looser": bound.looser,
        "healthy": sum(one.is_healthy for one in runs),
    }


def _show(title: str, bounds: Sequence[Bound], runs: Sequence[Past]) -> None:
    healthy = sum(one.is_healthy for one in runs)
    words = _("{name}：最近 {n} 次运行，其中健康 {ok} 次")
    table = Table(title=words.format(name=title, n=len(runs), ok=healthy))
    for heading in (_("约定"), _("现在"), _("最近几次"), _("守住"), _("建议"), _("说明")):
        table.add_column(heading, overflow="fold")
    for bound in bounds:
        is_share = bound.name not in {"floor", "ceiling"}
        table.add_row(
            _NAMES.get(bound.name, bound.name),
            _shown(bound.now, is_share=is_share),
            " ".join(_shown(value, is_share=is_share) for value in bound.seen[:6]),
            "" if bound.is_kept is None else _("是") if bound.is_kept else _("否"),
            _shown(bound.proposed, is_share=is_share),
            _remark(bound, is_share=is_share),
        )
    screen = Console()
    screen.print(table)
    if healthy < HEALTHY:
        screen.print(_("健康的运行不足 {n} 次，暂不建议界限").format(n=HEALTHY))
    elif any(bound.proposed is not None for bound in bounds):
        screen.print(_("要写入更严的界限，请加 --accept"))


_NAMES = {"floor": _("下限"), "ceiling": _("上限")}


def _shown(value: float | None, *, is_share: bool) -> str:
    if value is None:
        return ""
    return f"{value:.0%}" if is_share else f"{value:.0f}"


def _remark(bound: Bound, *, is_share: bool) -> str:
    if bound.looser is None:
        return ""
    words = _("健康的几夜只够 {value}；放宽须人工改文件")
    return words.format(value=_shown(bound.looser, is_share=is_share))
