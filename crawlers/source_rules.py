"""What is judged over a whole source file: rules that one key alone cannot break or keep."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from crawlers.pages import PAGES
from crawlers.pages.rules import css, path, refine
from crawlers.pages.shown import URL
from crawlers.source import DetailSection, ListSection, RepliesPart, Rule, Source
from pipeline.base.errors import BadInput, FetchRefused
from pipeline.base.urls import gate_for
from pipeline.base.yaml_file import YamlFile

Key = tuple[str | int, ...]
Given = TypeVar("Given")
Wrong = tuple[Key, str, str]
"""Which key, what is wrong with it, how to mend it."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_HOST_PORT = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})")
_BRISK_SECONDS = 1.0
"""A pause below this needs a reason."""


def check(source: Source, file: YamlFile) -> None:
    """Judge a source file as a whole.

    Raises:
        BadInput: the first rule that is broken.
    """
    for look in CHECKS:
        for key, what, mend in look(source):
            raise BadInput(file.where(key), what, mend)


def _family(source: Source) -> Iterator[Wrong]:
    if source.family == "app" and source.answers is None:
        yield ("family",), "family app lacks answers", "write answers: {url: ...}"
    if source.family != "app" and source.answers is not None:
        yield ("answers",), f"answers is not for the family {source.family}", "take it out"
    if source.family == "embedded" and source.list.script is None:
        yield ("family",), "family embedded lacks list.script", "write list: {script: {at: ...}}"
    if source.family != "forum" and source.replies is not None:
        yield ("replies",), f"replies is not for the family {source.family}", "take it out"
    if source.page and source.page not in PAGES:
        known = ", ".join(sorted(PAGES)) or "none yet"
        yield ("page",), f"there is no page class {source.page}", f"known: {known}"


def _manners(source: Source) -> Iterator[Wrong]:
    manners = source.manners
    if manners.seconds_between < _BRISK_SECONDS and not manners.reason:
        what = f"manners.seconds_between is {manners.seconds_between:g}"
        mend = "give at least 1, or record why in manners.reason"
        yield ("manners", "seconds_between"), what, mend
    if manners.robots == "override" and not manners.reason:
        what = "manners.robots is override, without a reason"
        yield ("manners", "robots"), what, "record who allowed it, and why, in manners.reason"


def _basis(source: Source) -> Iterator[Wrong]:
    if source.enabled and not source.basis:
        what = "is enabled without a legal basis"
        yield ("enabled",), what, "write in basis: on what ground this site may be read"


def _addresses(source: Source) -> Iterator[Wrong]:
    for number, name in enumerate(source.allow_private):
        match = _HOST_PORT.fullmatch(name)
        if not match or not 0 < int(match[2]) <= 65535:  # noqa: PLR2004 - the highest port
            what = f"allow_private: {name[:60]} is not host:port"
            yield ("allow_private", number), what, "write it as 127.0.0.1:8711"
    gate = gate_for(source.allow_private)
    written = {
        ("base_url",): source.base_url,
        ("search", "url"): _PLACEHOLDER.sub("x", source.search.url),
        ("report_url",): source.report_url or source.base_url,
    }
    for code in source.search.places.values():
        written["search", "places"] = source.search.url.replace("{place}", code)
        written["search", "places"] = _PLACEHOLDER.sub("x", written["search", "places"])
        yield from _gated(gate.check, {("search", "places"): written["search", "places"]})
    yield from _gated(gate.check, written)


def _gated(enter: Callable[[str], object], written: dict[tuple[str, ...], str]) -> Iterator[Wrong]:
    for key, url in written.items():
        try:
            enter(url)
        except FetchRefused as error:
            what = f"{'.'.join(key)}: {url[:80]}: {error.what}"
            yield key, what, "name host:port in allow_private if it is ours"


def _search(source: Source) -> Iterator[Wrong]:
    search = source.search
    used = set(_PLACEHOLDER.findall(search.url))
    for name in sorted(used - {"term", "place", "page", "cursor"}):
        what = f"search.url holds {{{name[:40]}}}"
        yield ("search", "url"), what, "only {term}, {place}, {page} and {cursor} are filled in"
    if "cursor" in used and not source.list.cursor:
        what = "search.url holds {cursor}, but list.cursor is empty"
        yield ("search", "url"), what, "say in list.cursor where an answer gives it"
    for name, given in (("term", search.terms), ("place", search.places)):
        if given and name not in used:
            what = f"search.url has no {{{name}}}, though search.{name}s names some"
            yield ("search", "url"), what, f"write {{{name}}} where the site has it"
        if name in used and not given:
            what = f"search.url holds {{{name}}}, but search.{name}s is empty"
            yield ("search", "url"), what, f"write search.{name}s"
    is_open = not used & {"page", "cursor"} and not source.list.next and not source.answers
    if search.pages > 1 and is_open:
        what = f"search.pages is {search.pages}, but no way to the next page is given"
        yield ("search", "pages"), what, "write {page} in search.url, or list.next"


def _selectors(source: Source) -> Iterator[Wrong]:
    yield from _section("list", source.list, is_json=source.list_is_json)
    if source.detail is not None:
        yield from _section("detail", source.detail, is_json=source.detail_is_json)
    if source.replies is not None:
        yield from _replies(source.replies, is_json=source.detail_is_json)
    if "site_id" not in source.list.fields:
        yield ("list", "fields"), "list.fields lacks site_id", "say where the site's own id stands"
    if source.detail is not None and "url" not in source.list.fields:
        what = "list.fields lacks url, though there is a detail page"
        yield ("list", "fields"), what, "say where the address of a listing stands"


def _replies(replies: RepliesPart, *, is_json: bool) -> Iterator[Wrong]:
    judge = path if is_json else css
    yield from _tried(("replies", "rows"), replies.rows, judge)
    if replies.skip:
        yield from _tried(("replies", "skip"), replies.skip, judge)
    for number, rule in enumerate(replies.next or ()):
        yield from _rule(("replies", "next", number), rule, judge)
    for field, rules in replies.fields.items():
        for number, rule in enumerate(rules):
            yield from _rule(("replies", "fields", field, number), rule, judge)
    for name in ("site_id", "text"):
        if name not in replies.fields:
            yield ("replies", "fields"), f"replies.fields lacks {name}", "say where it stands"


def _section(name: str, section: ListSection | DetailSection, *, is_json: bool) -> Iterator[Wrong]:
    judge = path if is_json else css
    if isinstance(section, ListSection):
        yield from _list(name, section, is_json=is_json)
    elif section.hidden_images:
        yield from _tried((name, "hidden_images"), section.hidden_images, css)
    if section.script is not None:
        yield from _tried((name, "script", "at"), section.script.at, css)
    for field, rules in section.fields.items():
        for number, rule in enumerate(rules):
            yield from _rule((name, "fields", field, number), rule, judge)


def _list(name: str, section: ListSection, *, is_json: bool) -> Iterator[Wrong]:
    judge = path if is_json else css
    for rows in section.rows:
        yield from _tried((name, "rows"), rows, judge)
    if section.skip:
        yield from _tried((name, "skip"), section.skip, judge)
    for place in ("more", "cursor"):
        if getattr(section, place):
            yield from _tried((name, place), getattr(section, place), path)
    for key in section.ok:
        yield from _tried((name, "ok", key), key, path)
    if not is_json and (section.more or section.ok):
        key = "more" if section.more else "ok"
        yield (name, key), f"{name}.{key} is for JSON", "take it out, or write as: json"
    for number, rule in enumerate(section.next or ()):
        yield from _rule((name, "next", number), rule, judge)


def _rule(key: Key, rule: Rule, judge: Callable[[str], object]) -> Iterator[Wrong]:
    if rule.at != URL:
        yield from _tried((*key, "at"), rule.at, judge)
    if rule.drop:
        yield from _tried((*key, "drop"), rule.drop, css)
    if rule.make and rule.make.count("{}") != 1:
        what = f"{_dotted((*key, 'make'))} holds {{}} {rule.make.count('{}')} times"
        yield (*key, "make"), what, "write {} once, where the value goes"
    yield from _tried((*key, "match"), rule, refine, shown=rule.match)


def _tried(
    key: Key, written: Given, judge: Callable[[Given], object], *, shown: str = ""
) -> Iterator[Wrong]:
    try:
        judge(written)
    except ValueError as error:
        what = f"{_dotted(key)}: {(shown or str(written))[:80]} {error}"
        yield key, what, "see docs/sources.md"


def _dotted(key: Key) -> str:
    return ".".join(str(part) for part in key)


CHECKS = (_family, _manners, _basis, _addresses, _search, _selectors)
"""The visible list; the first that is broken is told."""
