"""Rules of a source file, compiled once a run: selectors to XPath, paths to steps."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from crawlers.patterns import compiled, first_match
from crawlers.source import Rule

_PART = re.compile(r"::(text|html|attr\(\s*([A-Za-z_][\w:.-]*)\s*\))\s*$")
_STEP = re.compile(r"([^.\[\]]*)((?:\[\d*\])*)")
_MOST_PARTS = 8
"""Combinators of one selector: each multiplies the work on a hostile page."""
_DEEPEST_PATH = 20


@dataclass(frozen=True, slots=True)
class Css:
    """A compiled selector, and what is taken of each node it finds.

    Attributes:
        take: ``"shown"`` (all that is shown, the default), ``"text"`` (the node's own text
            alone), ``"html"``, or ``"attr"``.
        nodes: relative XPath; None where the row itself is meant.
    """

    take: str
    attribute: str
    nodes: etree.XPath | None

    def found(self, node: Any) -> list[Any]:
        """Return the nodes below (or at) ``node``."""
        return [node] if self.nodes is None else list(self.nodes(node))


@lru_cache(maxsize=4096)
def css(selector: str) -> Css:
    """Compile a CSS selector with an optional ``::text``, ``::html`` or ``::attr(name)``.

    Raises:
        ValueError: it is no selector, or one that makes too much work.
    """
    part = _PART.search(selector)
    bare = (selector[: part.start()] if part else selector).strip()
    take = (part[1].partition("(")[0] if part else "shown") or "shown"
    attribute = (part[2] or "").lower() if part else ""
    if not bare:
        return Css(take, attribute, None)
    if "::" in bare:
        raise ValueError("knows only ::text, ::html and ::attr(name), at its end")
    if len(re.findall(r"[\s>+~]+", re.sub(r"\[[^\]]*\]|\([^)]*\)", "", bare))) > _MOST_PARTS:
        raise ValueError(f"has more than {_MOST_PARTS} parts, which is slow on a large page")
    if bare.count("*") > 1 + bare.count("*=") or bare.count(":has(") > 1:
        raise ValueError("holds several * or :has(), which is slow on a large page")
    try:
        path = HTMLTranslator().css_to_xpath(bare, prefix="descendant-or-self::")
        nodes = etree.XPath(path, smart_strings=False)
    except (SelectorError, etree.XPathError, RecursionError) as error:
        raise ValueError(f"is no CSS selector ({' '.join(str(error).split())})") from error
    return Css(take, attribute, nodes)


Step = tuple[str, tuple[int | None, ...]]


@lru_cache(maxsize=4096)
def path(written: str) -> tuple[Step, ...]:
    """Compile a path of keys: ``data.item[].price[0].text``; ``[]`` walks a list.

    Raises:
        ValueError: it is no such path.
    """
    steps: list[Step] = []
    for part in written.strip().split("."):
        match = _STEP.fullmatch(part)
        if not match or not (match[1] or match[2]):
            raise ValueError(f"is no path of keys ({part or written!r} cannot be read)")
        counts = re.findall(r"\[(\d*)\]", match[2])
        steps.append((match[1], tuple(int(count) if count else None for count in counts)))
    if len(steps) > _DEEPEST_PATH:
        raise ValueError(f"is more than {_DEEPEST_PATH} keys long")
    return tuple(steps)


def walk(value: Any, steps: tuple[Step, ...]) -> list[Any]:
    """Return every value that a path leads to; none where the answer has no such key."""
    found = [value]
    for key, counts in steps:
        if key:
            found = [one[key] for one in found if isinstance(one, dict) and key in one]
        for count in counts:
            found = list(_inside(found, count))
    return found


def _inside(values: list[Any], count: int | None) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            if count is None:
                yield from value
            elif count < len(value):
                yield value[count]


@dataclass(frozen=True, slots=True)
class Refine:
    """What is done to a value once it is found: cut, matched, put into a template."""

    match: re.Pattern[str] | None = None
    make: str = ""
    until: str = ""

    def __call__(self, value: str) -> str:
        """Return the refined value, empty where the pattern is not in it."""
        if self.until:
            value = value.partition(self.until)[0].rstrip()
        if self.match is not None:
            value = first_match(self.match, value).strip()
        if self.make and value:
            value = self.make.replace("{}", value)
        return value


def refine(rule: Rule) -> Refine:
    """Compile what a rule does to its values.

    Raises:
        ValueError: its pattern is none, or could take for ever.
    """
    return Refine(compiled(rule.match) if rule.match else None, rule.make, rule.until)
