"""Charts as numbers for an SVG: no script, the same on paper; each has its table beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ruamel.yaml import YAML

from pipeline.base.settings import shipped

BAR_WIDTH = 150
ROW_HEIGHT = 24
COLUMNS_WIDTH, COLUMNS_HEIGHT = 640, 150
TILE = 74
_GAP = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a chart's table: a label, a number that opens its list, one more beside it."""

    label: str
    count: int
    url: str
    more: int | None = None
    more_url: str = ""

    @property
    def share(self) -> str:
        """The second number as a share of the first: "12%"."""
        return f"{self.more / self.count:.0%}" if self.more is not None and self.count else "—"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart; ``inner`` is the part of it that the second number makes."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float
    inner: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A city on the map; ``heat`` 0 to 3 of the greatest count."""

    name: str
    count: int
    x: int
    y: int
    heat: int


def bars(rows: Sequence[Row]) -> dict[str, Any]:
    """Return lying bars, one below the other."""
    most = max((row.count for row in rows), default=0) or 1
    drawn = [
        Bar(
            row.label,
            row.count,
            0,
            place * ROW_HEIGHT,
            round(row.count / most * BAR_WIDTH, 1),
            ROW_HEIGHT - 8,
            round((row.more or 0) / most * BAR_WIDTH, 1),
        )
        for place, row in enumerate(rows)
    ]
    return {"bars": drawn, "height": max(1, len(rows)) * ROW_HEIGHT, "rows": rows}


def columns(rows: Sequence[Row]) -> dict[str, Any]:
    """Return standing bars, side by side."""
    most = max((row.count for row in rows), default=0) or 1
    step = COLUMNS_WIDTH / max(1, len(rows))
    drawn = []
    for place, row in enumerate(rows):
        height = round(row.count / most * COLUMNS_HEIGHT, 1)
        drawn.append(
            Bar(
                row.label,
                row.count,
                round(place * step + _GAP, 1),
                round(COLUMNS_HEIGHT - height, 1),
                round(step - 2 * _GAP, 1),
                height,
                round((row.more or 0) / most * COLUMNS_HEIGHT, 1),
            )
        )
    return {"bars": drawn, "rows": rows, "width": COLUMNS_WIDTH, "height": COLUMNS_HEIGHT}


def tiles(names: Mapping[str, str], counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the map: one tile a city, where data/city-tiles.yml puts it."""
    most = max((counts.get(code, 0) for code in names), default=0)
    drawn = [
        Tile(
            names[code],
            counts.get(code, 0),
            column * (TILE + _GAP),
            row * (TILE + _GAP),
            _heat(counts.get(code, 0), most),
        )
        for code, (column, row) in _places().items()
    ]
    side = 5 * (TILE + _GAP) - _GAP
    return {"tiles": drawn, "side": side, "tile": TILE}


def _heat(count: int, most: int) -> int:
    if not count:
        return 0
    return 3 if count * 3 > most * 2 else 2 if count * 3 > most else 1


@cache
def _places() -> dict[str, tuple[int, int]]:
    read = YAML(typ="safe", pure=True).load(shipped("city-tiles.yml"))
    return {code: (column, row) for code, (column, row) in read.items()}
