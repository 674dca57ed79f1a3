"""A number with the measure word of birds: 一只, 两对, 三枚, 一公二母."""

import re

from pipeline.reading import Reading, Signal, listens_to

_COUNTED = re.compile(
    "[0-9０-９一二两俩三四五六七八九十百几仨半] ?[只隻对對窝羽枚把架笼头条公母]"
    "|[一两俩几]个|各一|[公母][一两俩二三]"
)
_SEXED = re.compile(
    r"(?<![老主外办阿天愚相父])[公母雌雄](?=[\s，,、。；]|$)|(?:^|[\s，,、。])[公母雌雄]"
)


@listens_to("bird", "code", "emoji", "anybird", "egg", "part", "keep")
def counted(reading: Reading) -> Signal | None:
    """Fire when something is counted as birds are, or told male from female."""
    seen = [kind.search(reading.text) for kind in (_COUNTED, _SEXED)]
    quotes = [found.group().strip() for found in seen if found]
    return Signal("counted", quote="、".join(quotes), pieces=len(quotes)) if quotes else None
