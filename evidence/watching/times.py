"""How long a platform leaves a listing up after we kept it."""

import statistics
from collections import defaultdict
from dataclasses import dataclass

from pipeline.base.clock import Clock, unstamp
from pipeline.store.open import Database

_ALL = "select source, state, began_at, gone_at from watches order by source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Removals:
    """What one source did with what was flagged; hours from our first snapshot.

    Attributes:
        median_hours: of those that are gone; None where none is.
        longest_up_hours: the oldest that is still up.
    """

    source: str
    watched: int
    gone: int
    median_hours: float | None
    longest_up_hours: float | None


def removals(db: Database, *, clock: Clock) -> list[Removals]:
    """Return time to removal, one line a source."""
    gone: defaultdict[str, list[float]] = defaultdict(list)
    up: defaultdict[str, list[float]] = defaultdict(list)
    for row in db.query(_ALL):
        until = unstamp(row["gone_at"]) if row["gone_at"] else clock.now()
        hours = (until - unstamp(row["began_at"])).total_seconds() / 3600
        (gone if row["gone_at"] else up)[row["source"]].append(hours)
    return [
        Removals(
            source=source,
            watched=len(gone[source]) + len(up[source]),
            gone=len(gone[source]),
            median_hours=round(statistics.median(gone[source]), 1) if gone[source] else None,
            longest_up_hours=round(max(up[source]), 1) if up[source] else None,
        )
        for source in sorted({*gone, *up})
    ]
