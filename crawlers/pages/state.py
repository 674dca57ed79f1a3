"""The state that an app leaves in a script of its page: one thing with a title and a price.

Such pages show nothing without their script; the names of the keys are what sites agree on.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from crawlers.pages.rules import css
from crawlers.pages.scripts import lenient
from crawlers.pages.shown import Given, html_text, scalar

_BEGINS = re.compile(r"(?:=|\()\s*(?=[{\[])")
_KEYS = {
    "title": r"title|name|subject|headline",
    "price": r"price|amount|cost|money",
    "text": r"desc|description|content|text|detail|body|intro",
    "site_id": r"id",
    "place": r"city|area|region|location|place|address",
    "seller": r"nickname|nick|seller|shopname|username",
    "posted": r"time|date|created|publish",
    "images": r"images|pics|pictures|photos|imgs|imagelist|piclist",
}
_PREFIX = r"^(?:item|goods|product|info|post|sku|shop|sale|cur|publish|create|update)?_?"
_SUFFIX = r"(?:_?(?:text|str|info|yuan|list|url|urls|at|time|name|show|now))?$"
_MOST_NODES = 20_000
_LONGEST = 2_000_000


class StateShown:
    """A listing that stands in a script."""

    def __init__(self, root: Any, url: str) -> None:
        self.root = root
        self.url = url

    @property
    def is_there(self) -> bool:
        """Whether a script holds a thing with a title and a price."""
        return bool(self._thing)

    def has(self, name: str) -> bool:
        """See :meth:`crawlers.pages.shown.Shown.has`."""
        return bool(self.given(name).values)

    def given(self, name: str) -> Given:
        """Return what the thing's own keys say of a field."""
        if name == "url":
            return Given([self.url])
        pattern = _KEYS.get(name)
        found = _values(self._thing, pattern) if pattern else []
        written = [html_text(one) for one in found]
        return Given(written or ([self.url] if name == "site_id" else []))

    @cached_property
    def _thing(self) -> dict[str, Any]:
        things = [
            node
            for value in self._scripts()
            for node in _dicts(value)
            if _values(node, _KEYS["title"]) and _values(node, _KEYS["price"])
        ]
        # related ones come in lists; the page's own thing says most of itself
        return max(things, key=lambda node: (len(node), -things.index(node)), default={})

    def _scripts(self) -> Iterator[Any]:
        for node in css("script").found(self.root):
            written = node.text or ""
            if len(written) > _LONGEST or "ld+json" in (node.get("type") or ""):
                continue
            if (node.get("type") or "").endswith("json"):
                yield lenient(written)
            else:
                begins = _BEGINS.search(written)
                if begins and "price" in written.lower():
                    yield lenient(written[begins.end() :])


def _values(node: dict[str, Any], words: str) -> list[str]:
    pattern = re.compile(f"{_PREFIX}(?:{words}){_SUFFIX}", re.IGNORECASE)
    for key, value in node.items():
        if not pattern.match(key):
            continue
        values = value if isinstance(value, list) else [value]
        found = [text for text in map(scalar, values) if text.strip()]
        if found:
            return found
    return []


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    waiting, seen = [(value, False)], 0
    while waiting and seen < _MOST_NODES:
        one, is_in_list = waiting.pop(0)
        seen += 1
        if isinstance(one, dict):
            if not is_in_list:
                yield one
            waiting += [(inner, is_in_list) for inner in one.values()]
        elif isinstance(one, list):
            waiting += [(inner, True) for inner in one]
