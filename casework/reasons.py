"""The four decisions, and the reason codes that go with each (``data/reasons.yml``)."""

import difflib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from pipeline.base.errors import BadInput
from pipeline.base.language import _, of_process
from pipeline.base.settings import shipped


class Call(StrEnum):
    """What a person decided about a listing."""

    CONFIRMED = "confirmed"
    LAWFUL = "lawful"
    NOT_WILDLIFE = "not_wildlife"
    UNSURE = "unsure"

    @property
    def shown(self) -> str:
        """Return the word that people read: 属实, 合法, 无关, 存疑."""
        return _shown()[self]


@cache
def _shown() -> dict[Call, str]:
    return {
        Call.CONFIRMED: _("属实"),
        Call.LAWFUL: _("合法"),
        Call.NOT_WILDLIFE: _("无关"),
        Call.UNSURE: _("存疑"),
    }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a decision was taken; ``offered`` is false for codes kept only for old verdicts."""

    code: str
    call: Call
    zh: str
    en: str
    offered: bool = True

    @property
    def shown(self) -> str:
        """Return the sentence in the language of this process."""
        return self.in_language(of_process())

    def in_language(self, language: str) -> str:
        """Return the sentence in "zh" or "en"."""
        return self.en if language == "en" else self.zh


@cache
def load(file: Path | None = None) -> dict[Call, tuple[Reason, ...]]:
    """Return the reasons of each decision, in the order in which they are shown.

    Raises:
        BadInput: the file holds what it may not; file and line are named.
    """
    path = file or shipped("reasons.yml")
    try:
        read = YAML(typ="rt").load(path)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(
            f"{path}:{line}", f"is not YAML: {error.problem}", "mend that line"
        ) from error
    found: dict[Call, tuple[Reason, ...]] = {}
    codes: set[str] = set()
    for name, rows in (read or {}).items():
        if name not in set(Call):
            raise BadInput(str(path), f"{name} is no decision", f"use {', '.join(Call)}")
        if not isinstance(rows, dict):
            raise BadInput(str(path), f"{name} has no reasons", "write {code: {zh: ..., en: ...}}")
        reasons = tuple(_reason(f"{path}", Call(name), code, rows) for code in rows)
        for reason in reasons:
            if reason.code in codes:
                raise BadInput(str(path), f"code {reason.code} stands twice", "rename one")
            codes.add(reason.code)
        found[Call(name)] = reasons
    missing = [call for call in Call if not found.get(call)]
    if missing:
        raise BadInput(str(path), f"{missing[0]} has no reason", "give it at least one")
    return found


def find(code: str) -> Reason | None:
    """Return the reason of a code, None where there is none."""
    return next((each for rows in load().values() for each in rows if each.code == code), None)


def check(call: Call, code: str) -> Reason:
    """Return the reason that ``code`` names for a decision.

    Raises:
        BadInput: it is no reason for that decision; the nearest one is named.
    """
    offered = [reason for reason in load()[call] if reason.offered]
    for reason in offered:
        if reason.code == code:
            return reason
    codes = [reason.code for reason in offered]
    other = find(code)
    if other is not None and other.call is not call:
        what = _("理由 {code} 属于“{other}”，不能用于“{call}”").format(
            code=code, other=other.call.shown, call=call.shown
        )
    else:
        what = _("没有理由代码 {code}").format(code=code or "“”")
    near = difflib.get_close_matches(code, codes, n=1, cutoff=0.5)
    mend = _("是否想用 {near}？").format(near=near[0]) if near else ""
    mend += _("可用：{codes}").format(codes=", ".join(codes))
    raise BadInput("--reason", what, mend)


def _reason(path: str, call: Call, code: str, rows: Any) -> Reason:
    where, row = f"{path}:{rows.lc.key(code)[0] + 1}", rows[code]
    form = f"write {code}: {{zh: ..., en: ...}}"
    if not isinstance(row, dict):
        raise BadInput(where, f"{code} is no reason", form)
    unknown = set(row) - {"zh", "en", "offered"}
    absent = {"zh", "en"} - set(row)
    if unknown or absent:
        what = f"{min(unknown)} is not known" if unknown else f"{min(absent)} is missing"
        raise BadInput(where, what, form)
    return Reason(code, call, str(row["zh"]), str(row["en"]), bool(row.get("offered", True)))
