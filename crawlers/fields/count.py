"""Counts: 一对, 两只, 10多只."""

import re
from dataclasses import dataclass

from crawlers.fields.words import CHINESE_NUMBER, chinese_number, folded

UNITS = "只|对|羽|枚|个|头|条|套|窝|根|张|件|袋|副|斤|组"
_COUNT = re.compile(
    rf"(?<![\d.])(\d{{1,6}}|{CHINESE_NUMBER}{{1,8}}|[几数俩])\s*(多|余|来|几)?\s*({UNITS})"
)


@dataclass(frozen=True, slots=True)
class Count:
    """How many of what: ``least`` of ``unit``; ``is_about`` where the words leave it open."""

    least: int
    unit: str
    is_about: bool = False


def count_of(text: str) -> Count | None:
    """Return the first count that a text names, None where it names none."""
    found = _COUNT.search(folded(text))
    if not found:
        return None
    said, more, unit = found.groups()
    if said in {"几", "数"}:
        return Count(2, unit, is_about=True)
    number = 2 if said == "俩" else int(said) if said.isdecimal() else chinese_number(said)
    return Count(number, unit, is_about=bool(more)) if number else None
