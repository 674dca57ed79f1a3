"""Words: what may stand in a field, and how its spelling is folded before it is read."""

import re
import unicodedata

SHOWN = 200
"""Characters of a price, time or place that are kept and looked at: nobody writes more."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_LONE = re.compile("[\ud800-\udfff]")
_UNSEEN = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
_DIGITS = dict(
    zip("零〇○一二两三四五六七八九", (0, 0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_TENS = {"十": 10, "百": 100, "千": 1000}
CHINESE_NUMBER = "[零〇一二两三四五六七八九十百千万]"
_WANTED = re.compile(r"求购|收购|求收|求让|想要|求助|寻购|我要买|需求|长期收|wanted", re.IGNORECASE)
_OFFER = re.compile(r"出售|转让|供应|出让|卖|售|转手|出手|sale|offer", re.IGNORECASE)


def clean(text: str) -> str:
    """Return what may be stored and searched: no NUL or other control character, no half emoji.

    Zero-width and direction marks stay: they are how sellers hide words, and a hit must quote
    them. A lone surrogate becomes U+FFFD.
    """
    text = _BREAKS.sub("\n", text)
    text = _CONTROL.sub("", text)
    return _LONE.sub("\ufffd", text) if _LONE.search(text) else text


def line(text: str) -> str:
    """Return cleaned text on one line, its blanks collapsed."""
    return " ".join(clean(text).split())


def folded(text: str) -> str:
    """Return the first characters of a short field in one spelling: narrow, lower, no marks."""
    text = unicodedata.normalize("NFKC", line(text[: 4 * SHOWN])[:SHOWN])
    return _UNSEEN.sub("", text).lower()[: 2 * SHOWN]


def kind_of(text: str) -> str:
    """Return "wanted", "offer", or "" where the words say neither."""
    text = text[:SHOWN]
    if _WANTED.search(text) or text.strip() in {"求", "收", "求购", "买"}:
        return "wanted"
    return "offer" if _OFFER.search(text) or text.strip() in {"出", "卖"} else ""


def chinese_number(text: str) -> int | None:
    """Return what 一千二, 两万五, 二百零三 or 十五 means; None where it is no number.

    After 百, 千 or 万 a last single digit counts the next lower unit: 一百二 is 120.
    """
    if len(text) > 12:  # noqa: PLR2004 - longer than any sum that is written out
        return None
    high, wan, low = text.rpartition("万")
    if not wan:
        return _below_ten_thousand(text)
    head = _below_ten_thousand(high)
    if head is None:
        return None
    if not low:
        return head * 10_000
    tail = _DIGITS[low] * 1000 if low in _DIGITS else _below_ten_thousand(low)
    return None if tail is None else head * 10_000 + tail


def _below_ten_thousand(text: str) -> int | None:
    if text in _DIGITS:
        return _DIGITS[text]
    total, digit, last, after_zero = 0, None, 10_000, False
    for sign in text:
        if sign in _TENS:
            unit = _TENS[sign]
            if unit >= last or (digit is None and (unit != 10 or total)):  # noqa: PLR2004 - 十
                return None
            total += (1 if digit is None else digit) * unit
            digit, last, after_zero = None, unit, False
        elif sign in "零〇":
            if digit is not None:
                return None
            after_zero = True
        elif digit is None and sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            return None
    if digit is not None:
        if last == 10_000:  # noqa: PLR2004 - no unit came before: two digits in a row
            return None
        total += digit if after_zero or last == 10 else digit * last // 10  # noqa: PLR2004 - 十五
    return total or None
