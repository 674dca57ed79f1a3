"""A number with the measure word of birds: 一只, 两对, 三枚, 一公二母; best beside a name."""

import re

from keywords.hits import Hit
from pipeline.reading import Reading, Signal, listens_to

_COUNT = "[0-9０-９一二两俩三四五六七八九十百几仨半] ?[只隻对對窝羽枚把架笼头条公母]"
_COUNTED = re.compile(f"{_COUNT}|[一两俩几]个|各一|[公母][一两俩二三]")
_SEXED = re.compile(
    r"(?<![老主外办阿天愚相父])[公母雌雄](?=[\s，,、。；]|$)"
    r"|(?:^|[\s，,、。])[公母雌雄](?=[\s，,、。；一二两各的鸟只]|$)"
)
_BEHIND = re.compile(
    rf"[\s，,（(]?(?:[公母活的大小幼]{{1,2}}[\s，,]?)?(?:[0-9０-９]{{0,3}}{_COUNT}|各一|[0-9一两俩二三四五六几]个)"
)
_BEFORE = re.compile(f"{_COUNT}[活野生小大幼]?$")
_NEAR = 8  # characters


@listens_to("bird", "code", "emoji", "anybird", "egg", "part", "keep")
def counted(reading: Reading) -> Signal | None:
    """Fire when something is counted as birds are, told male from female, or a name is counted."""
    seen = [kind.search(reading.text) for kind in (_COUNTED, _SEXED)]
    quotes = [found.group().strip() for found in seen if found]
    if quotes:
        texts = reading.listing.words()
        named = reading.words("bird", "code", "emoji")
        quotes += [hit.surface for hit in named if _is_counted(texts.get(hit.field, ""), hit)][:1]
    return Signal("counted", quote="、".join(quotes), pieces=len(quotes)) if quotes else None


def _is_counted(text: str, hit: Hit) -> bool:
    """Return whether the count stands right beside the name."""
    behind = text[hit.end : hit.end + _NEAR]
    before = text[max(0, hit.start - _NEAR) : hit.start]
    return bool(_BEHIND.match(behind) or _BEFORE.search(before))
