"""JSON answers: which list in them holds the listings, and which key is which field."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import mean
from typing import Any
from urllib.parse import urlsplit

from crawlers.drafting import pager
from crawlers.drafting.addresses import absolute, glob_of, id_patterns
from crawlers.drafting.choose import Chosen, choose
from crawlers.drafting.drafted import Draft
from crawlers.drafting.judges import Seen
from crawlers.drafting.likeness import time_like
from crawlers.drafting.slots import Slot, sampled
from crawlers.pages.base import Fetched
from crawlers.pages.rules import path
from crawlers.pages.shown import scalar
from pipeline.base.errors import PageChanged

_MOST_VALUES = 20_000
_DEEPEST = 12
_MOST_KEYS = 150
_KEY = re.compile(r"[^.\[\]]{1,60}")
_ID = re.compile(
    r"(?:^|[._])(?:item|info|goods|post|thread|article|note|product|ad|tid|aid|gid|pid)?_?id$|(?:item|info|goods|post|thread|note|product)Id$|^id$|\bno$|\.sn$",
    re.IGNORECASE,
)
_OTHERS_ID = re.compile(
    r"user|seller|author|category|cate|shop|city|area|owner|member|type|cover|img", re.IGNORECASE
)
_MORE = re.compile(r"has_?(?:more|next)|hasNextPage|more$|next_?page|isEnd|is_end", re.IGNORECASE)
_FEN = re.compile(r"fen$|cent|_in_cents|minor", re.IGNORECASE)
_PICTURE_KEY = re.compile(r"pic|img|image|cover|photo|thumb", re.IGNORECASE)


def draft_of_answer(
    page: Fetched,
    answer: Any,
    *,
    script: tuple[str, str] = ("", ""),
    name: str = "",
    root: Any = None,
) -> Draft:
    """Return the draft of a JSON answer, or of JSON that stands in a ``script`` of a page.

    Raises:
        PageChanged: no list in it holds listings.
    """
    best: tuple[float, str, list[Any], dict[str, Chosen]] | None = None
    for keys, items in lists_in(answer):
        rows = sampled(items)
        columns = list(columns_of(rows))
        links = _links(columns, page.url, len(rows))
        chosen = _fields(columns, Seen(page.url, page.seen_at, links), rows)
        if "site_id" not in chosen or not {"title", "text"} & set(chosen):
            continue
        worth = sum(one.sure for one in chosen.values()) * min(len(items), 20) ** 0.5
        if best is None or worth > best[0]:
            best = (worth, keys, items, chosen)
    if best is None:
        what = "is a JSON answer without a list of things that have words of their own"
        raise PageChanged(page.url, what, "give the address of the answer that holds the list")
    _, keys, items, chosen = best
    notes = []
    if "url" not in chosen:
        notes.append("答案里没有信息自己的网址：若知道网址的样子，请在 url 里写 make 模板")
    price = chosen.get("price")
    if price and _FEN.search(price.slot.at):
        notes.append("价格似以分为单位，须人工核对")
    address = chosen["url"].slot.given if "url" in chosen else ()
    own = [absolute(page.url, value) for value in address]
    return Draft(
        url=page.url,
        name=name or urlsplit(page.url).netloc,
        shape="embedded" if script[0] else "answer",
        family="embedded" if script[0] else "json",
        script=script,
        written_as="json",
        search=pager.search_of(root, page.url),
        rows=keys,
        more=_more(answer),
        fields=chosen,
        detail_urls=glob_of(own, urlsplit(page.url).netloc),
        links=tuple(dict.fromkeys(own)),
        notes=tuple(notes),
    )


def lists_in(answer: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield each list of objects in an answer with the path of its items."""
    waiting: list[tuple[str, Any, int]] = [("", answer, 0)]
    seen = 0
    while waiting and seen < _MOST_VALUES:
        keys, value, depth = waiting.pop(0)
        seen += 1
        if depth > _DEEPEST:
            continue
        if isinstance(value, list):
            items = [one for one in value if isinstance(one, dict)]
            if len(items) >= 2 and len(items) >= 0.7 * len(value):  # a list of things
                yield f"{keys}[]" if keys else "[]", items[:400]
            if items and depth < 3:  # lists inside the items are their parts
                waiting += [(f"{keys}[]", items[0], depth + 1)] if len(items) == 1 else []
        elif isinstance(value, dict):
            for key, inner in list(value.items())[:_MOST_KEYS]:
                if isinstance(inner, dict | list) and _KEY.fullmatch(key):
                    waiting.append((f"{keys}.{key}" if keys else key, inner, depth + 1))


def columns_of(rows: Sequence[Any]) -> Iterator[Slot]:
    """Yield the scalar values of some items, key by key."""
    seen: Counter[str] = Counter()
    flat = [dict(scalars_of(row)) for row in rows]
    for one in flat:
        seen.update(one.keys())
    for keys, count in seen.most_common(_MOST_KEYS):
        if count < 0.3 * len(rows):  # a field that most lack
            continue
        values = tuple(one.get(keys, "") for one in flat)
        cost = 0.6 + 0.35 * keys.count(".") + 0.6 * keys.count("[") + 0.01 * len(keys)
        yield Slot(keys, values, keys.lower().replace(".", " "), cost)


def scalars_of(item: Any) -> Iterator[tuple[str, str]]:
    """Yield the plain values of an item with the path to each; of a list, its first."""
    waiting: list[tuple[str, Any, int]] = [("", item, 0)]
    count = 0
    while waiting and count < 400:  # an item of a real answer has some dozen
        keys, value, depth = waiting.pop(0)
        count += 1
        if isinstance(value, dict) and depth < 6:  # the same
            for key, inner in list(value.items())[:80]:
                if _KEY.fullmatch(key) and key.strip() == key:
                    waiting.append((f"{keys}.{key}" if keys else key, inner, depth + 1))
        elif isinstance(value, list) and value and depth < 6:  # the same
            waiting.append((f"{keys}[]", value[0], depth + 1))
        elif keys and (written := scalar(value)):
            yield keys, written[:3_000]


def _links(columns: Sequence[Slot], url: str, rows: int) -> tuple[str, ...]:
    """Return each item's own address: the column of addresses that differ and are no pictures."""
    best: tuple[float, Slot] | None = None
    for slot in columns:
        if _PICTURE_KEY.search(slot.at) or slot.share < 0.7 or slot.variety < 0.9:
            continue
        good = [
            one
            for one in slot.given
            if re.match(r"https?://|/{1,2}[\w.]", one) and absolute(url, one)
        ]
        if len(good) < 0.9 * len(slot.given) or re.search(r"\.(?:jpe?g|png|webp|gif)\b", good[0]):
            continue
        score = (
            1.0 - 0.05 * slot.cost + 0.5 * bool(re.search(r"url|link|href", slot.at, re.IGNORECASE))
        )
        score -= 0.6 * bool(re.search(r"user|seller|author|shop|avatar", slot.at, re.IGNORECASE))
        if best is None or score > best[0]:
            best = (score, slot)
    return tuple(absolute(url, one) for one in best[1].values) if best else ("",) * rows


def _fields(columns: Sequence[Slot], seen: Seen, rows: Sequence[Any]) -> dict[str, Chosen]:
    columns = [one for one in columns if path_is_fine(one.at)]
    # choose() knows attributes of HTML by their names: keys are none
    chosen: dict[str, Chosen] = {}
    address = next(
        (
            one
            for one in columns
            if any(seen.links) and tuple(absolute(seen.url, v) for v in one.values) == seen.links
        ),
        None,
    )
    if address:
        chosen["url"] = Chosen("url", address, 1.0)
    own = _id(columns, address)
    if own:
        chosen["site_id"] = own
    taken = {one.slot.at for one in chosen.values()}
    rest = [one for one in columns if one.at not in taken and not _is_stamp_of_other(one, seen)]
    words = [one for one in rest if not _is_link(one)]
    others = choose(words, replace(seen, links=("",) * len(rows)))
    known = {"url", "site_id", "images", "seller_url", "seller_id"}
    chosen |= {name: one for name, one in others.items() if name not in known}
    pictures = [one for one in rest if _PICTURE_KEY.search(one.at) and _is_link(one)]
    if pictures:
        best = min(
            pictures,
            key=lambda one: (
                bool(re.search(r"avatar|head|user|seller", one.at, re.IGNORECASE)),
                one.cost,
            ),
        )
        if not re.search(r"avatar|head", best.at, re.IGNORECASE):
            chosen["images"] = Chosen("images", best, 0.8)
    seller = chosen.get("seller")
    if seller and "." in seller.slot.at:
        outer = seller.slot.at.rpartition(".")[0]
        number = next(
            (
                one
                for one in rest
                if re.fullmatch(re.escape(outer) + r"\.(?:\w*id|uid|no)", one.at, re.IGNORECASE)
            ),
            None,
        )
        if number:
            chosen["seller_id"] = Chosen("seller_id", number, 0.8)
    return chosen


def path_is_fine(written: str) -> bool:
    """Return whether a path of keys can be written in a source file."""
    try:
        path(written)
    except ValueError:
        return False
    return True


def _is_link(slot: Slot) -> bool:
    return (
        mean(bool(re.match(r"(?:https?:)?//|/[\w-]+/", one)) for one in slot.given) > 0.7
        if slot.given
        else False
    )


def _is_stamp_of_other(slot: Slot, seen: Seen) -> bool:
    """Return whether a column is a stamp that has nothing to do with posting: updated, expires."""
    late = re.search(r"update|modif|expire|end_|last|reply|refresh", slot.at, re.IGNORECASE)
    return bool(late) and mean(time_like(one, seen.at) for one in slot.given) > 0.5


def _id(columns: Sequence[Slot], address: Slot | None) -> Chosen | None:
    fit = [
        one for one in columns
        if one.share > 0.95 and one.variety > 0.95  # each has its own
        and all(re.fullmatch(r"[\w-]{1,64}", value) for value in one.given)
        and _ID.search(one.at) and not _OTHERS_ID.search(one.at)
    ]  # fmt: skip
    if fit:
        return Chosen("site_id", min(fit, key=lambda one: one.cost), 1.0)
    if address:
        for pattern in id_patterns(list(address.given)):
            values = tuple(m[1] if (m := re.search(pattern, one)) else "" for one in address.values)
            return Chosen("site_id", replace(address, values=values, match=pattern), 0.9)
        return Chosen("site_id", address, 0.4)
    loose = [
        one for one in columns if one.variety > 0.95 and one.share > 0.95 and "id" in one.at.lower()
    ]
    return Chosen("site_id", min(loose, key=lambda one: one.cost), 0.5) if loose else None


def _more(answer: Any) -> str:
    """Return the path that says whether there is more."""
    waiting: list[tuple[str, Any, int]] = [("", answer, 0)]
    count = 0
    while waiting and count < 500:  # the head of an answer is small
        keys, value, depth = waiting.pop(0)
        count += 1
        if not isinstance(value, Mapping) or depth > 4:  # the same
            continue
        for key, inner in list(value.items())[:80]:
            whole = f"{keys}.{key}" if keys else key
            if (
                _KEY.fullmatch(key)
                and isinstance(inner, bool)
                and _MORE.search(key)
                and "nd" not in key[-2:]
            ):
                return whole
            waiting.append((whole, inner, depth + 1))
    return ""
