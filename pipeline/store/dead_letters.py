"""Letters between workers that nobody could deal with: kept, and told to the operator."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.base.clock import Clock, stamp
from pipeline.store.open import Database
from pipeline.store.text import storable

_ADD = """
    insert into dead_letters (letter_id, run_id, url, job, because, body, at)
    values (:letter_id, :run_id, :url, :job, :because, :body, :at)
    on conflict (letter_id) do nothing
"""
_ALL = """
    select letter_id, run_id, url, job, because, body, at from dead_letters
     where at >= ? order by at desc, letter_id limit ?
"""
_LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A piece of work that was given up, and why."""

    letter_id: str
    run_id: str
    url: str
    job: str
    because: str
    body: str
    at: str


def add(db: Database, letter_id: str, said: Mapping[str, str], *, clock: Clock) -> None:
    """Keep a letter, inside the caller's transaction. Twice is as good as once."""
    row = {name: storable(said.get(name, "")) for name in ("run_id", "url", "job", "because")}
    body = storable(said.get("body", ""))[:_LONGEST]
    db.execute(_ADD, {"letter_id": letter_id, "body": body, "at": stamp(clock.now()), **row})


def latest(db: Database, *, since: str = "", limit: int = 50) -> list[DeadLetter]:
    """Return the letters given up since a moment, the newest first."""
    return [DeadLetter(**row) for row in db.query(_ALL, [since, limit])]
