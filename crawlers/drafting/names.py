"""What a node can be called by: short selectors first, those that will last before the others."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_NAME = re.compile(r"-?[A-Za-z_一-鿿][\w-]{0,40}")
_MADE_UP = re.compile(
    r"^(css|sc|jsx|jss|emotion|svelte|data-v)-?[\w-]*\d"  # made by build tools, new each time
    r"|^_?[a-zA-Z]+[_-]{1,2}[A-Za-z0-9]*\d[A-Za-z0-9]{2,}$"
    r"|^[a-z]*\d[a-z0-9]{4,}$|^_[\w-]*\d|__[\w-]{5}$"
)
_STATES = frozenset(
    [
        "odd",
        "even",
        "first",
        "last",
        "active",
        "hover",
        "on",
        "off",
        "current",
        "cur",
        "selected",
        "top",
        "hot",
        "new",
        "stick",
        "stuck",
        "ad",
        "ads",
        "advert",
        "promo",
        "promoted",
        "recommend",
        "vip",
        "alt",
        "visited",
        "focus",
        "open",
        "clearfix",
        "cl",
        "fl",
        "fr",
        "left",
        "right",
        "z",
        "y",
        "row1",
        "row2",
        "bg1",
        "bg2",
        "tr1",
        "tr2",
        "pinned",
        "sticky",
        "sponsored",
    ]
)
_MOST_CLASSES = 12


class Name(NamedTuple):
    """A selector of one node, and how unsure it is that it lasts (less is better)."""

    selector: str
    cost: float


def classes_of(node: Any) -> tuple[str, ...]:
    """Return the classes of a node that can be written in a selector."""
    found = (node.get("class") or "")[:600].split()[:_MOST_CLASSES]
    return tuple(dict.fromkeys(one for one in found if _NAME.fullmatch(one)))


def lasting_classes(node: Any) -> frozenset[str]:
    """Return the classes that say what a node is, and not how it stands tonight."""
    return frozenset(one for one in classes_of(node) if one.lower() not in _STATES)


def is_state(name: str) -> bool:
    """Return whether a class says how a row stands: odd, pinned, an advert."""
    return name.lower() in _STATES


def is_made_up(name: str) -> bool:
    """Return whether a class was made by a build tool: it will be another after the next."""
    return bool(_MADE_UP.search(name))


def names_of(node: Any) -> list[Name]:
    """Return the selectors of one node alone, the best first."""
    tag = node.tag
    found: list[Name] = []
    for one in classes_of(node):
        cost = 1.0 + 0.01 * len(one) + (4.0 if is_made_up(one) else 0.0)
        cost += 1.5 if is_state(one) else 0.0
        found.append(Name(f".{one}", cost))
        found.append(Name(f"{tag}.{one}", cost + 0.3))
    for attribute in ("itemprop", "data-field", "data-role", "data-name", "data-type", "rel"):
        value = node.get(attribute) or ""
        if _NAME.fullmatch(value):
            found.append(Name(f"[{attribute}='{value}']", 1.1 + 0.01 * len(value)))
    found.append(Name(tag, 2.0 if tag not in {"div", "span", "p", "td", "li"} else 2.6))
    return sorted(found, key=lambda one: one.cost)


def counted(node: Any) -> Iterator[Name]:
    """Yield a node by its count among its own kind: the last resort."""
    tag, at, after = node.tag, 1, 0
    for one in node.itersiblings(tag, preceding=True):
        at += 1
        if at > 40:  # nobody counts that far
            return
        del one
    for one in node.itersiblings(tag):
        after += 1
        del one
        if after > 40:  # the same
            break
    if at == 1 and not after:
        return
    yield Name(f"{tag}:nth-of-type({at})", 5.0 + 0.1 * at)
    if not after:
        yield Name(f"{tag}:last-of-type", 4.8)


def written_name(name: str) -> bool:
    """Return whether an id or class can be written in a selector as it is."""
    return bool(_NAME.fullmatch(name))
