"""A number with the measure word of birds: 一只, 两对, 三枚, 一公二母."""

import re

from keywords.kinds import KINDS
from pipeline.reading import Reading, Signal, listens_to

_NUMBER = "[0-9０-９一二两俩三四五六七八九十百几仨半]"
_COUNTED = re.compile(
    f"{_NUMBER}{{1,4}}\\s?(?:只|隻|对|對|窝|羽|枚|把|架|笼|头|条|公|母)|[一两俩几]个|各一|[公母][一两俩二三]"
)


@listens_to(*KINDS)
def counted(reading: Reading) -> Signal | None:
    """Fire when something is counted as birds are."""
    seen = _COUNTED.search(reading.text)
    return Signal("counted", quote=seen.group()) if seen else None
