"""What a page is, judged before anything is read out of it.

Looked at in this order: final address, status, size, title, words, JSON code; the marks are
in ``data/page-marks.yml``. Whether a good page holds what its source expects is for
:mod:`crawlers.pages` to say: there "nothing listed" and "no longer understood" are told apart.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from pipeline.base.errors import BadInput
from pipeline.base.settings import shipped
from pipeline.base.yaml_file import read_yaml

LITTLE = 600
"""A page that shows fewer characters than this may be nothing but the words of a wall."""
_LARGE = 400_000
"""Walls are small; the words of a larger page are not looked through."""
_TITLE = re.compile(r"<title\b[^>]{0,200}>([^<]{0,500})", re.IGNORECASE)
_TITLE_END = re.compile(r"\s*(?:[-_|–—]|::)\s*")
_JSONP = re.compile(r"\s*[\w.$]{1,80}\(")
_UNSEEN = re.compile(r"<(script|style|noscript|template|title)\b|<!--", re.IGNORECASE)


class PageKind(StrEnum):
    """What a page turned out to be."""

    NORMAL = "normal"
    EMPTY = "empty"
    LOGIN_WALL = "login_wall"
    CHALLENGE = "challenge"
    REMOVED = "removed"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSeen:
    """A page as it came: the final address, the status, the text, headers in lower case."""

    url: str
    status: int = 200
    content_type: str = ""
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVerdict:
    """What the page is, and the mark that says so.

    Attributes:
        because: the mark, as a person would name it; empty for a normal page.
        cause: "address", "status", "title", "words", "markup", "code", "nothing"; from the
            readers also "layout" and "empty"; "" for a normal page.
        is_sure: False where words alone speak: a page that holds what was asked for
            overrules them.
    """

    kind: PageKind
    because: str = ""
    cause: str = ""
    is_sure: bool = True


NORMAL = PageVerdict(kind=PageKind.NORMAL)


def judge(seen: PageSeen) -> PageVerdict:
    """Return what a page is; NORMAL where nothing speaks against it."""
    verdict = judge_by_marks(seen)
    if verdict.kind is not PageKind.NORMAL or json_of(seen.text) is not None:
        return verdict
    return _by_words(seen) or NORMAL


def judge_by_marks(seen: PageSeen) -> PageVerdict:
    """Return what a page is by what is certain: address, status, size, title, code.

    For readers: the words of a page count only where nothing is found on it.
    """
    for look in (_by_address, _by_status, _by_nothing):
        verdict = look(seen)
        if verdict:
            return verdict
    answer = json_of(seen.text)
    return (_by_title(seen) if answer is None else _by_code(answer)) or NORMAL


@lru_cache(maxsize=1)
def json_of(text: str) -> Any:
    """Return a JSON (or JSONP) answer, numbers as they are written; None where it is none.

    The last one is remembered: a page is judged, then read. It is not to be changed.
    """
    start = text[:200].lstrip("\ufeff \t\r\n")
    if not start.startswith(("{", "[")):
        wrapped = None if start.startswith("<") else _JSONP.match(text)
        if not wrapped:
            return None
        text = text[wrapped.end() : text.rfind(")")]
    try:
        return json.loads(text.lstrip("\ufeff"), parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None


def title_of(text: str) -> str:
    """Return the title of an HTML page, its blanks collapsed."""
    found = _TITLE.search(text[:100_000])
    return " ".join(found[1].split()) if found else ""


def shown(text: str) -> str:
    """Return roughly what an HTML page shows: no markup, scripts or comments. Linear."""
    kept: list[str] = []
    at = 0
    while at < len(text):
        start = text.find("<", at)
        if start < 0:
            kept.append(text[at:])
            break
        kept.append(text[at:start])
        unseen = _UNSEEN.match(text, start)
        if not unseen:
            end = text.find(">", start)
        elif unseen[1]:
            close = _closing(text, unseen[1].lower(), unseen.end())
            end = text.find(">", close) if close >= 0 else -1
        else:
            close = text.find("-->", start)
            end = close + 2 if close >= 0 else -1
        if end < 0:
            break
        at = end + 1
    return " ".join(" ".join(kept).split())


def _closing(text: str, name: str, start: int) -> int:
    for written in (f"</{name}", f"</{name.upper()}"):
        found = text.find(written, start)
        if found >= 0:
            return found
    return -1


def _by_address(seen: PageSeen) -> PageVerdict | None:
    try:
        parts = urlsplit(seen.url)
    except ValueError:
        return None
    address = f"{parts.netloc}{parts.path}".lower()
    full = f"{address}?{parts.query}"
    for kind, marks in _marks().kinds("addresses"):
        for mark in marks:
            if mark in (full if "?" in mark else address):
                return PageVerdict(kind=kind, because=f"address holds {mark}", cause="address")
    return None


def _by_status(seen: PageSeen) -> PageVerdict | None:
    if seen.status < 400:  # noqa: PLR2004 - HTTP's own border
        return None
    message = _by_message(seen)
    if message:
        return message
    because = f"HTTP {seen.status}"
    if seen.status == 503 and "retry-after" in seen.headers:  # noqa: PLR2004 - come back later
        return PageVerdict(kind=PageKind.CHALLENGE, because=because, cause="status")
    for kind, statuses in _marks().kinds("statuses"):
        if seen.status in statuses:
            return PageVerdict(kind=kind, because=because, cause="status")
    return PageVerdict(kind=PageKind.ERROR, because=because, cause="status")


def _by_nothing(seen: PageSeen) -> PageVerdict | None:
    if len(seen.text) > 50 or seen.text.strip() not in _marks().bare:  # noqa: PLR2004 - a word
        return None
    word = seen.text.strip()
    if word:
        return PageVerdict(kind=PageKind.CHALLENGE, because=f"body is {word}", cause="nothing")
    return PageVerdict(kind=PageKind.ERROR, because="body is empty", cause="nothing")


def _by_title(seen: PageSeen) -> PageVerdict | None:
    title = title_of(seen.text)
    if not title:
        return None
    message = _by_message(seen)
    if message:
        return message
    first = _TITLE_END.split(title, maxsplit=1)[0].strip()
    for kind, titles in _marks().kinds("titles"):
        for mark in titles:
            if mark in {title, first}:
                return PageVerdict(kind=kind, because=f"title is {mark}", cause="title")
    return None


def _by_message(seen: PageSeen) -> PageVerdict | None:
    """Judge a forum program's own message page, which looks like any other of its pages."""
    marks = _marks().messages
    if not title_of(seen.text).startswith(marks["title"]):
        return None
    starts = [seen.text.find(inside) for inside in marks["inside"]]
    start = min((at for at in starts if at >= 0), default=0)
    said = shown("<p " + seen.text[start : start + 3_000])[:200]
    for kind in (PageKind.REMOVED, PageKind.CHALLENGE, PageKind.LOGIN_WALL):
        for word in marks[kind.value]:
            if word in said:
                return PageVerdict(kind=kind, because=f"message says {word}", cause="words")
    return PageVerdict(kind=PageKind(marks["otherwise"]), because="message page", cause="words")


def _by_words(seen: PageSeen) -> PageVerdict | None:
    if len(seen.text) > _LARGE:
        return None
    words = shown(seen.text)
    if len(words) > LITTLE:
        return None
    squeezed = words.replace(" ", "")
    for kind, marks in _marks().kinds("words"):
        for mark in marks:
            if mark in words or mark in squeezed:
                because = f"shows {mark}"
                return PageVerdict(kind=kind, because=because, cause="words", is_sure=False)
    for kind, marks in _marks().kinds("markup"):
        for mark in marks:
            if mark in seen.text:
                because = f"markup holds {mark}"
                return PageVerdict(kind=kind, because=because, cause="markup", is_sure=False)
    return None


def _by_code(answer: Any) -> PageVerdict | None:
    for at, begins, kind in _marks().codes:
        for value in _values(answer, at):
            if str(value).startswith(begins):
                because = f"{at} is {str(value)[:60]}"
                return PageVerdict(kind=kind, because=because, cause="code")
    return None


def _values(answer: Any, at: str) -> list[Any]:
    found = [answer]
    for key in at.split("."):
        name = key.removesuffix("[]")
        found = [one[name] for one in found if isinstance(one, dict) and name in one]
        if key != name:
            found = [value for one in found if isinstance(one, list) for value in one[:20]]
    return [value for value in found if isinstance(value, str)]


@dataclass(frozen=True)
class _Marks:
    """``data/page-marks.yml``, checked."""

    groups: Mapping[str, Mapping[str, tuple[Any, ...]]]
    messages: Mapping[str, Any]
    codes: tuple[tuple[str, str, PageKind], ...]
    bare: tuple[str, ...]

    def kinds(self, group: str) -> Iterator[tuple[PageKind, tuple[Any, ...]]]:
        """Return the marks of a group, kind by kind, in the order of the file."""
        for kind, marks in self.groups[group].items():
            yield PageKind(kind), marks


_GROUPS = ("addresses", "statuses", "titles", "words", "markup")


@cache
def _marks() -> _Marks:
    file = read_yaml(shipped("page-marks.yml"))
    value = file.value
    try:
        for group in _GROUPS:
            for kind, marks in value[group].items():
                PageKind(kind)
                if not isinstance(marks, tuple):
                    raise BadInput(file.where((group, kind)), f"{kind} is no list", "write [mark]")
        codes = tuple((one["at"], one["begins"], PageKind(one["page"])) for one in value["json"])
        PageKind(value["messages"]["otherwise"])
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadInput(file.where(()), f"is not a list of marks: {error}", "mend it") from error
    return _Marks(
        groups={group: value[group] for group in _GROUPS},
        messages=value["messages"],
        codes=codes,
        bare=value["bare"],
    )
