"""Which pieces of an HTML page repeat: its rows, and the selector that finds them again.

Rows are alike in structure, differ in their words, and each leads to an address of its own
that is shaped like its neighbours'. Menus, pagers and "you may also like" repeat too; what
they lack is words, or prices and times.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from crawlers.drafting.addresses import absolute, shape_of
from crawlers.drafting.names import lasting_classes
from crawlers.pages.shown import text_of

MOST_NODES = 60_000
"""Nodes of a page that are looked at; real lists have some thousand."""
_DEEPEST = 80
_MOST_GROUPS = 60
_MOST_ROWS = 400
_ASIDE = re.compile(
    r"nav|menu|foot|side|crumb|pager|page|toolbar|related|recommend|others|tuijian|hot|rank|filter|friend|link|"
    r"login|header|topbar|newest|guess",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[¥￥]\s*\d|\d\s*[元块万]|面议|\d\s*/\s*[只对羽]|价")
_TIME = re.compile(
    r"\d\s*(?:秒|分钟?|小时|天|日|周|个?月)前|刚刚|[昨今前]天|\d{1,2}-\d{1,2}|\d{1,2}:\d\d|月\d{1,2}日"
)
_UNSEEN = frozenset({"script", "style", "noscript", "template", "option", "svg", "path", "br"})
_USER = re.compile(r"uid|user|space|member|seller|author|/u-?0|/u/|profile")
_NOTICE = re.compile(r"stick|notice|announce", re.IGNORECASE)
"""A forum's notices stand above its threads and are no listings."""
_ONCLICK = re.compile(r"['\"]((?:https?:/)?/[^'\"\s]{2,300}|[\w./-]+\?[^'\"\s]{2,200})['\"]")


@dataclass(frozen=True, slots=True)
class Repeat:
    """Pieces of a page that repeat.

    Attributes:
        rows: the nodes that are listings; others: alike, but adverts, headings, separators.
        links: the address of each row's own page, absolute; "" where a row names none.
        shape: what those addresses share.
        score: how much this looks like the list of the page.
    """

    rows: tuple[Any, ...]
    others: tuple[Any, ...]
    links: tuple[str, ...]
    shape: str
    score: float


def repeats_of(root: Any, url: str) -> list[Repeat]:
    """Return what repeats on a page, the most list-like first."""
    groups = sorted(_groups(root), key=len, reverse=True)[:_MOST_GROUPS]
    judged = [one for nodes in groups if (one := _judged(nodes, url)) is not None]
    judged.sort(key=lambda one: one.score, reverse=True)
    return judged


def _groups(root: Any) -> Iterator[list[Any]]:
    """Yield nodes of one kind below parents of one kind, with and without their classes."""
    kinds: dict[Any, int] = {}
    strict: dict[tuple[int, str, frozenset[str]], list[Any]] = defaultdict(list)
    loose: dict[tuple[int, str], list[Any]] = defaultdict(list)
    waiting: list[tuple[Any, int, int]] = [(root, 0, 0)]
    seen = 0
    while waiting and seen < MOST_NODES:
        node, parent, depth = waiting.pop()
        seen += 1
        tag = node.tag
        if not isinstance(tag, str) or tag in _UNSEEN:
            continue
        classes = lasting_classes(node)
        kind = (parent, tag, classes)
        number = kinds.setdefault(kind, len(kinds) + 1)
        strict[kind].append(node)
        loose[(parent, tag)].append(node)
        if depth < _DEEPEST:
            waiting += [(child, number, depth + 1) for child in reversed(node)]
    known = set()
    for nodes in (*strict.values(), *loose.values()):
        if len(nodes) < 2:  # one is no repeat
            continue
        key = (nodes[0], len(nodes))
        if key not in known:
            known.add(key)
            yield nodes[:_MOST_ROWS]


def links_of(node: Any, url: str) -> dict[str, int]:
    """Return the addresses that a row names, in order, with how many characters name each."""
    found: dict[str, int] = {}
    for count, one in enumerate(node.iter("a", "area")):
        if count > 40:  # a row of a list has a few
            break
        whole = absolute(url, one.get("href") or "")
        if whole:
            words = len(" ".join("".join(one.itertext()).split())[:60])
            found[whole] = max(found.get(whole, 0), words)
    if not found:
        for one in (node, *node[:6]):
            said = (one.get("onclick") or one.get("data-url") or one.get("data-href") or "")[:500]
            match = _ONCLICK.search(said) or _ONCLICK.search(f"'{said}'")
            whole = absolute(url, match[1]) if match else ""
            if whole:
                found.setdefault(whole, 0)
    return found


def _judged(nodes: Sequence[Any], url: str) -> Repeat | None:
    links = [links_of(node, url) for node in nodes]
    shape = _main_shape(links)
    if not shape:
        return None
    main = [
        "" if _is_notice(node) else next((one for one in given if shape_of(one) == shape), "")
        for node, given in zip(nodes, links, strict=True)
    ]
    own = {node for node, link in zip(nodes, main, strict=True) if link}
    rows = [(node, link) for node, link in zip(nodes, main, strict=True) if node in own]
    if len(rows) < 2:  # one row is no list
        return None
    texts = [text_of(node)[:400] for node, _ in rows]
    distinct = len({link for _, link in rows}) / len(rows)
    variety = len(set(texts)) / len(texts)
    if distinct < 0.5 or variety < 0.5:  # the same again and again
        return None
    many = [len({one for one in given if shape_of(one) == shape}) for given in links]
    crowded = sum(one for one in many if one) / max(1, sum(1 for one in many if one))
    length = median(len(text) for text in texts)
    score = distinct * variety * math.log2(len(rows) + 1) * math.sqrt(min(length, 120) / 120)
    score *= 1 + 1.5 * _share(_MONEY, texts) + _share(_TIME, texts)
    score /= crowded**2
    score *= 0.3 if _USER.search(shape) else 1.0
    score *= 0.35 if _is_aside(rows[0][0]) else 1.0
    score *= 1.05 if rows[0][0].get("id") or rows[0][0].get("data-id") else 1.0
    score *= 0.4 if rows[0][0].tag == "a" and len(rows[0][0]) == 0 else 1.0
    score *= len(rows) / len(nodes) if len(rows) < 0.5 * len(nodes) else 1.0
    others = tuple(node for node in nodes if node not in own)
    return Repeat(
        tuple(node for node, _ in rows), others, tuple(link for _, link in rows), shape, score
    )


def _is_notice(node: Any) -> bool:
    outer = node.getparent()
    inner = outer is not None and len(outer) == 1
    return any(_NOTICE.match(one.get("id") or "") for one in ((node, outer) if inner else (node,)))


def _main_shape(links: Sequence[Mapping[str, int]]) -> str:
    """Return the shape of address that most rows have one of, each another."""
    rows: Counter[str] = Counter()
    distinct: dict[str, set[str]] = defaultdict(set)
    first: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for given in links:
        shapes = dict.fromkeys(shape_of(one) for one in given)
        rows.update(shapes.keys())
        for place, shape in enumerate(shapes):
            first[shape] += place
        for one, length in given.items():
            distinct[shape_of(one)].add(one)
            words[shape_of(one)] += length
    best = ""
    most = 0.0
    for shape, count in rows.items():
        if not shape:
            continue
        # an id makes an address a listing's own: sellers repeat, folders have no number
        worth = count * len(distinct[shape]) / (count + len(distinct[shape]))
        worth *= 1.0 if re.search(r"[0*]", shape.partition("/")[2]) else 0.5
        worth *= 0.6 if _USER.search(shape) else 1.0
        worth *= 1 + 0.5 * min(1.0, words[shape] / count / 12)  # a headline is longer than a name
        worth /= 1 + 0.02 * first[shape] / count
        if worth > most:
            best, most = shape, worth
    return best


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    return sum(bool(pattern.search(text)) for text in texts) / len(texts)


def _is_aside(node: Any) -> bool:
    for depth, one in enumerate((node, *node.iterancestors())):
        if one.tag in {"nav", "footer", "header", "aside"}:
            return True
        if one.tag in {"body", "html"} or depth > 3:  # what holds the page is no aside
            return False
        if _ASIDE.search(f"{one.get('class') or ''} {one.get('id') or ''}"):
            return True
    return False
