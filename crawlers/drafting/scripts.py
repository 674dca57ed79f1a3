"""Lists that stand as JSON inside the scripts of a page: schema.org, __NEXT_DATA__, a variable."""

import re
from collections.abc import Iterator
from typing import Any

from crawlers.drafting.answers import draft_of_answer
from crawlers.drafting.drafted import Draft
from crawlers.drafting.names import written_name
from crawlers.pages.base import Fetched
from crawlers.pages.scripts import json_in, lenient
from crawlers.source import ScriptPart
from pipeline.base.errors import PageChanged

_MOST_SCRIPTS = 60
_LONGEST = 3_000_000
_SET = re.compile(
    r"(?:(?:var|let|const)\s{1,4})?(?:window|self)?[\w.$\[\]\"']{2,60}\s{0,4}[=:]\s{0,4}(?=[\[{])"
)
_LD = "script[type='application/ld+json']"
_JSON_TYPES = ("application/json", "text/json", "text/x-json")


def drafts_in(root: Any, page: Fetched, name: str) -> Iterator[Draft]:
    """Yield a draft for each script of a page that holds a list of listings."""
    for where in _places(root):
        answer = json_in(root, ScriptPart(at=where[0], after=where[1]))
        if answer is None:
            continue
        try:
            yield draft_of_answer(page, answer, script=where, name=name, root=root)
        except PageChanged:
            continue


def _places(root: Any) -> Iterator[tuple[str, str]]:
    """Yield where JSON stands: a selector of the script, and the words before it."""
    seen: set[tuple[str, str]] = set()
    for count, node in enumerate(root.iter("script")):
        text = node.text or ""
        if count >= _MOST_SCRIPTS or len(text) > _LONGEST:
            continue
        for where in _of_script(node, text):
            if where not in seen:
                seen.add(where)
                yield where


def _of_script(node: Any, text: str) -> Iterator[tuple[str, str]]:
    kind = (node.get("type") or "").lower()
    identity = node.get("id") or ""
    if kind == "application/ld+json":
        yield (f"{_LD}:contains('ItemList')" if "ItemList" in text else _LD), ""
    elif kind in _JSON_TYPES or text.lstrip()[:1] in {"{", "["}:
        if identity and written_name(identity):
            yield f"script#{identity}", ""
        elif kind in _JSON_TYPES:
            yield f"script[type='{kind}']", ""
    else:
        for number, match in enumerate(_SET.finditer(text[:_LONGEST])):
            if number >= 8:  # what a page shows is set first
                return
            words = match[0].rstrip()
            if (
                lenient(text[match.end() : match.end() + _LONGEST]) is not None
                and len(words) <= 200
            ):
                yield "script", words
