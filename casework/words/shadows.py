"""The shadow period: each night a change is tried on what came in, and only counted."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from casework.words.changes import State, all_of
from casework.words.trying import preview
from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import BadInput
from pipeline.base.settings import Settings
from pipeline.store.open import Database

_LAST = "select max(until_at) from lexicon_shadows where change_id = ? and night_on < ?"
_KEEP = """
    insert into lexicon_shadows (change_id, night_on, until_at, told) values (?, ?, ?, ?)
    on conflict (change_id, night_on) do update set until_at = excluded.until_at,
                                                    told = excluded.told
"""
_OF = "select night_on, told from lexicon_shadows where change_id = ? order by night_on"


@dataclass(frozen=True, slots=True)
class Shadow:
    """What a change would have done to what came in by one night; ``told`` as in ``Tried``."""

    night_on: str
    told: dict[str, Any]


def count_tonight(
    db: Database, settings: Settings, *, night_on: date, clock: Clock
) -> dict[int, str]:
    """Count for every change in shadow what it would have done since the night before.

    A night that is run again counts again, and replaces its own row. Nothing else is written.

    Returns:
        What went wrong, by change: a word that no longer fits beside the lexicon of today.
    """
    problems = {}
    for change in all_of(db, State.SHADOW):
        began = change.state_at
        (last,) = db.conn.execute(_LAST, (change.change_id, night_on.isoformat())).fetchone()
        until = stamp(clock.now())
        try:
            tried = preview(db, settings, change.lines, clock=clock, since=last or began)
        except BadInput as error:
            problems[change.change_id] = str(error)
            continue
        told = json.dumps(tried.told(), ensure_ascii=False)
        with db.atomic():
            db.conn.execute(_KEEP, (change.change_id, night_on.isoformat(), until, told))
    return problems


def nights_of(db: Database, change_id: int) -> list[Shadow]:
    """Return what a change would have done, night by night."""
    rows = db.conn.execute(_OF, (change_id,))
    return [Shadow(night_on, json.loads(told)) for night_on, told in rows]
