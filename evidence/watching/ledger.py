"""What is watched, when it is looked at next, and what each look found."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.base.clock import Clock, stamp, unstamp
from pipeline.store import listings
from pipeline.store.open import Database
from pipeline.store.snapshots import Kept

UP_HOURS = (3, 6, 12, 24, 48, 72, 168)
"""From look to look while nothing changes: hours, then days, then once a week."""
GONE_HOURS = (24, 72, 168, 336, 720, 1440)
"""After it went: whether it comes back, for some four months."""
UNCLEAR_HOURS = (6, 12, 24, 48)
RETAKE_HOURS = (1, 6, 24, 72)

_BEGIN = """
    insert into watches
        (listing_id, source, state, first_snapshot_id, last_snapshot_id, began_at, next_look_at)
    select listings.listing_id, listings.source, 'up', first.snapshot_id, first.snapshot_id,
           first.taken_at, first.taken_at
      from listings join snapshots as first on first.snapshot_id = (
           select snapshot_id from snapshots
            where snapshots.listing_id = listings.listing_id and snapshots.state = 'sealed'
            order by chain_number limit 1)
     where listings.state in ('waiting', 'judged') and listings.url <> ''
       and listings.call not in ('lawful', 'not_wildlife')
        on conflict (listing_id) do nothing
    returning listing_id, began_at
"""
_DUE = """
    select watches.* from watches join listings using (listing_id)
     where next_look_at <= ? and listings.call not in ('lawful', 'not_wildlife')
     order by next_look_at limit ?
"""
_ONE = "select * from watches where listing_id = ?"
_LOOK = """
    insert into looks (listing_id, at, found, page, status, because, snapshot_id)
    values (:listing_id, :at, :found, :page, :status, :because, :snapshot_id)
"""
_UPDATE = """
    update watches
       set state = :state, looks = looks + 1, calm = :calm, unclear = :unclear,
           last_snapshot_id = :last_snapshot_id, last_look_at = :at, next_look_at = :next_look_at,
           gone_at = :gone_at
     where listing_id = :listing_id
"""
_LOOKS = "select * from looks where listing_id = ? order by look_id"
_RETURNED = "update listings set gone_at = null where listing_id = ? returning version"
_TRIES = "select tries from retakes where listing_id = ?"
_RETAKE = """
    insert into retakes (listing_id, tries, next_at, snapshot_id, reason)
    values (:listing_id, :tries, :next_at, :snapshot_id, :reason)
    on conflict (listing_id) do update
       set tries = excluded.tries, next_at = excluded.next_at,
           snapshot_id = excluded.snapshot_id, reason = excluded.reason
"""
_RETAKES_DUE = """
    update listings set snapshot = 'wanted'
     where snapshot = 'failed' and listing_id in (select listing_id from retakes where next_at <= ?)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """One row of ``watches``."""

    listing_id: str
    source: str
    state: str
    first_snapshot_id: str
    last_snapshot_id: str
    began_at: str
    looks: int
    calm: int
    unclear: int
    last_look_at: str
    next_look_at: str | None
    gone_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look found; ``because`` in Chinese words."""

    listing_id: str
    at: str
    found: str
    page: str
    status: int
    because: str
    snapshot_id: str = ""
    look_id: int = 0


def begin(db: Database) -> int:
    """Begin to watch every flagged listing that has a snapshot; return how many are new."""
    with db.atomic():
        new = db.conn.execute(_BEGIN).fetchall()
        for listing_id, began_at in new:
            first = stamp(unstamp(began_at) + timedelta(hours=UP_HOURS[0]))
            db.conn.execute(
                "update watches set next_look_at = ? where listing_id = ?", [first, listing_id]
            )
    return len(new)


def due(db: Database, now: datetime, limit: int | None = None) -> list[Watch]:
    """Return what is to be looked at now, longest due first."""
    rows = db.query(_DUE, [stamp(now), -1 if limit is None else limit])
    return [Watch(**row) for row in rows]


def of(db: Database, listing_id: str) -> Watch | None:
    """Return the watch over a listing; None where nobody watches it."""
    return next((Watch(**row) for row in db.query(_ONE, [listing_id])), None)


def looks_of(db: Database, listing_id: str) -> list[Look]:
    """Return what every look at a listing found, in order."""
    return [Look(**row) for row in db.query(_LOOKS, [listing_id])]


def note(db: Database, watch: Watch, look: Look, *, clock: Clock) -> Watch:
    """Write what a look found, and when to look next."""
    after = _after(watch, look)
    with db.atomic():
        db.conn.execute(_LOOK, _values(look))
        db.conn.execute(_UPDATE, {**after, "at": look.at, "listing_id": watch.listing_id})
        if look.found == "back":
            row = db.conn.execute(_RETURNED, [watch.listing_id]).fetchone()
            if row is not None:
                at = stamp(clock.now())
                listings.add_event(
                    db, watch.listing_id, at=at, what="returned", version=row[0], run_id=""
                )
    noted = of(db, watch.listing_id)
    assert noted is not None, "it was updated"
    return noted


def _after(watch: Watch, look: Look) -> dict[str, Any]:
    """Return the row as it is after a look. An unclear look changes nothing but the counters."""
    same = look.found in {"up", "unclear"}
    is_gone = look.found == "gone" or (watch.state == "gone" and same)
    if look.found == "unclear":
        calm, unclear = watch.calm, watch.unclear + 1
        wait: float | None = UNCLEAR_HOURS[min(unclear, len(UNCLEAR_HOURS)) - 1]
    else:
        is_news = look.found in {"changed", "back"} or (look.found == "gone" != watch.state)
        calm, unclear = 0 if is_news else watch.calm + 1, 0
        hours = GONE_HOURS if is_gone else UP_HOURS
        wait = hours[min(calm, len(hours) - 1)]
        if is_gone and calm >= len(hours):
            wait = None
    shows = look.snapshot_id if look.found in {"changed", "back"} else ""
    gone_at = watch.gone_at or look.at if is_gone else None
    return {
        "state": "gone" if is_gone else watch.state if same else look.found,
        "calm": calm,
        "unclear": unclear,
        "last_snapshot_id": shows or watch.last_snapshot_id,
        "next_look_at": None if wait is None else stamp(unstamp(look.at) + timedelta(hours=wait)),
        "gone_at": gone_at,
    }


def _values(look: Look) -> dict[str, Any]:
    return {name: getattr(look, name) for name in Look.__dataclass_fields__ if name != "look_id"}


def note_retake(db: Database, row: Kept, *, clock: Clock) -> None:
    """After a capture of a listing: due again where it failed, with growing patience; else done.

    A removed page is not taken again: the failure record says that it is removed.
    """
    if not row.listing_id or not row.listing_version:
        return
    with db.atomic():
        found = db.conn.execute(_TRIES, [row.listing_id]).fetchone()
        if row.state == "sealed" or row.page == "removed":
            db.conn.execute("delete from retakes where listing_id = ?", [row.listing_id])
            return
        tries = (found[0] if found else 0) + 1
        is_last = tries > len(RETAKE_HOURS)
        next_at = clock.now() + timedelta(hours=0 if is_last else RETAKE_HOURS[tries - 1])
        values = {"listing_id": row.listing_id, "tries": tries, "reason": row.reason}
        values |= {"snapshot_id": row.snapshot_id, "next_at": None if is_last else stamp(next_at)}
        db.conn.execute(_RETAKE, values)


def want_again(db: Database, now: datetime) -> int:
    """Let every failed capture whose time has come wait for its snapshot again."""
    with db.atomic():
        return int(db.conn.execute(_RETAKES_DUE, [stamp(now)]).rowcount)
