"""The spine: match, signals, score, keep, in one transaction. Twice is as good as once."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from pipeline import benign, repost
from pipeline.base import log
from pipeline.base.clock import Clock, stamp
from pipeline.base.settings import Settings
from pipeline.keep import Moment, Outcome, keep, touches
from pipeline.listing import Listing, ListingId
from pipeline.reading import Ranked
from pipeline.score import Reader
from pipeline.store import audit, listings
from pipeline.store.open import Database
from pipeline.store.text import storable

_GONE = """
    update listings set gone_at = ? where listing_id = ? and gone_at is null returning version
"""
_SEEN_AGAIN = """
    update listings
       set last_seen_at = :at, last_run_id = :run_id,
           sightings = sightings + (last_run_id <> :run_id)
     where listing_id = :listing_id and last_seen_at <= :at
"""
_TO_FADE = """
    select listing_id from listings where state = 'untouched' and content_at <= ? limit ?
"""
_FADE = """
    update listings
       set state = 'faded', title = '', url = '', content = '', place_code = '', posted_at = null
     where listing_id = ?
"""
_FADE_VERSIONS = "update listing_versions set content = '' where listing_id = ?"

_FADE_AT_ONCE = 1000
"""Rows of one transaction: a crawl beside it waits some 20 ms, not for the whole night."""

_log = log.get("pipeline")


@dataclass(frozen=True, slots=True)
class Ingested:
    """What was made of a listing, and what it was to us.

    ``outcome``: "stored" (never seen before), "known" (as it was), "changed" (words, price
    or pictures are others), "returned" (it had been gone).
    """

    ranked: Ranked
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class NotKept:
    """A listing of a batch that could not be kept, and why; the others were."""

    listing_id: ListingId
    reason: str


def ingest(
    db: Database, reader: Reader, listing: Listing, *, clock: Clock, run_id: str = ""
) -> Ingested:
    """Read a listing as a bird trader would, and keep it. Twice is as good as once.

    When this returns, the listing is on disk: callers may acknowledge it.
    """
    ranked = reader.read(listing)
    with db.atomic():
        return _kept(db, reader, ranked, Moment(stamp(clock.now()), run_id))


def ingest_many(
    db: Database,
    reader: Reader,
    many: Iterable[Listing],
    *,
    clock: Clock,
    run_id: str = "",
) -> list[Ingested | NotKept]:
    """Read and keep a batch in one transaction; the answers are in the order of the batch.

    A listing that cannot be kept is undone alone (its savepoint), logged and told as
    :class:`NotKept`. A store that fails (full disk) fails the whole batch.
    """
    read = _read_all(reader, list(many))
    moment = Moment(stamp(clock.now()), run_id)
    with db.atomic():
        return [
            one if isinstance(one, NotKept) else _keep_alone(db, reader, one, moment)
            for one in read
        ]


def mark_gone(db: Database, listing_id: str, *, clock: Clock, run_id: str = "") -> bool:
    """Record that the source no longer shows a listing; True where that is news."""
    now, name = stamp(clock.now()), storable(listing_id)
    with db.atomic():
        row = db.conn.execute(_GONE, (now, name)).fetchone()
        if row is None:
            return False
        listings.add_event(db, name, at=now, what="gone", version=row[0], run_id=run_id)
    return True


def seen_again(db: Database, listing_id: str, *, clock: Clock, run_id: str = "") -> None:
    """Count a listing as seen that is still up and, as far as can be told, as it was."""
    values = {"listing_id": storable(listing_id), "run_id": run_id, "at": stamp(clock.now())}
    db.conn.execute(_SEEN_AGAIN, values)


def fade(db: Database, settings: Settings, *, clock: Clock) -> int:
    """Forget the text of listings that no word touches, and return of how many.

    After ``settings.keep_untouched_days`` only fingerprint, times and counters stay; the
    audit log holds how many went. Source: 个人信息保护法 第19条 (shortest necessary time).
    """
    before = stamp(clock.now() - timedelta(days=settings.keep_untouched_days))
    faded = 0
    while True:
        with db.atomic():
            rows = db.conn.execute(_TO_FADE, (before, _FADE_AT_ONCE)).fetchall()
            db.conn.executemany(_FADE_VERSIONS, rows)
            db.conn.executemany(_FADE, rows)
            if rows:
                audit.write(
                    db,
                    clock=clock,
                    who="night",
                    did="listings.faded",
                    what="untouched",
                    details={"count": len(rows), "seen_until": before},
                )
        faded += len(rows)
        if len(rows) < _FADE_AT_ONCE:
            return faded


def _read_all(reader: Reader, many: list[Listing]) -> list[Ranked] | list[Ranked | NotKept]:
    try:
        return reader.read_many(many)
    except Exception:  # noqa: BLE001 - one of them broke it: read singly, it alone is told
        return [*_read_singly(reader, many)]


def _read_singly(reader: Reader, many: list[Listing]) -> Iterator[Ranked | NotKept]:
    for listing in many:
        try:
            yield reader.read(listing)
        except Exception as error:  # noqa: BLE001 - one unit of work
            # a text that breaks a signal must not cost the other thirty
            yield _not_kept(listing, error)


def _keep_alone(db: Database, reader: Reader, ranked: Ranked, moment: Moment) -> Ingested | NotKept:
    db.conn.execute("savepoint one_listing")
    try:
        ingested = _kept(db, reader, ranked, moment)
    except sqlite3.OperationalError:
        raise  # the store itself: nothing that comes after it would be kept either
    except Exception as error:  # noqa: BLE001 - one unit of work
        db.conn.execute("rollback to one_listing")
        db.conn.execute("release one_listing")
        return _not_kept(ranked.listing, error)
    db.conn.execute("release one_listing")
    return ingested


def _kept(db: Database, reader: Reader, ranked: Ranked, moment: Moment) -> Ingested:
    lowered = benign.weighed(db, reader, ranked, at=moment.at)
    ranked = lowered.ranked
    outcome = keep(db, ranked, moment)
    benign.note(db, lowered, at=moment.at)
    if outcome == "stored" and touches(ranked):
        repost.link(db, ranked.listing, at=moment.at)
    return Ingested(ranked, outcome)


def _not_kept(listing: Listing, error: Exception) -> NotKept:
    reason = type(error).__name__
    _log.warning("listing.refused", listing_id=storable(listing.id), reason=reason)
    return NotKept(listing.id, reason)
