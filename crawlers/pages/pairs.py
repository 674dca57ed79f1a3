"""Labels and what stands beside them: the cells of a row, the terms of a list, a word and a colon.

Every program draws its facts so, in whatever markup; only the words of the labels are agreed.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from crawlers.pages.headline import words_of

_LONGEST_LABEL = 12
_LONGEST_VALUE = 200
_MOST = 400
_COLUMNS = 3
_MOST_COLUMNS = 20
_CELLS = frozenset({"th", "td", "dt", "dd"})
_INLINE = frozenset(
    {"span", "label", "b", "strong", "i", "em", "font", "div", "p", "h3", "h4", "h5"}
)
_CALLED = re.compile(
    r"(?:^|[-_ ])(?:label|lab|key|dt|th|left|caption|field)(?:[-_ ]|$)", re.IGNORECASE
)
_ENDS = re.compile(r"[\s:：】\]]+$|^[【\[\s]+")
_GAPS = re.compile(r"(?<=[一-鿿])\s+(?=[一-鿿])")


class Pair(NamedTuple):
    """A label, without blanks and colon; what stands beside it; and where that stands."""

    label: str
    value: str
    node: Any


def pairs_of(nodes: Iterator[Any]) -> list[Pair]:
    """Return the pairs among these elements, in the order of the page."""
    found: list[Pair] = []
    for node in nodes:
        if len(found) >= _MOST:
            break
        if node.tag == "tr":
            found += _under_heads(node)
            continue
        if node.tag in {"th", "td"} and _is_head(node.getparent()):
            continue
        if node.tag not in _CELLS and node.tag not in _INLINE:
            continue
        said = _line(node, 2 * _LONGEST_LABEL)
        label = label_of(said)
        if not label:
            continue
        beside = node.getnext()
        # a bare word is a label only where its element says so; elsewhere its colon does
        says_so = (
            node.tag in _CELLS or node.tag == "label" or _CALLED.search(node.get("class") or "")
        )
        if not says_so and not said.rstrip().endswith((":", "：")):
            continue
        value = _line(beside, _LONGEST_VALUE) if beside is not None else ""
        if not value and node.tag in _INLINE:
            value = " ".join((node.tail or "").split())[:_LONGEST_VALUE]
            beside = node.getparent()
        if value and not label_of(value, must_end=True):
            found.append(Pair(label, value, beside))
    return found


def _is_head(row: Any) -> bool:
    """Return whether a row holds the heads of columns: short words all, three or more."""
    if row is None or row.tag != "tr":
        return False
    cells = [cell for cell in islice(row, _MOST_COLUMNS) if cell.tag in {"th", "td"}]
    if len(cells) == _MOST_COLUMNS:
        return False  # no table of facts is so wide
    if len(cells) < _COLUMNS and not all(cell.tag == "th" for cell in cells):
        return False
    return len(cells) > 1 and all(label_of(_line(cell, 2 * _LONGEST_LABEL)) for cell in cells)


def _under_heads(row: Any) -> list[Pair]:
    """Return the heads of a table with what the first row below says under each."""
    below = row.getnext()
    if below is None:
        around = row.getparent()
        following = around.getnext() if around is not None and around.tag == "thead" else None
        below = following[0] if following is not None and len(following) else None
    if below is None or below.tag != "tr" or len(below) != len(row) or not _is_head(row):
        return []
    said = (
        (head, _line(cell, _LONGEST_VALUE), cell) for head, cell in zip(row, below, strict=True)
    )
    return [
        Pair(label_of(_line(head, 2 * _LONGEST_LABEL)), value, cell)
        for head, value, cell in said
        if value
    ]


def label_of(said: str, *, must_end: bool = False) -> str:
    """Return a label without its blanks and its colon; empty where it is none."""
    if must_end and not said.rstrip().endswith((":", "：")):
        return ""
    plain = _GAPS.sub("", _ENDS.sub("", said))
    return (
        plain if 1 < len(plain) <= _LONGEST_LABEL and not re.search(r"[\d，。！!]", plain) else ""
    )


def _line(node: Any, most: int) -> str:
    if node is None or not isinstance(node.tag, str):
        return ""
    said = " ".join(words_of(node, 4 * most).split())
    return said if len(said) <= most else ""
