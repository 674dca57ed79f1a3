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
_LONGEST_SCRIPT = 200_000
_TOKEN = re.compile(
    r"(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`$\\]*`)"
    r"|(?P<before>[{,]\s{0,40})(?P<key>[A-Za-z_$][\w$]{0,60})\s{0,8}:"
)


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


def lenient_script(text: str) -> Any:
    """Return the first object of a script: JSON, or as scripts write it: {title: '..', price: 3}.

    Nothing is run; what needs running is not read.
    """
    value = lenient(text)
    if value is not None or len(text) > _LONGEST_SCRIPT:
        return value
    return lenient(_TOKEN.sub(_as_json, text))


def _as_json(found: re.Match[str]) -> str:
    """Return a string or a bare key of a script as JSON writes it."""
    if found["key"]:
        return f'{found["before"]}"{found["key"]}":'
    if found["text"].startswith('"'):
        return found["text"]
    inside = found["text"][1:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{inside}"'


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
