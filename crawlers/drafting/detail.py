"""The page of one listing: where its text, its pictures and the rest stand."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crawlers.drafting import likeness
from crawlers.drafting.agree import agreement
from crawlers.drafting.body import ASIDE, MOST_NODES, images_rule, selector_of, text_node
from crawlers.drafting.slots import Slot, slots_of
from crawlers.drafting.tree import tree_of
from crawlers.pages.base import Fetched
from crawlers.pages.rules import css
from crawlers.pages.shown import parse_html, text_of
from crawlers.pages.structured import StructuredShown
from pipeline.listing import Listing

_LABELS = {
    "price": re.compile(
        r"=(?:价格|售价|要价|现价|报价|转让价|一口价|价)|price|jiage|\bsum\b|money"
    ),
    "place": re.compile(
        r"=(?:地区|区域|所在地?|地点|城市|位置|发货地|交易地点|所在地区)"
        r"|area|place|addr|city|where|location|region"
    ),
    "posted": re.compile(
        r"=(?:发布时间|发布日期|发布|时间|发表于|日期|上架时间|更新时间|更新)|time|date|posted|publish"
    ),
    "seller": re.compile(
        r"=(?:联系人|卖家|发布人|发布者|作者|楼主|店铺|商家|用户)"
        r"|seller|author|user|owner|nick|poster|\bwho\b|contact|sold"
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A field of the page of one listing: its rule in parts, and what it gives here."""

    at: str
    match: str = ""
    first: bool = False
    value: str = ""


def describes_itself(page: Fetched) -> bool:
    """Return whether a page tells machines what it offers: no rules are needed then."""
    shown = StructuredShown(parse_html(page.text), page.url)
    return shown.is_there and bool(shown.given("title").values)


def detail_fields(page: Fetched, card: Listing) -> dict[str, Found]:
    """Return where the fields of one listing stand on its page; ``card`` is what its list shows."""
    root = tree_of(page.text)
    body = next(iter(root.iter("body")), root)
    slots = [one for one in slots_of([body], most_nodes=MOST_NODES) if one.values[0]]
    found: dict[str, Found] = {}
    title = _title(slots, card, page)
    if title:
        found["title"] = _as_found(title)
    heads = (
        css(found["title"].at).found(body)[:1]
        if "title" in found and "::" not in found["title"].at
        else []
    )
    text = text_node(body, heads[0] if heads else None)
    if text is not None and (written := selector_of(root, text)):
        at, first = written
        found["text"] = Found(at, first=first, value=text_of(text))
    for name in ("price", "place", "posted", "seller"):
        slot = _best(slots, _judge(name, card, page))
        if slot:
            found[name] = _as_found(slot)
    if "seller" in found:
        found |= _seller_link(body, found["seller"])
    images = images_rule(root, body, page.url, text)
    if images:
        found["images"] = Found(images)
    return found


def _as_found(slot: Slot) -> Found:
    return Found(slot.at, slot.match, first=False, value=slot.values[0])


def _best(slots: list[Slot], judge: Callable[[Slot], float], least: float = 0.5) -> Slot | None:
    scored = [
        (score - 0.03 * min(one.cost, 12) - 0.12 * bool(one.match), one)
        for one in slots
        if (score := judge(one)) >= least
    ]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _title(slots: list[Slot], card: Listing, page: Fetched) -> Slot | None:
    def judge(slot: Slot) -> float:
        value = slot.values[0]
        if "attr(" in slot.at or len(value) > 200 or slot.match:  # a headline
            return 0.0
        known = (
            agreement("title", value, card, url=page.url, at=page.seen_at) if card.title else None
        )
        heading = 0.35 * bool(re.search(r"<h1>", slot.hints)) + 0.15 * bool(
            re.search(r"<h2>|tit|subject|name", slot.hints)
        )
        heading -= 0.3 * bool(ASIDE.search(slot.hints))
        return heading + (known if known is not None else 0.3)

    return _best(slots, judge)


def _judge(name: str, card: Listing, page: Fetched) -> Callable[[Slot], float]:
    label = _LABELS[name]

    def judge(slot: Slot) -> float:
        value = slot.values[0]
        if re.search(r"attr\((?!title|datetime|content)", slot.at) or len(value) > 60:
            return 0.0
        known = agreement(name, value, card, url=page.url, at=page.seen_at)
        like = _like(name, value, page.seen_at)
        if name == "seller" and known is None and (len(value) > 20 or like == 0):
            return 0.0
        if known is not None and known < 0.5 and name != "posted":  # another's
            return 0.0
        if like < 0.3:  # not such a value
            return 0.0
        score = 0.35 * like + 0.35 * bool(label.search(slot.hints) or label.search(slot.at))
        score += 0.45 * (known or 0.0)
        score -= 0.25 * bool(name == "seller" and re.search(r"[（(]|\d{5}|：", value))
        score += 0.06 * bool(name == "posted" and re.search(r"(?:19|20)\d\d", value))
        return score - 0.4 * bool(ASIDE.search(slot.hints))

    return judge


def _like(name: str, value: str, at: datetime) -> float:
    if name == "price":
        return likeness.price_like(value)
    if name == "posted":
        return likeness.time_like(value, at)
    if name == "place":
        return likeness.place_like(value)
    other = (
        likeness.price_like(value) or likeness.number_like(value) or likeness.time_like(value, at)
    )
    return 0.0 if other or not 1 <= len(value) <= 30 or "\n" in value else 0.8


def _seller_link(body: Any, seller: Found) -> dict[str, Found]:
    """Return the seller's address and number, where the name is, or holds, a link."""
    base = seller.at.partition("::")[0]
    node = next(iter(css(base).found(body)), None)
    if node is None:
        return {}
    at = base if node.tag == "a" else f"{base} a"
    href = next((one.get("href") or "" for one in css(at).found(body)), "")
    if not href:
        return {}
    found = {"seller_url": Found(f"{at}::attr(href)", value=href)}
    number = re.search(r"(?:[?&](\w*id)=|/)(\d{2,20})", href)
    if number:
        pattern = rf"[?&]{number[1]}=(\d+)" if number[1] else r"/(\d+)"
        found["seller_id"] = Found(f"{at}::attr(href)", pattern, value=number[2])
    return found
