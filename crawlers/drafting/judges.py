"""How much a column is a field, 0..1: by what stands in it, and by what it is called."""

import re
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median

from crawlers.drafting.addresses import absolute, shape_of
from crawlers.drafting.likeness import (
    is_marked_price,
    kind_like,
    number_like,
    place_like,
    price_like,
    time_like,
)
from crawlers.drafting.slots import Slot

_PRICE = re.compile(
    r"price|jiage|\bpri\b|money|amount|cost|yuan|\bsum\b|=价|价格|售价|=要价|fee|asking"
)
_NOT_PRICE = re.compile(
    r"<del>|<s>|<strike>|orig|market|old[-_]?price|=原价|view|reply|replies|count|num\b|hits|click|comment|想要|like|fav|"
    r"回复|查看|浏览|freight|postage|deposit"
)
_TIME = re.compile(
    r"time|date|posted|publish|fabu|pubdate|<time>|@datetime|=时间|发布|created|=日期|ago|=更新"
)
_NOT_TIME = re.compile(r"last|reply|lastpost|=最后|回复|update|refresh|modif|expire|end|=到期")
_PLACE = re.compile(
    r"place|area|city|addr|location|region|where|diqu|local|=地区|=区域|=所在|=地点|=城市|=位置|province|=发货"
)
_SELLER = re.compile(
    r"seller|author|user|\bby\b|nick|owner|poster|publisher|shop|store|=卖家|=发布人|=联系人|=作者|=楼主|=店|member|who|creator|=昵称|=发布者|people|contact"
)
_TITLE = re.compile(
    r"tit|subject|name|<h[1-4]>|headline|=标题|=主题|caption|biaoti|xst|\bbt\b|heading"
)
_TEXT = re.compile(
    r"desc|summary|abstract|content|intro|brief|detail|text|excerpt|words|memo|neirong|jianjie|snippet|body|=内容|=描述"
)
_PICTURE_BAD = re.compile(r"avatar|face|head|logo|icon|emoji|portrait|touxiang|userpic|badge|level")
_PICTURE_URL = re.compile(
    r"\.(?:jpe?g|png|gif|webp|heic|bmp|avif)\b|/pic|/img|/image|/photo|/thumb|/media|/upload|/attachment",
    re.IGNORECASE,
)
_BLANK = re.compile(
    r"^data:|none\.|blank\.|grey\.|loading|placeholder|transparent|spacer|1x1|pixel|nopic|lazy\.",
    re.IGNORECASE,
)
_MIXED = re.compile(r"[¥￥]\s*\d|\d\s*(?:分钟|小时|天|秒)前|\d{4}-\d|\d:\d\d$|价格[:：]|面议$")
_LABELLED = re.compile(r"(?:价格|地区|区域|发布|时间|联系人|售价)\s?[:：]")
_STAMPED = re.compile(r"\d\s*(?:分钟|小时|天|秒)前|\d\d-\d\d|\d:\d\d|刚刚|昨天")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the columns are held against.

    Attributes:
        url: address of the page.
        at: when it was seen.
        links: each row's own address, absolute; "" where it has none.
    """

    url: str
    at: datetime
    links: tuple[str, ...]


def _called(pattern: re.Pattern[str], slot: Slot) -> bool:
    return bool(pattern.search(slot.hints) or pattern.search(slot.at.lower().partition("::")[0]))


def price(slot: Slot, _seen: Seen) -> float:
    """Judge a column of prices: bare numbers count replies and views, unless they are called so."""
    score = mean(price_like(value) for value in slot.given)
    if score < 0.2:  # no price
        return 0.0
    if mean(is_marked_price(value) for value in slot.given) < 0.2 and not _called(_PRICE, slot):
        return 0.0  # bare numbers count replies, views, days
    score *= 0.5 + 0.5 * slot.share
    if _called(_NOT_PRICE, slot):
        score *= 0.3
    if _called(_PRICE, slot):
        score += 0.35
    if "attr(href" in slot.at or "attr(id" in slot.at or re.search(r"attr\(data-\w*id\)", slot.at):
        return 0.0
    return score


def posted(slot: Slot, seen: Seen) -> float:
    """Judge a column of times: the first posting, not the last reply."""
    if "attr(href" in slot.at or "attr(src" in slot.at:
        return 0.0
    score = mean(time_like(value, seen.at) for value in slot.given)
    if score < 0.3:  # no time
        return 0.0
    score *= 0.5 + 0.5 * slot.share
    if _called(_NOT_TIME, slot):
        score *= 0.6
    if _called(_TIME, slot):
        score += 0.2
    # of two ways to say it the exacter one: 2026-03-01 08:12 before 3天前
    if (
        sum(bool(re.search(r"(?:19|20)\d\d.*\d:\d\d|^\d{10,13}$", value)) for value in slot.given)
        > len(slot.given) / 2
    ):
        score += 0.06
    return score


def place(slot: Slot, _seen: Seen) -> float:
    """Judge a column of places."""
    if "attr(href" in slot.at or "attr(src" in slot.at:
        return 0.0
    score = mean(place_like(value) for value in slot.given)
    if score < 0.3:  # no place
        return 0.2 if _called(_PLACE, slot) else 0.0
    return score * (0.5 + 0.5 * slot.share) + (0.25 if _called(_PLACE, slot) else 0.0)


def kind(slot: Slot, _seen: Seen) -> float:
    """Judge a column of 出售 and 求购."""
    if "attr(" in slot.at:
        return 0.0
    return mean(kind_like(value) for value in slot.given) * (0.5 + 0.5 * slot.share)


def title(slot: Slot, seen: Seen) -> float:
    """Judge a column of headlines."""
    if "attr(" in slot.at and not re.search(r"attr\((title|alt|data-title)\)", slot.at):
        return 0.0
    lengths = [len(value) for value in slot.given]
    middle = median(lengths)
    if not 3 <= middle <= 120 or max(lengths) > 400 or slot.variety < 0.5:
        return 0.0
    if _is_other(slot, seen) or slot.share < 0.6:  # a title is always there
        return 0.0
    score = 0.45 * slot.variety * slot.share
    score += 0.25 * _called(_TITLE, slot) + 0.15 * ("<a>" in slot.hints)
    score += 0.12 * bool(re.search(r"<h[1-4]>|<strong>|<b>", slot.hints))
    score += 0.15 * min(1.0, middle / 10) - 0.15 * (middle > 45)
    score -= 0.3 * _called(_TEXT, slot) + 0.25 * (_called(_SELLER, slot) and middle < 8)
    score -= 0.3 * (mean("\n" in value for value in slot.given) > 0.5)
    score -= 0.25 * bool(slot.match)
    score -= 0.35 * (mean(bool(_MIXED.search(value)) for value in slot.given) > 0.4)
    score -= 0.1 * ("attr(alt" in slot.at) + 0.03 * ("attr(title" in slot.at)
    # a list that cuts its titles often keeps them whole in an attribute
    score -= 0.3 * (mean(value.endswith(("...", "…")) for value in slot.given) > 0.2)
    return score


def _is_other(slot: Slot, seen: Seen) -> bool:
    """Return whether a column is prices, times, places or numbers."""
    given = slot.given
    return any(
        mean(judged) > 0.5  # most of it
        for judged in (
            [price_like(one) for one in given],
            [time_like(one, seen.at) for one in given],
            [place_like(one) for one in given],
            [float(number_like(one)) for one in given],
            [kind_like(one) for one in given],
        )
    )


def seller(slot: Slot, seen: Seen) -> float:
    """Judge a column of sellers' names: nothing but what it is called tells them."""
    if "attr(" in slot.at or slot.share < 0.5:  # somebody offers each listing
        return 0.0
    lengths = [len(value) for value in slot.given]
    if not 1 <= median(lengths) <= 20 or max(lengths) > 60 or _is_other(slot, seen):
        return 0.0
    if len(set(slot.given)) < 2 or any("\n" in one for one in slot.given):
        return 0.0
    if mean(bool(_STAMPED.search(one)) for one in slot.given) > 0.3:  # a name with its time
        return 0.0
    return 0.65 + 0.1 * ("<a>" in slot.hints) if _called(_SELLER, slot) else 0.0


def text(slot: Slot, title: Slot | None) -> float:
    """Judge a column of descriptions; ``title``: the column of the headlines."""
    if "attr(" in slot.at or slot.variety < 0.5:
        return 0.0
    lengths = [len(value) for value in slot.given]
    if mean(lengths) < 12:  # a word is no text
        return 0.0
    if title is not None:
        pairs = [(a, b) for a, b in zip(slot.values, title.values, strict=True) if a and b]
        if pairs and mean(b in a for a, b in pairs) > 0.5:  # it holds the title: a frame
            return 0.0
    score = 0.4 * _called(_TEXT, slot) + 0.4 * min(1.0, mean(lengths) / 40)
    score += 0.2 * (not slot.match) * (mean(lengths) > 15)  # it stands alone
    mixed = mean(bool(_MIXED.search(one) or _LABELLED.search(one)) for one in slot.given)
    return score - 0.5 * mixed


def images(slot: Slot, seen: Seen) -> float:
    """Judge a column of pictures' addresses."""
    if "attr(" not in slot.at or _called(_PICTURE_BAD, slot):
        return 0.0
    name = slot.at.rpartition("attr(")[2].rstrip(")")
    if "<img>" not in slot.hints and name not in {
        "data-src",
        "data-original",
        "data-img",
        "data-image",
    }:
        return 0.0
    good = [
        one
        for one in slot.given
        if not _BLANK.search(one) and shape_of(absolute(seen.url, one) or "//")
    ]
    if not good or name in {"alt", "title", "onerror", "onload", "id", "loading"}:
        return 0.0
    looks = mean(bool(_PICTURE_URL.search(one)) for one in good)
    score = len(good) / len(slot.given) * (0.35 + 0.4 * looks) * (0.4 + 0.6 * slot.variety)
    return score + 0.1 * (name != "src")
