"""How each source stands after its last run: a light, and the cause that the run gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.store.open import Database

Light = Literal["green", "amber", "red"]

_LIGHTS: Mapping[str, Light] = {
    "ok": "green",
    "running": "green",
    "due": "amber",
    "empty": "amber",
    "thin": "amber",
    "interrupted": "amber",
    "blocked": "red",
    "drift": "red",
    "failed": "red",
    "missed": "red",
}
_ORDER = ("red", "amber", "green")

_LAST = """
    select source, night_on, state, cause, because, coalesce(ended_at, started_at, ''),
           coalesce(json_extract(counts, '$.listed'), 0), coalesce(json_extract(counts, '$.new'), 0)
      from (select *, row_number() over
                (partition by source order by night_on desc, number desc) as place from runs)
     where place = 1
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A source after its last run; ``because`` is in the words of that run."""

    source: str
    night_on: str
    state: str
    cause: str
    because: str
    at: str
    listed: int
    new: int

    @property
    def light(self) -> Light:
        """Green, amber or red."""
        return _LIGHTS.get(self.state, "red")


def standings(db: Database) -> list[Standing]:
    """Return every source that ever had a run, the worst first."""
    rows: list[Any] = db.conn.execute(_LAST).fetchall()
    found = [Standing(*row) for row in rows]
    return sorted(found, key=lambda each: (_ORDER.index(each.light), each.source))
