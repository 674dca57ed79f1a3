"""``shouyi demo``: serve the practice market, and record its sources in this home."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

import demo
from commands.edge import AsJson, Home, emit, settings_of
from demo.market import Market, Shop
from pipeline.base.clock import SystemClock, stamp, unstamp
from pipeline.base.language import _
from pipeline.base.settings import Settings

EXAMPLE = "shouyi demo --night 2"

_TEMPLATES = Path(demo.__file__).parent / "sources"

_LEAST_OF_IT = 0.6
"""A source is thin below this share of what its shop shows."""


def run(
    night: Annotated[int, typer.Option(min=1, max=3, help=_("第几夜：1、2、3"))] = 1,
    layout: Annotated[int, typer.Option(min=1, max=2, help=_("2：分类信息站改版之后"))] = 1,
    *,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Serve the practice market until Ctrl-C."""
    settings = settings_of(home)
    with open_market(settings, night, layout=layout) as market:
        if as_json:
            for shop in market.shops.values():
                emit(_line(shop, settings))
        else:
            _show(market, settings)
        _until_interrupted()


@contextmanager
def open_market(settings: Settings, night: int = 1, *, layout: int = 1) -> Iterator[Market]:
    """Open the market and write its source files into the home's ``sources/``.

    The files stay when the market closes: they say where it stood, and the next one that
    opens writes them again.

    Raises:
        OSError: the home cannot be written.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with Market(night, layout=layout, began_at=_began_at(settings)) as market:
        write_sources(market, settings.own_sources)
        yield market


def write_sources(market: Market, folder: Path) -> list[Path]:
    """Write a source file for each shop that our families can read; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for shop in market.shops.values():
        template = _TEMPLATES / f"{shop.key}.yml"
        if not template.is_file():
            continue
        floor = max(1, int(market.count(shop) * _LEAST_OF_IT))
        text = Template(template.read_text(encoding="utf-8")).substitute(
            host=shop.address, floor=floor
        )
        path = folder / template.name
        unfinished = path.with_name(f".{path.name}.part")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
        written.append(path)
    return written


def _began_at(settings: Settings) -> datetime:
    """Return when this home first opened the market; a listing keeps its date by it."""
    note = settings.home / "demo-began.txt"
    try:
        return unstamp(note.read_text(encoding="utf-8").strip())
    except (FileNotFoundError, ValueError):
        now = SystemClock().now()
        note.write_text(stamp(now) + "\n", encoding="utf-8")
        return now


def _line(shop: Shop, settings: Settings) -> dict[str, object]:
    path = settings.own_sources / f"{shop.key}.yml"
    return {
        "source": shop.key,
        "name": shop.name,
        "family": shop.family,
        "url": shop.url,
        "port": shop.port,
        "source_file": str(path) if path.is_file() else "",
    }


def _show(market: Market, settings: Settings) -> None:
    table = Table(title=_("练习市场 · 第{night}夜").format(night=market.night))
    for heading in (_("来源"), _("名称"), _("页面种类"), _("地址"), _("条数")):
        table.add_column(heading)
    for shop in market.shops.values():
        table.add_row(shop.key, shop.name, shop.family, shop.url, str(market.count(shop)))
    screen = Console()
    screen.print(table)
    screen.print(_("来源文件已写入 {folder}").format(folder=settings.own_sources))
    screen.print(_("按 Ctrl-C 结束"))


def _until_interrupted() -> None:
    while True:
        time.sleep(3600)
