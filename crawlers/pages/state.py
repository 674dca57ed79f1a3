"""The state that an app leaves in its page: one thing with a title and a price.

In a script, in an attribute of the element that the app is mounted on, or as ``data-`` attributes
of their own. Such pages show nothing without their script; the names of the keys are what sites
agree on.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import Any

from crawlers.pages.rules import css
from crawlers.pages.scripts import lenient, lenient_script
from crawlers.pages.shown import Given, html_text, scalar

_BEGINS = re.compile(r"(?:=|\(|return)\s*(?=[{\[]\s*[\"'\w{\[])")
_PARSED = re.compile(r"JSON\.parse\(\s*(\"(?:[^\"\\\\]|\\\\.)*\")")
_STREAMED = re.compile(r"(?<=,)\s*\"(?:[^\"\\]|\\.){20,}\"(?=\s*\])")
"""A piece of a state that is sent bit by bit: ``push([1, "...."])``."""
_MOST_ASSIGNED = 20
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
_MONEY = re.compile(r"price|amount|cost|money", re.IGNORECASE)
_WRITTEN = re.compile(r"^\s*[{\[]")
_SHORTEST_STATE = 20
_INNER = ("amount", "value", "price", "current", "yuan", "text", "name", "display")
"""Where the value stands when a key holds a mapping of its own: price: {amount: ..}."""
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
            if not _MONEY.search(written):
                continue
            if (node.get("type") or "").endswith("json"):
                yield lenient(written)
            else:
                yield from self._assigned(written)
        yield from self._attributes()

    @staticmethod
    def _assigned(written: str) -> Iterator[Any]:
        """Yield what a script assigns or hands on: JSON, or an object as scripts write it."""
        for quoted in islice(_PARSED.finditer(written), _MOST_ASSIGNED):
            with suppress(ValueError):
                yield lenient(json.loads(quoted[1]))
        for quoted in islice(_STREAMED.finditer(written), _MOST_ASSIGNED):
            with suppress(ValueError):
                said = json.loads(quoted[0])
                if _MONEY.search(said) and "{" in said:
                    yield lenient(said[said.index("{") :])
        for begins in islice(_BEGINS.finditer(written), _MOST_ASSIGNED):
            value = lenient_script(written[begins.end() :])
            if value:
                yield value

    def _attributes(self) -> Iterator[Any]:
        """Yield what stands in attributes: a whole state, or one field in each."""
        own: list[dict[str, Any]] = []
        for number, node in enumerate(self.root.iter()):
            if number > _MOST_NODES:
                break
            if not isinstance(node.tag, str) or not node.attrib:
                continue
            said: dict[str, Any] = {}
            for name, value in node.attrib.items():
                if len(value) >= _SHORTEST_STATE and _WRITTEN.match(value) and _MONEY.search(value):
                    yield lenient_script(value)
                elif name.startswith("data-"):
                    said[name.removeprefix("data-").replace("-", "_")] = value
            if _values(said, _KEYS["title"]) and _values(said, _KEYS["price"]):
                own.append(said)
        if len(own) == 1:  # several are the cards of a list
            yield own[0]


def _values(node: dict[str, Any], words: str) -> list[str]:
    pattern = re.compile(f"{_PREFIX}(?:{words}){_SUFFIX}", re.IGNORECASE)
    for key, value in node.items():
        if not pattern.match(key):
            continue
        values = value if isinstance(value, list) else [value]
        found = [text for text in map(_inner, values) if text.strip()]
        if found:
            return found
    return []


def _inner(value: Any) -> str:
    """Return a value as text; of a mapping, the value that it stands for."""
    if not isinstance(value, dict):
        return scalar(value)
    return next((scalar(value[key]) for key in _INNER if scalar(value.get(key)).strip()), "")


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
