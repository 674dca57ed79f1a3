"""Rescue, adoption or farm words as a cover: money or evasion stands right beside them."""

import re

from pipeline.covers import COVERS, MONEY, is_cover
from pipeline.reading import Reading, Signal, listens_to

_QUOTED = re.compile(
    r"[“\"「『‘']"
    r"(?:救助|认养|领养|收养|寄养|借养|代养|交流|调剂|赠送|抚养费|营养费|辛苦费|放归|共养|科研|捐赠)"
    r"[”\"」』’']"
)


@listens_to("rescue", "lost", "bird", "code", "anybird", "keep", "emoji")
def cover_story(reading: Reading) -> Signal | None:
    """Fire on a word of kindness in quotation marks, or with money or hushed talk beside it."""
    text = reading.text
    quoted = _QUOTED.search(text)
    if quoted is not None:
        return Signal("cover_story", quote=quoted.group())
    kind = reading.words(*COVERS)
    if not is_cover(reading):
        return None
    money = MONEY.search(text)
    return Signal(
        "cover_story", quote="、".join([kind[0].surface, *([money.group()] if money else [])])
    )
