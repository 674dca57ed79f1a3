"""A change of the lexicon as it is kept: its lines, where it stands, who did what and why."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from keywords.changes import Line
from pipeline.base.errors import NotFound
from pipeline.base.language import _
from pipeline.store.open import Database
from pipeline.store.text import storable

_COLUMNS = """
    change_id, state, origin, lines, undo, is_written, because, made_by, made_at, state_at, lexicon
"""
_ONE = f"select {_COLUMNS} from lexicon_changes where change_id = ?"  # noqa: S608 - our own columns
_ALL = f"""
    select {_COLUMNS} from lexicon_changes where :state in ('', state) order by change_id desc
"""  # noqa: S608 - our own columns
_UNWRITTEN = f"""
    select {_COLUMNS} from lexicon_changes where is_written = 0 order by state_at, change_id
"""  # noqa: S608 - our own columns
_STEPS = "select at, who, did, why from lexicon_steps where change_id = ? order by step_id"


class State(StrEnum):
    """Where a change stands."""

    DRAFT = "draft"
    SHADOW = "shadow"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ROLLED_BACK = "rolled_back"

    @property
    def shown(self) -> str:
        """Return the word that people read."""
        return _shown()[self]


@cache
def _shown() -> dict[State, str]:
    return {
        State.DRAFT: _("草案"),
        State.SHADOW: _("试跑"),
        State.ACCEPTED: _("已采纳"),
        State.REFUSED: _("未采纳"),
        State.ROLLED_BACK: _("已撤回"),
    }


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did to a change; ``at`` is UTC, as stamped."""

    at: str
    who: str
    did: str
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the lexicon, proposed by a person or drawn from verdicts.

    Attributes:
        origin: "person" or "proposal".
        lines: what is done with which word.
        undo: the lines that take it back, once accepted.
        is_written: False between the decision and its files.
        because: what a proposal rests on (casework/proposing.py).
        lexicon: the version it made, once accepted.
        steps: oldest first.
    """

    change_id: int
    state: State
    origin: str
    lines: tuple[Line, ...]
    undo: tuple[Line, ...]
    is_written: bool
    because: Mapping[str, Any]
    made_by: str
    made_at: str
    state_at: str
    lexicon: str
    steps: tuple[Step, ...]


def get(db: Database, change_id: int) -> Change:
    """Return a change.

    Raises:
        NotFound: there is none of that number.
    """
    row = db.conn.execute(_ONE, (change_id,)).fetchone()
    if row is None:
        raise NotFound(f"change {change_id}", _("没有这个变更"), "shouyi lexicon changes")
    return _change(db, row)


def all_of(db: Database, state: State | None = None) -> list[Change]:
    """Return the changes of a state, or all, newest first."""
    rows = db.conn.execute(_ALL, {"state": state or ""}).fetchall()
    return [_change(db, row) for row in rows]


def unwritten(db: Database) -> list[Change]:
    """Return the changes that were decided and do not stand in the files yet, in order."""
    return [_change(db, row) for row in db.conn.execute(_UNWRITTEN).fetchall()]


def line_json(lines: Sequence[Line]) -> str:
    """Return lines as the store keeps them."""
    return storable(json.dumps([line.told() for line in lines], ensure_ascii=False))


def lines_of(lines: str) -> tuple[Line, ...]:
    """Return the lines that :func:`line_json` wrote."""
    return tuple(Line.of(told) for told in json.loads(lines))


def _change(db: Database, row: tuple[Any, ...]) -> Change:
    number, state, origin, lines, undo, written, because, by, made_at, state_at, lexicon = row
    steps = tuple(Step(*step) for step in db.conn.execute(_STEPS, (number,)))
    return Change(
        number,
        State(state),
        origin,
        lines_of(lines),
        lines_of(undo),
        bool(written),
        json.loads(because),
        by,
        made_at,
        state_at,
        lexicon,
        steps,
    )
