"""``shouyi demo``: serve the practice market, and record its sources in this home."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

import demo
from commands.edge import AsJson, Home, emit, settings_of
from demo.market import PORTS, Market, Shop
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

    A home finds its market again at the same address and with the same dates: else every
    listing would look changed on the next night. The files stay when the market closes.

    Raises:
        OSError: the home cannot be written.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    stood = _Stood.read(settings.home / "demo-market.json")
    with Market(night, layout=layout, ports=stood.ports, began_at=stood.began_at) as market:
        stood.write(settings.home / "demo-market.json", market)
        write_sources(market, settings.own_sources)
        yield market


@dataclass(frozen=True, slots=True)
class _Stood:
    """Where and since when the market of a home stands."""

    began_at: datetime
    ports: Mapping[str, int]

    @classmethod
    def read(cls, path: Path) -> "_Stood":
        """Return what the home remembers; the usual ports and now, where it does not."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            ports = {name: int(kept["ports"].get(name, port)) for name, port in PORTS.items()}
            return cls(unstamp(kept["began_at"]), ports)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            # a note that cannot be read costs dates and addresses of practice, nothing else
            return cls(SystemClock().now(), PORTS)

    def write(self, path: Path, market: Market) -> None:
        """Remember it for the next opening."""
        ports = {name: shop.port for name, shop in market.shops.items()}
        kept = {"began_at": stamp(self.began_at), "ports": ports}
        path.write_text(json.dumps(kept) + "\n", encoding="utf-8")


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
