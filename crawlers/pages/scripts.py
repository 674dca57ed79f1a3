"""JSON that stands inside the scripts of a page, as people and programs write it there."""

import json
import re
from typing import Any

from crawlers.pages.rules import css
from crawlers.source import ScriptPart

_TRAILING = re.compile(r",\s*([}\]])")
_CONTROL = re.compile(r"[\x00-\x1f]")
_BARE = re.compile(r"([:\[,]\s{0,8})(?:undefined|NaN|-?Infinity)(?=\s{0,8}[,}\]])")
_LONGEST = 20_000_000


def lenient(text: str) -> Any:
    """Return the first JSON value of a text; None where there is none.

    Forgiven: line ends in strings, a comma too many, bare ``undefined``, words behind the end.
    """
    starts = [at for at in (text.find("{"), text.find("[")) if at >= 0]
    if not starts or len(text) > _LONGEST:
        return None
    text = _CONTROL.sub(" ", text[min(starts) :])
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    for mend in (_as_it_is, _without_bare_words, _without_commas):
        text = mend(text)
        try:
            return decoder.raw_decode(text)[0]
        except (ValueError, RecursionError):
            continue
    return None


def json_in(root: Any, where: ScriptPart) -> Any:
    """Return the JSON of the script that a source file names; None where it is not there."""
    for node in css(where.at).found(root):
        written = node.text or ""
        if where.after:
            _, found, written = written.partition(where.after)
            if not found:
                continue
        value = lenient(written)
        if value is not None:
            return value
    return None


def _as_it_is(text: str) -> str:
    return text


def _without_bare_words(text: str) -> str:
    return _BARE.sub(r"\1null", text)


def _without_commas(text: str) -> str:
    return _TRAILING.sub(r"\1", text)
