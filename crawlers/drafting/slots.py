"""What stands at each place of a row, in all rows: columns of values, each with its rule."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crawlers.drafting.names import Name, counted, names_of
from crawlers.fields.words import clean
from crawlers.pages.rules import css
from crawlers.pages.shown import text_of

_MOST_ROWS = 30
MOST_NODES = 250
"""Nodes of one row that are looked at."""
_MOST_SELECTORS = 700
_LEAST_SHARE = 0.3
_LONGEST = 3_000
_LABELLED = re.compile(r"([一-鿿]{2,5})\s?[:：]\s?([^\s:：|｜,，;；]{1,40})")
_SEPARATORS = ("|", "｜", "·", "/", "•", "\n", "，", " ")
_PICTURES = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "data-echo",
             "file", "zoomfile", "lay-src", "_src", "lazysrc", "original", "src")  # fmt: skip
_ATTRIBUTES = ("title", "datetime", "content", "data-time", "data-price", "data-title", "alt")


@dataclass(frozen=True, slots=True)
class Slot:
    """One place of the rows.

    Attributes:
        at: the selector, or the path of keys.
        match: a pattern that cuts the value out of what stands there.
        values: what it gives in each row; "" where a row lacks it.
        hints: class names, tags, labels and headings around it, in lower case.
        cost: how unsure it is that the selector lasts (less is better).
    """

    at: str
    values: tuple[str, ...]
    hints: str
    cost: float
    match: str = ""

    @property
    def given(self) -> tuple[str, ...]:
        """The values that are there."""
        return tuple(value for value in self.values if value)

    @property
    def share(self) -> float:
        """The share of rows that have it."""
        return len(self.given) / len(self.values) if self.values else 0.0

    @property
    def variety(self) -> float:
        """How many of its values differ."""
        return len(set(self.given)) / len(self.given) if self.given else 0.0


def sampled(rows: Sequence[Any]) -> list[Any]:
    """Return the rows that are looked at closely: from the whole list, not its head alone."""
    if len(rows) <= _MOST_ROWS:
        return list(rows)
    step = len(rows) / _MOST_ROWS
    return [rows[int(number * step)] for number in range(_MOST_ROWS)]


def slots_of(rows: Sequence[Any], *, follow: int = 0, most_nodes: int = MOST_NODES) -> list[Slot]:
    """Return the columns of some rows.

    ``follow``: how many nodes after each row belong to it (a ``dd`` after its ``dt``);
    ``most_nodes``: how many nodes of each row are looked at.
    """
    found: dict[tuple[str, ...], Slot] = {}
    for name, hints in _selectors(rows, follow, most_nodes):
        nodes = [next(iter(css(name.selector).found(row)), None) for row in rows]
        for slot in _taken(name, nodes, hints):
            known = found.get(slot.values)
            if known is None:
                found[slot.values] = slot
                continue
            # a heading that holds nothing but its link is both
            merged = " ".join(sorted({*slot.hints.split(), *known.hints.split()}))[:600]
            found[slot.values] = replace(min(slot, known, key=lambda one: one.cost), hints=merged)
    plain = list(found.values())
    return plain + list(_cut(plain))


def _selectors(rows: Sequence[Any], follow: int, most: int) -> Iterator[tuple[Name, str]]:
    seen: Counter[str] = Counter()
    costs: dict[str, float] = {"": 0.4}
    hints: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        here: dict[str, float] = {}
        for node, prefix in _nodes(row, follow, most):
            for name in _written(node, row, prefix):
                here.setdefault(name.selector, name.cost)
                if len(hints[name.selector]) < 12:  # enough to know it
                    hints[name.selector] |= _hints(node, row)
        seen.update(here.keys())
        costs |= here
    yield Name("", 0.4), " ".join(_hints(rows[0], rows[0])) if rows else ""
    least = max(1.0, _LEAST_SHARE * len(rows))
    fit = [one for one, count in seen.items() if count >= least]
    fit.sort(key=lambda one: costs[one])
    for selector in fit[:_MOST_SELECTORS]:
        yield Name(selector, costs[selector]), " ".join(sorted(hints[selector]))


def _nodes(row: Any, follow: int, most: int) -> Iterator[tuple[Any, str]]:
    """Yield the nodes of a row with the way to them from the row's own tag."""
    for count, node in enumerate(row.iterdescendants()):
        if count >= most:
            break
        if isinstance(node.tag, str):
            yield node, ""
    way, node = row.tag, row
    for _ in range(follow):
        node = node.getnext()
        if node is None or not isinstance(node.tag, str):
            return
        way = f"{way} + {node.tag}"
        yield node, f"{way}!"
        for count, inner in enumerate(node.iterdescendants()):
            if count >= most:
                break
            if isinstance(inner.tag, str):
                yield inner, f"{way} "


def _written(node: Any, row: Any, prefix: str) -> Iterator[Name]:
    if prefix.endswith("!"):
        yield Name(prefix[:-1], 2.0)
        return
    own = [*names_of(node)[:8], *counted(node)]
    extra = 1.0 if prefix else 0.0
    for name in own:
        yield Name(f"{prefix}{name.selector}", name.cost + extra)
    parent = node.getparent()
    depth = 0
    while parent is not None and parent is not row and depth < 3:  # near is enough
        arrow = " > " if depth == 0 else " "
        for outer in (*names_of(parent)[:2], *counted(parent)):
            for name in own[:4]:
                cost = outer.cost + name.cost * 0.7 + 0.4 * depth + extra
                yield Name(f"{prefix}{outer.selector}{arrow}{name.selector}", cost)
            for name in counted(node):
                cost = outer.cost + name.cost * 0.7 + 0.4 * depth + extra
                yield Name(f"{prefix}{outer.selector}{arrow}{name.selector}", cost)
        parent, depth = parent.getparent(), depth + 1


def _hints(node: Any, row: Any) -> set[str]:
    found = {f"<{node.tag}>"}
    here, depth = node, 0
    while here is not None and depth < 4:  # what is near describes it
        for attribute in ("class", "itemprop", "id", "data-field", "data-role", "name", "rel"):
            found |= {one.lower()[:40] for one in (here.get(attribute) or "")[:200].split()[:6]}
        if here.tag in {"a", "h1", "h2", "h3", "h4", "time", "strong", "b", "del", "s", "strike"}:
            found.add(f"<{here.tag}>")
        if here is row or here is row.getparent():
            break
        here, depth = here.getparent(), depth + 1
    return found | {one for one in (_label_before(node), _heading(node)) if one}


def _label_before(node: Any) -> str:
    """Return the label that stands before a node: 价格： or the heading of its column."""
    before = node.getprevious()
    words = ""
    if before is not None and isinstance(before.tag, str):
        words = (before.tail or "").strip() or text_of(before)[:20]
    elif before is None and node.getparent() is not None:
        words = (node.getparent().text or "").strip()
    words = words.strip(" :：\u3000")
    return f"={words}" if 1 < len(words) <= 6 else ""  # a label is short


def _heading(node: Any) -> str:
    """Return what the first row of its table says above a cell."""
    cell = node
    while cell is not None and cell.tag not in {"td", "th"}:
        cell = cell.getparent()
    if cell is None:
        return ""
    at = sum(1 for _ in cell.itersiblings("td", "th", preceding=True))
    table = next(cell.iterancestors("table"), None)
    first = next(table.iter("tr"), None) if table is not None else None
    if first is None or first is cell.getparent():
        return ""
    cells = [one for one in first if one.tag in {"td", "th"}]
    words = text_of(cells[at])[:12] if at < len(cells) else ""
    return f"={words}" if 1 < len(words) <= 8 else ""  # a heading is short


def _taken(name: Name, nodes: Sequence[Any], hints: str) -> Iterator[Slot]:
    shown = tuple(_clean(text_of(node)) if node is not None else "" for node in nodes)
    if any(shown):
        whole = next((node.tag for node in nodes if node is not None), "")
        yield Slot(name.selector or whole, shown, hints, name.cost + (0 if name.selector else 2))
    own = tuple(_clean("".join(node.xpath("text()"))) if node is not None else "" for node in nodes)
    if own != shown and any(own):
        yield Slot(f"{name.selector}::text", own, hints, name.cost + 0.6)
    attributes: Counter[str] = Counter()
    for node in nodes:
        if node is not None:
            attributes.update([str(one) for one in node.attrib][:20])
    for attribute, count in attributes.items():
        if count < _LEAST_SHARE * len(nodes) or not re.fullmatch(
            r"[a-z_][a-z0-9_:-]{1,30}", attribute
        ):
            continue
        if attribute in {"class", "style", "width", "height", "target", "align", "valign"}:
            continue
        values = tuple(
            _clean(node.get(attribute) or "") if node is not None else "" for node in nodes
        )
        yield Slot(
            f"{name.selector}::attr({attribute})", values, f"{hints} @{attribute}", name.cost + 0.1
        )


def _clean(value: str) -> str:
    return clean(value[:_LONGEST]).strip()


def _cut(slots: Sequence[Slot]) -> Iterator[Slot]:
    """Yield the parts of columns that hold several fields: 沈阳 | 11-20, 价格：300 地区：大连."""
    texts = [
        one
        for one in slots
        if "::attr" not in one.at
        and "::html" not in one.at
        and 1 < max(map(len, one.given), default=0) < 200
    ]
    for slot in sorted(texts, key=lambda one: one.cost)[:60]:
        yield from _by_label(slot)
        yield from _by_separator(slot)


def _by_label(slot: Slot) -> Iterator[Slot]:
    labels: Counter[str] = Counter()
    for value in slot.given:
        labels.update({label for label, _ in _LABELLED.findall(value)})
    for label, count in labels.items():
        if count < 0.5 * len(slot.given):
            continue
        pattern = rf"{label}\s?[:：]\s?([^\s|｜,，;；]+(?:\s\d\d?:\d\d)?)"
        values = tuple(_first(pattern, value) for value in slot.values)
        yield Slot(slot.at, values, f"{slot.hints} ={label}", slot.cost + 0.8, pattern)


def _by_separator(slot: Slot) -> Iterator[Slot]:
    for mark in _SEPARATORS:
        counts = Counter(len(value.split(mark)) for value in slot.given)
        parts, count = counts.most_common(1)[0]
        if not 2 <= parts <= 6 or count < 0.7 * len(slot.given):  # told apart
            continue
        sign = re.escape(mark) if mark != "\n" else r"\n"
        rest = rf"[^{mark}]" if mark != "\n" else r"[^\n]"
        patterns = [
            rf"^({rest}+){sign}",
            rf"^{rest}{{0,29}}{sign}({rest}+)",
            rf"^{rest}{{0,29}}{sign}{rest}{{0,29}}{sign}({rest}+)",
            rf"{sign}({rest}+)$",
            rf"{sign}({rest}+){sign}{rest}*$",
        ]
        for number, pattern in enumerate(patterns):
            values = tuple(_first(pattern, value) for value in slot.values)
            if sum(map(bool, values)) >= 0.6 * len(slot.given):
                yield Slot(slot.at, values, slot.hints, slot.cost + 1.2 + 0.1 * number, pattern)


def _first(pattern: str, value: str) -> str:
    match = re.search(pattern, value)
    return match[1].strip() if match else ""
