"""A number with the measure word of birds: 一只, 两对, 三枚, 一公二母; best beside a name."""

import re

from pipeline.counting import COUNTED, stands_counted
from pipeline.reading import Reading, Signal, listens_to

_SEXED = re.compile(
    r"(?<![老主外办阿天愚相父])[公母雌雄](?=[\s，,、。；]|$)"
    r"|(?:^|[\s，,、。])[公母雌雄](?=[\s，,、。；一二两各的鸟只]|$)"
)


@listens_to("bird", "code", "emoji", "anybird", "egg", "part", "keep")
def counted(reading: Reading) -> Signal | None:
    """Fire when something is counted as birds are, told male from female, or a name is counted."""
    seen = [kind.search(reading.text) for kind in (COUNTED, _SEXED)]
    quotes = [found.group().strip() for found in seen if found]
    if quotes:
        texts = reading.fields
        named = reading.words("bird", "code", "emoji")
        quotes += [
            hit.surface
            for hit in named
            if reading.is_name(hit) and stands_counted(texts.get(hit.field, ""), hit.start, hit.end)
        ][:1]
    return Signal("counted", quote="、".join(quotes), pieces=len(quotes)) if quotes else None
