"""An everyday word in quotation marks where something alive is traded: 转“夜班保安”一名."""

import re

from pipeline.covers import is_feigned
from pipeline.reading import Reading, Signal, listens_to

_QUOTED = re.compile("[“\"「『‘'\uff02][\u4e00-\u9fffA-Za-z]{1,6}[”\"」』’'\uff02]")
_PERSON = re.compile("(?:[一两俩二三几]|[0-9])(?:名|位|员)(?!老师|同学|客户|买家|女士|先生)")
_ALIVE = ("keep", "hawk", "egg", "release", "hunt", "wild", "gift", "fight", "lure")
_HINTS = 2  # loose words of life
_DONE = ("sell", "buy", "swap", "ship", "hush", "gift", "nopapers")


@listens_to(*_ALIVE, "life", "wares", "toy", "art")
def quoted_word(reading: Reading) -> Signal | None:
    """Fire on a quoted word, or an animal counted as a person, beside talk of something alive."""
    if reading.words("bird", "code", strengths=("strong",)):
        return None  # who names the bird hides nothing
    texts = reading.fields
    feigned = [
        hit
        for hit in reading.words("wares", "toy", "art")
        if is_feigned(texts.get(hit.field, ""), hit.start, hit.end)
    ]
    if not feigned and not reading.words(*_ALIVE) and len(reading.words("life")) < _HINTS:
        return None
    if not reading.words(*_DONE) or reading.words("news", "media", "public", "ask"):
        return None
    seen = [kind.search(reading.text) for kind in (_QUOTED, _PERSON)]
    quotes = [found.group() for found in seen if found] or [hit.surface for hit in feigned[:1]]
    return Signal("quoted_word", quote="、".join(quotes), pieces=len(quotes)) if quotes else None
