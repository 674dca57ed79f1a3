"""A mended source file: the old one with the new rules in it, its comments kept."""

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from crawlers.drafting.mend import ListMend, New
from pipeline.base.errors import BadInput


def patched(text: str, in_list: ListMend | None, in_detail: Mapping[str, New]) -> str:
    """Return the text of a source file with what was proposed.

    Raises:
        BadInput: the file has no such section of its own (it is like a shape of the product).
    """
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    try:
        value = yaml.load(text)
    except YAMLError as error:
        raise BadInput("source", "is not YAML", "see shouyi source lint") from error
    if in_list is not None:
        section = _section(value, "list")
        section["rows"] = _quoted(in_list.rows)
        _set(section, "skip", in_list.skip)
        if in_list.next:
            section["next"] = _quoted(in_list.next)
        for name, new in in_list.fields.items():
            section["fields"][name] = _rule(new)
    if in_detail:
        section = _section(value, "detail")
        for name, new in in_detail.items():
            section["fields"][name] = _rule(new)
    written = io.StringIO()
    yaml.dump(value, written)
    return written.getvalue()


def _section(value: Any, name: str) -> Any:
    section = value.get(name) if isinstance(value, dict) else None
    if not isinstance(section, dict) or not isinstance(section.get("fields"), dict):
        what = f"has no {name}.fields of its own to mend: it is like a shape of data/shapes/"
        raise BadInput("source", what, f"write its own {name} section first")
    return section


def _set(section: Any, name: str, value: str) -> None:
    if value:
        section[name] = _quoted(value)
    elif name in section:
        del section[name]


def _rule(new: New) -> Any:
    if not new.match and not new.first:
        return _quoted(new.at)
    rule = CommentedMap({"at": _quoted(new.at)})
    if new.match:
        rule["match"] = _quoted(new.match)
    if new.first:
        rule["first"] = True
    rule.fa.set_flow_style()
    return rule


def _quoted(value: str) -> Any:
    return DoubleQuotedScalarString(value)
