"""Source files: read, checked against everything that can be wrong with them, and listed.

Whatever is wrong is told in one sentence with file, line and column, before anything is
changed. ``docs/sources.md`` explains how a source is written.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from crawlers.source import FieldName, KnownName, Source, Written
from crawlers.source_rules import check
from pipeline.base.errors import BadInput
from pipeline.base.settings import shipped
from pipeline.base.urls import Gate, gate_for
from pipeline.base.yaml_file import YamlFile, read_yaml
from pipeline.store.promises import Promise

SHIPPED = "sources"
_MANUAL = "see docs/sources.md"


def load_source(path: Path) -> Source:
    """Read and check one source file.

    Raises:
        BadInput: ``file:line:column: what; mend``.
    """
    file = read_yaml(path)
    if not isinstance(file.value, dict):
        raise BadInput(f"{path}:1:1", "holds no keys", f"write `key: ...` first; {_MANUAL}")
    value = _completed(_with_terms(file), file)
    try:
        source = Source.model_validate(value, strict=True)
    except ValidationError as error:
        raise _first_problem(file, error) from error
    check(source, file)
    return source


def load_sources(shipped_folder: Path, own_folder: Path | None = None) -> dict[str, Source]:
    """Read every ``*.yml`` of both folders, by key; a file of one's own replaces a shipped one.

    Raises:
        BadInput: a file is wrong, or two files of one folder have the same key.
    """
    found, problems = load_what_is_right(shipped_folder, own_folder)
    if problems:
        raise problems[0]
    return found


def load_what_is_right(
    shipped_folder: Path, own_folder: Path | None = None
) -> tuple[dict[str, Source], list[BadInput]]:
    """Read both folders as :func:`load_sources` does, but let a wrong file spoil itself alone.

    A night goes on with the other sources, and tells of the wrong file in the morning.
    """
    found: dict[str, Source] = {}
    problems: list[BadInput] = []
    for folder in (shipped_folder, own_folder):
        if folder is None or not folder.is_dir():
            continue
        here: dict[str, Path] = {}
        for path in sorted(folder.glob("*.yml")):
            try:
                source = load_source(path)
            except BadInput as problem:
                problems.append(problem)
                continue
            if source.key in here:
                first = here[source.key].name
                what = f"has the key {source.key}, as {first} has"
                problems.append(BadInput(f"{path}:1:1", what, "rename one"))
                continue
            here[source.key] = path
            found[source.key] = source
    return found, problems


def shipped_sources() -> Path:
    """Return the folder of the sources that come with the product."""
    return shipped(SHIPPED)


def gate_of(sources: Iterable[Source]) -> Gate:
    """Return the gate that lets pass what these sources allow, and the open internet."""
    return gate_for([name for source in sources for name in source.allow_private])


def promises_of(sources: Iterable[Source], day: date) -> list[Promise]:
    """Return what source files promise, as it is noted on a day."""
    return [
        Promise(
            source=source.key,
            since_on=day,
            name=source.name,
            every_hours=max(1, source.interval_seconds // 3600),
            floor=source.expect.listings[0],
            ceiling=source.expect.listings[1],
            is_enabled=source.enabled,
        )
        for source in sources
    ]


@cache
def search_terms() -> Mapping[str, tuple[str, ...]]:
    """Return the named lists of search words: ``data/search-terms.yml``.

    Raises:
        BadInput: the file is not a mapping of names to lists of words.
    """
    file = read_yaml(shipped("search-terms.yml"))
    if not isinstance(file.value, dict):
        raise BadInput(file.where(()), "holds no lists", "write `name: [word, word]`")
    for name, words in file.value.items():
        if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
            raise BadInput(file.where((name,)), f"{name} is no list of words", "write [word]")
    return dict(file.value)


def _with_terms(file: YamlFile) -> dict[str, Any]:
    """Return the value with the name of a list of search words replaced by its words."""
    value: dict[str, Any] = dict(file.value)
    search = value.get("search")
    if not isinstance(search, dict) or not isinstance(search.get("terms"), str):
        return value
    name: str = search["terms"]
    lists = search_terms()
    if name not in lists:
        what = f"search.terms: there is no list of words named {name[:60]}"
        mend = f"write one of {', '.join(lists)}, or the words as [word, word]"
        raise BadInput(file.where(("search", "terms")), what, mend)
    value["search"] = {**search, "terms": lists[name]}
    return value


def _completed(value: dict[str, Any], file: YamlFile) -> dict[str, Any]:
    """Return the value with what it leaves out taken from the shape it is like.

    A family that has a shape of its own name (feed, shop) is like that. A list with rows of
    its own is whole as it stands; of a detail page and of replies each key may be its own.
    """
    name = value.get("like") or value.get("family")
    known = {path.stem: path for path in shipped("shapes").glob("*.yml")}
    if not isinstance(name, str) or (name not in known and not value.get("like")):
        return value
    if name not in known:
        what = f"like: there is no shape named {name[:60]}"
        raise BadInput(file.where(("like",)), what, f"write one of {', '.join(sorted(known))}")
    made = {**_shape(known[name]), **value}
    for section in ("list", "detail", "replies"):
        own, shape = value.get(section), _shape(known[name]).get(section)
        if isinstance(own, dict) and isinstance(shape, dict):
            made[section] = _over(shape, own, is_whole=section == "list" and "rows" in own)
    return made


def _over(shape: dict[str, Any], own: dict[str, Any], *, is_whole: bool) -> dict[str, Any]:
    if is_whole:
        return own
    fields = {**shape.get("fields", {}), **own.get("fields", {})}
    return {**shape, **own, **({"fields": fields} if fields else {})}


@cache
def _shape(path: Path) -> dict[str, Any]:
    file = read_yaml(path)
    if not isinstance(file.value, dict):
        raise BadInput(file.where(()), "holds no keys", _MANUAL)
    return dict(file.value)


def _first_problem(file: YamlFile, error: ValidationError) -> BadInput:
    """Return the problem that a reader would mend first, as one sentence."""
    problems = error.errors(include_url=False, include_input=True)
    # an unknown key often is the misspelt name of one that is then missing: say that first
    problem = min(problems, key=lambda one: one["type"] != "extra_forbidden")
    path = tuple(part for part in problem["loc"] if part != "[key]")
    named = _known_path(file, path)
    shown = ".".join(str(part) for part in path)
    if problem["type"] == "extra_forbidden":
        return _unknown_key(file, path, _keys_at(path[:-1]))
    if "[key]" in problem["loc"]:
        return _unknown_key(file, path, NAMES[str(path[-2])])
    if problem["type"] == "missing":
        return BadInput(file.where(path[:-1]), f"lacks {shown}", _mend(path))
    dotted = ".".join(str(part) for part in named)
    if problem["input"] is None:
        return BadInput(file.where(named), f"{dotted} is empty", _mend(path))
    what = f"{dotted} is {_shown(problem['input'])}"
    return BadInput(file.where(named), what, _mend(path, str(problem["msg"])))


def _known_path(file: YamlFile, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the longest beginning of a path that stands in the file."""
    for length in range(len(path), 0, -1):
        if path[:length] in file.values:
            return path[:length]
    return path[:1]


def _shown(value: Any) -> str:
    text = " ".join(str(value).split())
    return f"{text[:57]}..." if len(text) > 60 else text or "empty"  # noqa: PLR2004 - one line


def _unknown_key(file: YamlFile, path: tuple[str | int, ...], known: Collection[str]) -> BadInput:
    near = difflib.get_close_matches(str(path[-1]), sorted(known), n=1, cutoff=0.5)
    mend = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
    where = file.where(path, key=True)
    return BadInput(where, f"unknown key {'.'.join(map(str, path))[:120]}", mend)


def _keys_at(path: tuple[str | int, ...]) -> set[str]:
    """Return the keys that may stand in the mapping at ``path``."""
    model: type[BaseModel] = Source
    for part in path:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if part in fields:
            found = _models_in(fields[str(part)].annotation)
            model = found[0] if found else model
    return {field.alias or name for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, Written):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


NAMES = {"fields": get_args(FieldName), "usually": get_args(KnownName)}
"""Mappings whose keys are names from a closed list."""

_MENDS = {
    "key": "write lower-case letters, digits and hyphens, no path",
    "family": "write classifieds, forum, app, json, embedded, shop, feed or search",
    "enabled": "write true or false",
    "browser": "write true or false",
    "every": "write a number with h, d or w, as 1d",
    "expect": "write expect: {listings: [floor, ceiling]}: what a healthy night gives",
    "expect.listings": "write [floor, ceiling] as [40, 2000]: what a healthy night gives; "
    "the floor is at least 1",
    "manners.seconds_between": "give at least 1, or record why in manners.reason",
    "manners.robots": "write obey, or override with a manners.reason",
    "manners.hours": "write it as 22:00-06:00",
    "search": "write search: {url: ...}: where a run begins",
    "list": "write list: {rows: ..., fields: {...}}",
}


def _mend(path: tuple[str | int, ...], message: str = "") -> str:
    mend = _MENDS.get(".".join(str(part) for part in path if isinstance(part, str)))
    if mend:
        return mend
    if message.startswith("Input should be a valid string"):
        return "put it in quotes"
    plain = message.removeprefix("Value error, ").replace("Input should be", "give").strip()
    return f"{plain[0].lower()}{plain[1:]}; {_MANUAL}" if plain else _MANUAL
