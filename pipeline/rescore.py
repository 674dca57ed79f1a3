"""Reads all that is stored with the lexicon of today; what was made of it before stays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pipeline import benign
from pipeline.base.clock import Clock, stamp
from pipeline.keep import Moment, keep_reading
from pipeline.listing import Listing
from pipeline.reading import Ranked
from pipeline.score import Reader
from pipeline.store import listings
from pipeline.store.listings import State, Stored
from pipeline.store.open import Database

_BATCH = 500
"""Listings read between two transactions: the lock is held some 30 ms at a time."""

_NEXT = """
    select listing_id from listings
     where listing_id > ? and lexicon <> ? and state <> 'faded' order by listing_id limit ?
"""
_COUNT = "select count(*) from listings where lexicon <> ? and state <> 'faded'"
_VERSION = "select content from listing_versions where listing_id = ? and version = ?"


@dataclass(frozen=True, slots=True)
class Rescored:
    """What came of it: listings read, and of them how many entered and left the queue."""

    read: int = 0
    entered: int = 0
    left: int = 0


def rescore(
    db: Database,
    reader: Reader,
    *,
    clock: Clock,
    on_progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Rescored:
    """Read every stored listing again that this reader has not read yet.

    Killed half-way, it goes on where it stopped: each listing says which lexicon read it.
    A listing that changed while it was being read is left to the crawl that changed it.

    Args:
        db: the store.
        reader: with the lexicon of today.
        clock: tells when.
        on_progress: called with (done, in all) after each batch.
    """
    lexicon = _version_of(reader, clock)
    (in_all,) = db.conn.execute(_COUNT, (lexicon,)).fetchone()
    done, result = 0, Rescored()
    for batch in _batches(db, lexicon):
        now = reader.read_many([listings.content_of(stored) for stored in batch])
        read = [
            (stored, *_best(db, reader, stored, ranked))
            for stored, ranked in zip(batch, now, strict=True)
        ]
        with db.atomic():
            moment = Moment(stamp(clock.now()))
            for stored, ranked, version in read:
                lowered = benign.weighed(db, reader, ranked, at=moment.at)
                state = _keep(db, stored, lowered.ranked, moment, version)
                if state is not None:
                    benign.note(db, lowered, at=moment.at)
                result = _counted(result, stored.state, state)
        done += len(batch)
        on_progress(done, max(in_all, done))
    return result


def _version_of(reader: Reader, clock: Clock) -> str:
    return reader.read(Listing(source="", site_id="", seen_at=clock.now())).lexicon


def _batches(db: Database, lexicon: str) -> Iterator[list[Stored]]:
    after = ""
    while True:
        rows = db.conn.execute(_NEXT, (after, lexicon, _BATCH)).fetchall()
        if not rows:
            return
        yield [listings.get(db, listing_id) for (listing_id,) in rows]
        after = rows[-1][0]


def _best(db: Database, reader: Reader, stored: Stored, now: Ranked) -> tuple[Ranked, int]:
    """Return the reading that speaks for a listing, and of which version it is.

    Where a listing was washed clean while it waited, what it said before counts too.
    """
    if stored.score_version == stored.version or stored.state != "waiting":
        return now, stored.version
    row = db.conn.execute(_VERSION, (stored.listing_id, stored.score_version)).fetchone()
    if row is None or not row[0]:
        return now, stored.version
    then = reader.read(listings.from_json(row[0]))
    return (then, stored.score_version) if then.score > now.score else (now, stored.version)


def _keep(
    db: Database, stored: Stored, ranked: Ranked, moment: Moment, version: int
) -> State | None:
    today = listings.get(db, stored.listing_id)
    if (today.version, today.lexicon) != (stored.version, stored.lexicon):
        return None
    return keep_reading(db, today, ranked, moment, version=version)


def _counted(result: Rescored, before: State, after: State | None) -> Rescored:
    if after is None:
        return result
    return replace(
        result,
        read=result.read + 1,
        entered=result.entered + (after == "waiting" and before != "waiting"),
        left=result.left + (after != "waiting" and before == "waiting"),
    )
