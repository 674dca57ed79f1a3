"""A number with the measure word of birds: 一只, 两对, 三枚, 一公二母."""

import re

_COUNT = "[0-9０-９一二两俩三四五六七八九十百几仨半] ?[只隻对對窝羽枚把架笼头条公母]"
_SPELT = r"\b(?:yi|liang|san|si|wu|liu|qi|ba|jiu|shi|ji|[0-9]+) ?(?:zhi|dui|wo|ge)\b"
COUNTED = re.compile(f"{_COUNT}|{_SPELT}|[一两俩几]个|各一|[公母][一两俩二三]")
_BEHIND = re.compile(
    rf"[\s，,（(]?(?:[公母活的大小幼]{{1,2}}[\s，,]?)?(?:[0-9０-９]{{0,3}}{_COUNT}|各一|[0-9一两俩二三四五六几]个|[公母雌雄](?=$|[^\u4e00-\u9fff]))"
)
_BEFORE = re.compile(f"{_COUNT}[活野生小大幼]?$")
_NEAR = 8  # characters


def stands_counted(text: str, start: int, end: int) -> bool:
    """Return whether a count stands right beside ``text[start:end]``."""
    before = text[max(0, start - _NEAR) : start]
    return bool(_BEHIND.match(text[end : end + _NEAR]) or _BEFORE.search(before))
