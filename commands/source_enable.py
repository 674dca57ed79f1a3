"""``shouyi source enable`` and ``disable``: a source is read on a legal basis, or not at all."""

import io
from typing import Annotated

import typer
from ruamel.yaml import YAML

from commands.edge import AsJson, Home, emit, settings_of
from commands.source_mend import path_of
from commands.source_new import write_file
from crawlers.drafting.written import source_of_text
from crawlers.sources import load_sources, shipped_sources
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings

_SHORTEST = 6

Key = Annotated[str, typer.Argument(help=_("来源的 key，见 shouyi source list"))]


def enable(
    name: Key,
    *,
    basis: Annotated[str, typer.Option("--basis", help=_("合法依据：文号、授权或协议"))],
    pace: Annotated[
        float | None,
        typer.Option("--pace", min=0.5, max=3600, help=_("两次访问间隔秒数"), show_default=False),
    ] = None,
    hours: Annotated[
        str, typer.Option("--hours", help=_("采集时段，如 22:00-06:00"), show_default=False)
    ] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Have a source crawled from the next night on, and record on what basis."""
    words = " ".join(basis.split())
    if len(words) < _SHORTEST:
        raise BadInput("--basis", _("没有写合法依据"), _("写明文号、授权或协议，至少六个字"))
    manners: dict[str, object] = {
        **({"seconds_between": int(pace) if pace.is_integer() else pace} if pace else {}),
        **({"hours": hours} if hours else {}),
    }
    _rewrite(settings_of(home), name, {"enabled": True, "basis": words}, manners, as_json=as_json)


def disable(name: Key, *, as_json: AsJson = False, home: Home = None) -> None:
    """Have a source crawled no more."""
    _rewrite(settings_of(home), name, {"enabled": False}, {}, as_json=as_json)


def _rewrite(
    settings: Settings,
    name: str,
    top: dict[str, object],
    manners: dict[str, object],
    *,
    as_json: bool,
) -> None:
    """Write the home's own file of a source, its comments kept; whole, or not at all."""
    if name not in load_sources(shipped_sources(), settings.own_sources):
        raise NotFound("source", _("没有这个来源"), _("见 shouyi source list"))
    path = path_of(settings, name)
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    value = yaml.load(path.read_text(encoding="utf-8"))
    value.update(top)
    if manners:
        value.setdefault("manners", {}).update(manners)
    written = io.StringIO()
    yaml.dump(value, written)
    source = source_of_text(written.getvalue())
    own = settings.own_sources / path.name
    write_file(own, written.getvalue())
    if as_json:
        emit(
            {
                "source": source.key,
                "enabled": source.enabled,
                "basis": source.basis,
                "seconds_between": source.manners.seconds_between,
                "hours": source.manners.hours,
                "file": str(own),
            }
        )
    else:
        state = _("已启用") if source.enabled else _("已停用")
        typer.echo(
            _("{name}：{state}，写入 {file}").format(name=source.name, state=state, file=own)
        )
