"""Who has which listing before him: pulled from the queue for one person, given back in time.

A hold keeps two people from reading the same listing; that no listing is judged twice rests
on the verdict itself, which names what was on the screen (:mod:`casework.verdicts`).
"""

from dataclasses import replace
from datetime import timedelta

from casework import queue
from casework.asking import ALL_WAITING, Wanted
from casework.queue import Waiting
from pipeline.base.clock import Clock, stamp
from pipeline.store.open import Database
from pipeline.store.text import storable

HOLDS_MINUTES = 10
"""How long a listing waits for who pulled it; after that the next person gets it."""

_OVER = "delete from holds where until <= ?"
_GIVE_BACK = "delete from holds where held_by = ?"
_HOLD = """
    insert into holds (listing_id, held_by, until) values (?, ?, ?)
    on conflict (listing_id) do update set held_by = excluded.held_by, until = excluded.until
"""
_HELD = "select held_by from holds where listing_id = ? and until > ?"


def take(
    db: Database,
    by: str,
    *,
    clock: Clock,
    wanted: Wanted = ALL_WAITING,
    after_listing: str | None = None,
) -> Waiting | None:
    """Pull the next listing that nobody else has before him; None when none is left.

    What this person held before is given back.

    Args:
        db: the store.
        by: who pulls.
        clock: tells when.
        wanted: which listings.
        after_listing: the one that was just judged or passed over.
    """
    now = clock.now()
    with db.atomic():
        db.conn.execute(_OVER, (stamp(now),))
        db.conn.execute(_GIVE_BACK, (by,))
        free = replace(wanted, free_for=by, now=stamp(now))
        row = queue.next_up(db, after_listing, wanted=free)
        if row is not None:
            until = stamp(now + timedelta(minutes=HOLDS_MINUTES))
            db.conn.execute(_HOLD, (row.listing_id, by, until))
    return row


def give_back(db: Database, by: str) -> None:
    """Let others have what this person held."""
    with db.atomic():
        db.conn.execute(_GIVE_BACK, (by,))


def holder(db: Database, listing_id: str, *, clock: Clock) -> str:
    """Return who has a listing before him just now, "" where nobody has."""
    row = db.conn.execute(_HELD, (storable(listing_id), stamp(clock.now()))).fetchone()
    return str(row[0]) if row else ""
