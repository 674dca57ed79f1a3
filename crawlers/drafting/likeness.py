"""How much a text looks like a price, a time, a place: 0 (not at all) to 1 (nothing else).

The parsers that read the fields are the detectors; what they leave over of a text tells a
price from a title that names one.
"""

import re
from datetime import datetime
from functools import lru_cache

from crawlers.fields import kind_of, place_of, posted_of, price_of
from crawlers.fields.words import folded

_LABEL = re.compile(r"^\s*[一-鿿 \u3000]{1,8}\s*[:：]\s*")
_MONEY = re.compile(r"[¥￥元块圆]|rmb|cny|\d\s*[万w千k](?![a-z])|\d\s*/\s*[只对羽个]")
_PRICE_WORDS = re.compile(
    r"[\d.,¥￥元块圆万wk千百角毛/~\-至到起每一两二三四五六七八九十只对羽枚个头条套窝张件袋副斤组左右议包邮可小刀不含运已"
    r"\s]|rmb|cny|人民币|价格?|面议|面谈|电议|私聊|详谈|议价|售价|现价?|原价|免费|送|要价|一口价|特价|定价"
)
_TIME_WORDS = re.compile(
    r"[\d:：./年月日时分秒点前天昨今早晚午上下周星期一二三四五六半小钟刚才方\-+~\s()（）于,]"
    r"|刚刚|发布|发表|时间|更新|刷新|擦亮|回复|最后|创建|am|pm|gmt|utc|[tz+]|ago|just now"
    r"|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun"
)
_LATE = re.compile(r"最后|回复于|更新|刷新|擦亮")
_TIME_SHAPE = re.compile(
    r"\d\s*(?:秒|分钟?|小时|钟头|天|日|周|月|个月|年)前|刚刚|刚才|[昨今前][天日]|\d{1,2}:\d\d|(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}"
    r"|\d{1,2}月\d{1,2}|^\s*\d{1,2}[-/]\d{1,2}\s*$|^\s*\d{10}(?:\d{3})?\s*$"
)
_PLACE_REST = re.compile(
    r"[省市县縣区州盟旗镇乡街道辽吉黑\s·・/\-|｜,，、>（）()\[\]【】]|自治|地区|所在地?|区域|发货地?"
)
_LONG_PRICE, _LONG_TIME, _LONG_PLACE = 40, 48, 24


@lru_cache(maxsize=20_000)
def price_like(text: str) -> float:
    """Return how much a text is a price and nothing else; a bare number is worth half."""
    said = folded(text[:200])
    if not said or len(said) > _LONG_PRICE or _TIME_SHAPE.search(said):
        return 0.0
    said = _LABEL.sub("", said)
    read = price_of(said)
    if read.yuan is None and read.note != "negotiable":
        return 0.0
    rest = len(_PRICE_WORDS.sub("", said))
    whole = max(0.0, 1.0 - 0.3 * rest)
    is_marked = bool(_MONEY.search(said)) or read.note == "negotiable"
    return whole if is_marked else 0.4 * whole


@lru_cache(maxsize=20_000)
def is_marked_price(text: str) -> bool:
    """Return whether a short text says what currency it speaks of."""
    return bool(_MONEY.search(folded(text[:200])))


def time_like(text: str, seen_at: datetime) -> float:
    """Return how much a text is a time and nothing else; a bump or a last reply counts less."""
    said = folded(text[:200])
    if not said or len(said) > _LONG_TIME or not _TIME_SHAPE.search(said):
        return 0.0
    read = posted_of(text, seen_at)
    if read.at is None:
        return 0.0
    rest = len(_TIME_WORDS.sub("", _LABEL.sub("", said)))
    whole = max(0.0, 1.0 - 0.25 * rest)
    return whole * (0.5 if read.is_bump or _LATE.search(said) else 1.0)


@lru_cache(maxsize=20_000)
def place_like(text: str) -> float:
    """Return how much a text is the name of a place and nothing else."""
    said = _LABEL.sub("", text[:80].strip())
    if not said or len(said) > _LONG_PLACE or re.search(r"\d{2}", said):
        return 0.0
    if not _code(said):
        return 0.5 if re.fullmatch(r"[一-鿿]{1,6}[区县市旗镇]", said) else 0.0
    left, at, known = 0, 0, ""
    while at < len(said):
        # a name ends where the code becomes another one: 沈阳|铁西, 营口·|鲅鱼圈
        ends = (at + length for length in range(2, 9) if at + length <= len(said))
        end = next((end for end in ends if _code(said[:end]) not in {"", known}), 0)
        if end:
            at, known = end, _code(said[:end])
        else:
            left += not _PLACE_REST.match(said[at])
            at += 1
    return max(0.0, 1.0 - 0.3 * left)


@lru_cache(maxsize=50_000)
def _code(text: str) -> str:
    return place_of(text).code


def kind_like(text: str) -> float:
    """Return whether a short text says 出售 or 求购 and nothing else."""
    said = re.sub(r"[\[\]【】()（）\s]", "", text[:20])
    return 1.0 if said and len(said) <= 4 and kind_of(said) else 0.0  # a word


def number_like(text: str) -> bool:
    """Return whether a text is a bare number: replies, views, an id."""
    return bool(re.fullmatch(r"[\d,.\s]+[次人条个图张楼]?", text.strip()[:40])) if text else False


def bare(text: str) -> str:
    """Return a text without a label in front of it."""
    return _LABEL.sub("", text, count=1)
