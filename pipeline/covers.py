"""Words of kindness as a cover for an offer: what no rescuer says stands beside them."""

import re

from pipeline.reading import Reading

COVERS = ("rescue", "lost")
MONEY = re.compile(
    r"(?:路费|油费|辛苦费|抚养费|营养费|伙食费|饲料费|喂养费|医药费|感谢费|补偿|有偿|红包|酬谢|意思一下)"
    r"|[0-9一二两三四五六七八九十百千]+ ?(?:元|块|百|千|大洋|米|张|以内|左右都行)"
)


def is_cover(reading: Reading) -> bool:
    """Return whether words of rescue stand beside what no rescuer says."""
    if not reading.words(*COVERS) or reading.words("news", "public", "birding"):
        return False
    if reading.words("hush", strengths=("strong",)) or reading.words("nopapers"):
        return True
    return bool(MONEY.search(reading.text)) and bool(
        reading.words("sell", "buy", "swap", strengths=("strong", "medium"))
    )


_OPENS, _CLOSES = "“\"「『‘'", "”\"」』’'"
_ALIVE_BEHIND = re.compile("[（(，, ]?(?:活的|喘气|会喘|会飞|带毛|长毛|吃虫|吃肉|吃小米)")


def is_feigned(text: str, start: int, end: int) -> bool:
    """Return whether ``text[start:end]`` is no everyday thing: in quotation marks, or alive.

    收“音响”, 蓝牙音箱（活的）: whoever means the thing writes neither.
    """
    quoted = text[max(0, start - 1) : start] in _OPENS and text[end : end + 1] in _CLOSES
    return (bool(start) and end < len(text) and quoted) or bool(_ALIVE_BEHIND.match(text, end))
