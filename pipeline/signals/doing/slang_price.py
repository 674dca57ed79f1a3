"""A price said as traders say it: 8米一只, 1.2w, 六张, 80/只."""

import re

from pipeline.reading import Reading, Signal, listens_to

_FIGURE = "(?:[0-9０-９]+(?:[.．][0-9０-９]+)?|[一二两三四五六七八九十百千俩仨]{1,4})"
_SAID = re.compile(
    # 米, 张, 个 alone are lengths and counts: only at the end of a clause, or beside a measure word
    rf"{_FIGURE} ?(?:大洋|大团结|毛爷爷|[wWkKｗｋ万](?![0-9A-Za-z瓦米号码])|个[wWkK])"
    rf"|{_FIGURE} ?(?:米|张|个米)(?=[一每/]?[只对個個隻]|[\s，,。；!！不包可一起走拿]|$)"
    rf"|{_FIGURE} ?[块元米张圆]?(?:钱|块钱)?[/／一每][只对對隻羽枚窝条]"
    rf"|[只对對隻羽枚窝]{_FIGURE}[块元米张百千]"
)
_LENGTHS = re.compile(
    rf"{_FIGURE} ?米(?:长|高|宽|乘|的?网|[*×x])|(?:网|杆|竿|线)[^，。\n]{{0,6}}米"
)


@listens_to("bird", "code", "emoji", "keep", "hawk", "egg", "part", "release", "meat", "anybird")
def slang_price(reading: Reading) -> Signal | None:
    """Fire on a price in the words themselves, said in slang or for each bird.

    Not the price field: that one stands beside honest goods just as often.
    """
    text = reading.text
    seen = _SAID.search(text)
    if seen is None or ("米" in seen.group() and _LENGTHS.search(text)):
        return None
    return Signal("slang_price", quote=seen.group().strip())
