"""The selector that finds the rows of a list again, and what tells adverts from them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from crawlers.drafting.names import Name, classes_of, is_made_up, is_state, names_of, written_name
from crawlers.drafting.repeats import Repeat
from crawlers.pages.rules import css

_MOST_TRIED = 120


def rows_selector(root: Any, repeat: Repeat) -> tuple[str, str]:
    """Return the selector of the rows, and the one of what is to be skipped among them."""
    best: tuple[float, str, str] | None = None
    wanted = set(repeat.rows)
    for count, name in enumerate(_tried(repeat)):
        if count >= _MOST_TRIED:
            break
        found = _found(root, name.selector)
        if not found:
            continue
        missed = len(wanted - set(found)) / len(wanted)
        extra = [node for node in found if node not in wanted]
        if missed > 0.2:  # not the same rows
            continue
        skip = ""
        if extra:
            skip = _skip(extra, [node for node in found if node in wanted])
            extra = [node for node in extra if not (skip and css(skip).found(node))]
        if extra:
            narrow = _narrowed(name.selector, [node for node in found if node in wanted], extra)
            if narrow:
                cost = name.cost + 2.0 + 8 * missed
                if best is None or cost < best[0]:
                    best = (cost, narrow, skip)
                continue
        cost = name.cost + 8 * missed + 6 * len(extra) / len(wanted) + (0.8 if skip else 0.0)
        if best is None or cost < best[0]:
            best = (cost, name.selector, skip)
    return (best[1], best[2]) if best else (repeat.rows[0].tag, "")


def _found(root: Any, selector: str) -> list[Any]:
    try:
        return css(selector).found(root)
    except ValueError:
        return []


def _tried(repeat: Repeat) -> Iterator[Name]:
    """Yield selectors that the rows have in common, alone and below what holds them."""
    rows = repeat.rows[:60]
    own = _shared_names(rows)
    outer = list(_holders(rows))
    for name in own:
        yield Name(name.selector, name.cost + 1.0)
        for holder in outer:
            yield Name(f"{holder.selector} > {name.selector}", holder.cost + 0.3 * name.cost)
            yield Name(f"{holder.selector} {name.selector}", holder.cost + 0.3 * name.cost + 0.4)
    path = _in_address(repeat)
    if path:
        for name in own[:3]:
            # where neither class nor attribute tells rows from the rest, their links do
            yield Name(f"{name.selector}:has(a[href*='{path}'])", name.cost + 3.5)
            for holder in outer[:2]:
                selector = f"{holder.selector} > {name.selector}:has(a[href*='{path}'])"
                yield Name(selector, holder.cost + 0.3 * name.cost + 2.0)


def _shared_names(rows: Sequence[Any]) -> list[Name]:
    first = rows[0]
    found = [
        Name(name.selector, name.cost if "." in name.selector else name.cost + 1)
        for name in names_of(first)
        if sum(css(name.selector).found(node)[:1] == [node] for node in rows) >= 0.8 * len(rows)
    ]
    tag = first.tag
    start = _id_start(rows)
    if start:
        found.append(Name(f"{tag}[id^='{start}']", 1.2))
    for attribute in list(first.attrib)[:20]:
        if attribute in {"class", "id", "style", "href", "onclick", "bgcolor", "align", "target"}:
            continue
        if re.fullmatch(r"[a-z][a-z0-9-]{1,30}", attribute) and all(
            node.get(attribute) is not None for node in rows
        ):
            found.append(Name(f"{tag}[{attribute}]", 1.6))
    return sorted(found, key=lambda one: one.cost)


def _id_start(rows: Sequence[Any]) -> str:
    """Return how the ids of the rows begin: normalthread_ of normalthread_8812."""
    starts = {re.sub(r"\d+.*$", "", node.get("id") or "") for node in rows}
    start = starts.pop() if len(starts) == 1 else ""
    return start if len(start) > 1 and written_name(start.rstrip("_-") or start) else ""


def _holders(rows: Sequence[Any]) -> Iterator[Name]:
    """Yield selectors of what holds the rows, the nearest first."""
    node, depth = rows[0].getparent(), 0
    while node is not None and isinstance(node.tag, str) and depth < 5:  # far off
        identity = node.get("id") or ""
        if identity and written_name(identity) and not re.search(r"\d{3}", identity):
            yield Name(f"#{identity}", 1.0 + 0.4 * depth)
        for name in classes_of(node):
            cost = 1.0 + 0.4 * depth + 0.01 * len(name)
            cost += 4.0 * is_made_up(name) + 1.0 * is_state(name)
            yield Name(f"{node.tag}.{name}", cost)
        if node.tag in {"table", "tbody", "ul", "ol", "dl", "main", "section"}:
            yield Name(node.tag, 2.4 + 0.4 * depth)
        node, depth = node.getparent(), depth + 1


def _in_address(repeat: Repeat) -> str:
    """Return a piece that every row's own link holds, and that says what it is."""
    hrefs = []
    for node, link in zip(repeat.rows, repeat.links, strict=True):
        own = [one.get("href") or "" for one in node.iter("a") if one.get("href")]
        fit = [one for one in own if one.split("#")[0] and link.endswith(one.lstrip("./"))]
        hrefs.append(fit[0] if fit else "")
    if not hrefs or not all(hrefs):
        return ""
    start = hrefs[0]
    for one in hrefs:
        while not one.startswith(start):
            start = start[:-1]
    start = re.sub(r"\d+$", "", start)
    return start if len(start) >= 3 and re.fullmatch(r"[\w./?=&:-]{3,80}", start) else ""


def _narrowed(selector: str, rows: Sequence[Any], extra: Sequence[Any]) -> str:
    """Return the selector with what every row holds and none of the others does."""
    if ":has(" in selector or not rows:
        return ""
    held = set.intersection(*(_held(node) for node in rows[:80]))
    held -= set().union(*(_held(node) for node in extra))
    best = min(held, key=lambda one: (not one.startswith("."), len(one), one), default="")
    return f"{selector}:has({best})" if best else ""


def _held(node: Any) -> set[str]:
    found: set[str] = set()
    for count, one in enumerate(node.iterdescendants()):
        if count > 80:  # enough to tell rows apart
            break
        if isinstance(one.tag, str):
            found.add(one.tag)
            found |= {f".{name}" for name in classes_of(one) if not is_made_up(name)}
    return found


def _skip(extra: Sequence[Any], rows: Sequence[Any]) -> str:
    """Return a selector that each advert is or holds, and no row."""
    first = extra[0]
    tried = [f".{name}" for name in classes_of(first)]
    for node in list(first.iter())[:60]:
        if isinstance(node.tag, str):
            tried += [f".{name}" for name in classes_of(node)]
    tried += ["th", "[colspan]"]
    best = ("", 0)
    for selector in dict.fromkeys(tried):
        look = css(selector)
        if any(look.found(node) for node in rows):
            continue
        caught = sum(bool(look.found(node)) for node in extra)
        if caught > best[1]:
            best = (selector, caught)
    return best[0]
