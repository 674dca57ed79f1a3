"""YAML that people write, read as it is written.

YAML 1.1 turns ``no`` into False and ``010`` into 8; an alias bomb of 324 bytes means 387
million items. Here only ``true``, ``false``, ``null``, plain whole numbers and plain decimals
are anything but text, size and depth are bounded, and every value knows its line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from pipeline.base.errors import BadInput

MOST_BYTES = 48_000
MOST_VALUES = 8_000
DEEPEST = 12

Path_ = tuple[str | int, ...]

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class YamlFile:
    """A file's value, and where each part of it stands.

    Attributes:
        file: its path, as it is named in errors.
        value: mappings, tuples, text, int, float, bool, None.
        keys, values: path of a part -> its line and column, counted from 1.
    """

    file: str
    value: Any = None
    keys: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    values: dict[Path_, tuple[int, int]] = field(default_factory=dict)

    def where(self, path: Path_, *, key: bool = False) -> str:
        """Return ``file:line:column`` of a part, or of the nearest one around it."""
        for length in range(len(path), -1, -1):
            part = path[:length]
            place = (self.keys if key else self.values).get(part) or self.keys.get(part)
            if place:
                return f"{self.file}:{place[0]}:{place[1]}"
        return f"{self.file}:1:1"


def read_yaml(path: Path, *, most_bytes: int = MOST_BYTES) -> YamlFile:
    """Read one YAML document; nothing is trusted.

    Raises:
        BadInput: with ``file:line:column``, what is wrong, and how to mend it.
    """
    name = str(path)
    try:
        with path.open("rb") as stream:
            body = stream.read(most_bytes + 1)
    except OSError as error:
        raise BadInput(name, f"cannot be read ({error.strerror})", "check the path") from error
    if len(body) > most_bytes:
        raise BadInput(f"{name}:1:1", f"is larger than {most_bytes:,} bytes", "split it up")
    return parse_yaml(_text(name, body), name)


def parse_yaml(text: str, name: str) -> YamlFile:
    """Read one YAML document from text; ``name`` stands for it in errors.

    Raises:
        BadInput: as :func:`read_yaml`.
    """
    bad = _CONTROL.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        what = f"holds the control character U+{ord(bad[0]):04X}"
        raise BadInput(f"{name}:{line}:{column}", what, "take it out")
    file = YamlFile(name)
    try:
        _Builder(file).build(YAML(typ="rt", pure=True).parse(text))
    except MarkedYAMLError as error:
        raise _syntax(name, text, error) from error
    except YAMLError as error:
        raise BadInput(f"{name}:1:1", f"is not YAML ({_one_line(error)})", "mend it") from error
    return file


def _text(name: str, body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - before.rfind(b"\n")
        what = "is not UTF-8 (the file was perhaps saved as GBK or UTF-16)"
        raise BadInput(f"{name}:{line}:{column}", what, "save it as UTF-8") from error


def _syntax(name: str, text: str, error: MarkedYAMLError) -> BadInput:
    mark = error.problem_mark or error.context_mark
    if "expected ':'" in str(error.problem) and error.context_mark:
        mark = error.context_mark  # the key that lacks it, not the line after
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    shown = lines[line - 1] if line <= len(lines) else ""
    if "\t" in shown:
        at = shown.index("\t") + 1
        return BadInput(f"{name}:{line}:{at}", "holds a tab", "write spaces instead")
    problem = _one_line(error.problem or error)
    mend = "check the colon after the key, the quotes and the indentation of this line"
    return BadInput(f"{name}:{line}:{column}", f"is not YAML: {problem}", mend)


def _one_line(error: object) -> str:
    return " ".join(str(error).split())[:200]


@dataclass(slots=True)
class _Open:
    """A mapping or a list that is still being written."""

    path: Path_
    value: dict[str, Any] | list[Any]
    anchor: str | None
    before: int
    key: str | None = None


class _Builder:
    """Builds the value from events, without recursion."""

    def __init__(self, file: YamlFile) -> None:
        self.file = file
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.count = 0
        self.documents = 0

    def build(self, events: Iterator[Event]) -> None:
        for event in events:
            if isinstance(event, NodeEvent):
                self.node(event)
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                done = self.open.pop()
                value = done.value if isinstance(done.value, dict) else tuple(done.value)
                if done.anchor:
                    self.anchors[done.anchor] = value, self.count - done.before
                self.put(done.path, value, event)
        if not self.documents:
            raise BadInput(f"{self.file.file}:1:1", "is empty", "see docs/sources.md for a start")

    def node(self, event: NodeEvent) -> None:
        path = self.path()
        awaits_key = bool(self.open) and path is None
        self.counted(1, event)
        if not self.open:
            self.documents += 1
            if self.documents > 1:
                raise self.wrong(event, "holds a second document", "keep one source a file")
        if awaits_key:
            self.take_key(event)
            return
        assert path is not None
        self.file.values[path] = _place(event)
        tag = getattr(event, "tag", None)
        if isinstance(event, AliasEvent):
            self.take_alias(path, event)
        elif tag:
            raise self.wrong(event, f"carries the tag {str(tag)[:60]}", "take the tag out")
        elif isinstance(event, ScalarEvent):
            value = self.scalar(event)
            if value is None and path in self.file.keys:
                self.file.values[path] = self.file.keys[path]  # nothing stands nowhere
            if event.anchor:
                self.anchors[str(event.anchor)] = value, 1
            self.put(path, value, event)
        else:
            self.enter(path, event)

    def take_alias(self, path: Path_, event: AliasEvent) -> None:
        value, weight = self.anchors.get(str(event.anchor), (None, -1))
        if weight < 0:
            raise self.wrong(event, f"*{event.anchor} names nothing before it", "write it out")
        self.counted(weight, event)
        self.put(path, value, event)

    def enter(self, path: Path_, event: NodeEvent) -> None:
        if len(self.open) >= DEEPEST:
            raise self.wrong(event, f"is more than {DEEPEST} levels deep", "write it flatter")
        value: dict[str, Any] | list[Any] = {} if isinstance(event, MappingStartEvent) else []
        anchor = str(event.anchor) if event.anchor else None
        self.open.append(_Open(path, value, anchor, self.count))

    def path(self) -> Path_ | None:
        """Return where the next value goes; None where a key is awaited."""
        if not self.open:
            return ()
        last = self.open[-1]
        if isinstance(last.value, list):
            return (*last.path, len(last.value))
        return None if last.key is None else (*last.path, last.key)

    def take_key(self, event: NodeEvent) -> None:
        if not isinstance(event, ScalarEvent) or event.anchor or event.tag:
            raise self.wrong(event, "has a key that is not a plain word", "write a plain key")
        last = self.open[-1]
        key = str(event.value)
        if key == "<<" and event.style is None:
            raise self.wrong(event, "merges another mapping with <<", "write the keys out")
        if key in last.value:
            first = self.file.keys[(*last.path, key)][0]
            what = f"the key {key[:60]} stands here again (first in line {first})"
            raise self.wrong(event, what, "keep one of the two")
        self.file.keys[(*last.path, key)] = _place(event)
        last.key = key

    def put(self, path: Path_, value: Any, event: Event) -> None:
        if not self.open:
            self.file.value = value
            return
        last = self.open[-1]
        if isinstance(last.value, list):
            last.value.append(value)
            return
        assert last.key is not None, (path, event)
        last.value[last.key] = value
        last.key = None

    def scalar(self, event: ScalarEvent) -> Any:
        text = str(event.value)
        bad = _CONTROL.search(text)
        if bad:
            what = f"holds the control character U+{ord(bad[0]):04X}"
            raise self.wrong(event, what, "take it out")
        if event.style is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _WHOLE.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text

    def counted(self, more: int, event: Event) -> None:
        self.count += more
        if self.count > MOST_VALUES:
            what = f"means more than {MOST_VALUES:,} values (aliases are counted each time)"
            raise self.wrong(event, what, "write less, or split the file")

    def wrong(self, event: Event, what: str, mend: str) -> BadInput:
        line, column = _place(event)
        return BadInput(f"{self.file.file}:{line}:{column}", what, mend)


def _place(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
