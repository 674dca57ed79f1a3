"""The spine: match, signals, score, keep, in one transaction. Twice is as good as once."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.base import log
from pipeline.base.clock import Clock, stamp
from pipeline.contacts import stripped
from pipeline.fingerprint import WORDS_AND_PRICE, changed, fingerprint_of
from pipeline.listing import Listing, ListingId
from pipeline.reading import Ranked
from pipeline.score import Reader
from pipeline.store import judgements, listings
from pipeline.store.listings import State, Stored
from pipeline.store.open import Database
from pipeline.store.text import storable

Outcome = Literal["stored", "known", "changed", "returned"]

_NEW = """
    insert into listings (
        listing_id, source, site_id, url, state, title, score, species, lexicon, read_at,
        place_code, posted_at, first_seen_at, last_seen_at, last_run_id, snapshot,
        content_at, is_stripped, fingerprint, content)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_SEEN_AGAIN = """
    update listings
       set last_seen_at = max(last_seen_at, :seen_at), last_run_id = :run_id, gone_at = null,
           sightings = sightings + :more
     where listing_id = :listing_id
"""
_KEEP = """
    update listings
       set url = :url, state = :state, call = :call, version = :version,
           seen_version = :seen_version, title = :title, score = :score,
           score_version = :score_version, species = :species, lexicon = :lexicon,
           read_at = :read_at, place_code = :place_code, posted_at = :posted_at,
           snapshot = :snapshot, content_at = :content_at, is_stripped = :is_stripped,
           fingerprint = :fingerprint, content = :content
     where listing_id = :listing_id
"""
_OLD_VERSION = """
    insert into listing_versions (listing_id, version, seen_at, content, changed)
    values (?, ?, ?, ?, ?)
"""
_GONE = """
    update listings set gone_at = ? where listing_id = ? and gone_at is null returning version
"""

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
        return _keep(db, ranked, at=stamp(clock.now()), run_id=run_id)


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
    read = list(_read_all(reader, many))
    at = stamp(clock.now())
    with db.atomic():
        return [
            one if isinstance(one, NotKept) else _keep_alone(db, one, at=at, run_id=run_id)
            for one in read
        ]


def mark_gone(db: Database, listing_id: str, *, clock: Clock, run_id: str = "") -> bool:
    """Record that the source no longer shows a listing; True where that is news."""
    now = stamp(clock.now())
    with db.atomic():
        row = db.conn.execute(_GONE, (now, storable(listing_id))).fetchone()
        if row is None:
            return False
        listings.add_event(
            db, storable(listing_id), at=now, what="gone", version=row[0], run_id=run_id
        )
    return True


def _read_all(reader: Reader, many: Iterable[Listing]) -> Iterator[Ranked | NotKept]:
    for listing in many:
        try:
            yield reader.read(listing)
        except Exception as error:  # noqa: BLE001 - one unit of work
            # a text that breaks a signal must not cost the other thirty
            yield _not_kept(listing, error)


def _keep_alone(db: Database, ranked: Ranked, *, at: str, run_id: str) -> Ingested | NotKept:
    db.conn.execute("savepoint one_listing")
    try:
        kept = _keep(db, ranked, at=at, run_id=run_id)
    except sqlite3.OperationalError:
        raise  # the store itself: nothing that comes after it would be kept either
    except Exception as error:  # noqa: BLE001 - one unit of work
        db.conn.execute("rollback to one_listing")
        db.conn.execute("release one_listing")
        return _not_kept(ranked.listing, error)
    db.conn.execute("release one_listing")
    return kept


def _not_kept(listing: Listing, error: Exception) -> NotKept:
    reason = type(error).__name__
    _log.warning("listing.refused", listing_id=storable(listing.id), reason=reason)
    return NotKept(listing.id, reason)


def _keep(db: Database, ranked: Ranked, *, at: str, run_id: str) -> Ingested:
    before = listings.find(db, storable(ranked.listing.id))
    if before is None:
        _store(db, ranked, at=at, run_id=run_id)
        return Ingested(ranked, "stored")
    return Ingested(ranked, _meet_again(db, before, ranked, at=at, run_id=run_id))


def _store(db: Database, ranked: Ranked, *, at: str, run_id: str) -> None:
    listing = ranked.listing
    listing_id, seen_at = storable(listing.id), stamp(listing.seen_at)
    state = _state_of(ranked)
    shown = stripped(listing) if state == "untouched" else listing
    db.conn.execute(
        _NEW,
        (
            listing_id,
            storable(listing.source),
            storable(listing.site_id),
            storable(listing.url),
            state,
            storable(shown.title),
            ranked.score,
            _species(ranked),
            ranked.lexicon,
            at,
            storable(listing.place.code),
            stamp(listing.posted_at) if listing.posted_at else None,
            seen_at,
            seen_at,
            run_id,
            "wanted" if state == "waiting" else "",
            seen_at,
            int(state == "untouched"),
            fingerprint_of(listing),
            listings.to_json(shown),
        ),
    )
    listings.add_event(db, listing_id, at=seen_at, what="first_seen", version=1, run_id=run_id)
    if ranked.hits:
        judgements.add(db, listing_id, ranked, version=1, at=at)


def _meet_again(db: Database, before: Stored, ranked: Ranked, *, at: str, run_id: str) -> Outcome:
    seen_at = stamp(ranked.listing.seen_at)
    if seen_at < before.last_seen_at:
        return "known"  # an answer that came late says nothing of today
    returned = before.gone_at is not None and seen_at > before.gone_at
    is_new_sighting = seen_at > before.last_seen_at and (not run_id or run_id != before.last_run_id)
    db.conn.execute(
        _SEEN_AGAIN,
        {
            "listing_id": before.listing_id,
            "seen_at": seen_at,
            "run_id": run_id,
            "more": int(is_new_sighting),
        },
    )
    fingerprint = fingerprint_of(ranked.listing)
    parts = changed(before.fingerprint, fingerprint)
    version = before.version + 1 if parts else before.version
    if returned:
        listings.add_event(
            db, before.listing_id, at=seen_at, what="returned", version=version, run_id=run_id
        )
    if parts:
        _set_aside(db, before, parts)
        listings.add_event(
            db, before.listing_id, at=seen_at, what="changed", version=version, run_id=run_id
        )
    if parts or ranked.lexicon != before.lexicon or (before.is_stripped and ranked.hits):
        keep_reading(db, before, ranked, parts=parts, fingerprint=fingerprint, at=at)
    return "returned" if returned else "changed" if parts else "known"


def keep_reading(
    db: Database,
    before: Stored,
    ranked: Ranked,
    *,
    parts: tuple[str, ...],
    fingerprint: str,
    at: str,
    from_kept: bool = False,
) -> State:
    """Write what a reading makes of a listing that is stored, and return its new state.

    Args:
        db: a database with a transaction open.
        before: the listing as it was.
        ranked: the reading of what it is now.
        parts: what changed since ``before``; empty for a reading of the same words.
        fingerprint: of what it is now.
        at: now, as ``stamp`` writes it.
        from_kept: the reading is of what we kept, which may lack seller and contacts.
    """
    version = before.version + 1 if parts else before.version
    state = _next_state(before, ranked, parts)
    # washed clean while it waited: it is judged by what it said before
    is_washed = state == "waiting" and not ranked.is_suspicious
    enters = state == "waiting" and before.state != "waiting"
    wanted = enters or (state == "waiting" and bool(parts))
    listing = ranked.listing
    strips = state == "untouched"
    shown = stripped(listing) if strips else listing
    db.conn.execute(
        _KEEP,
        {
            "listing_id": before.listing_id,
            "url": storable(listing.url) or before.url,
            "state": state,
            "call": "" if enters else before.call,
            "version": version,
            "seen_version": before.seen_version + bool(parts),
            "title": storable(shown.title),
            "score": before.score if is_washed else ranked.score,
            "score_version": before.score_version if is_washed else version,
            "species": json.dumps(before.species, ensure_ascii=False)
            if is_washed
            else _species(ranked),
            "lexicon": ranked.lexicon,
            "read_at": at,
            "place_code": storable(listing.place.code),
            "posted_at": stamp(listing.posted_at) if listing.posted_at else before.posted_at,
            "snapshot": "wanted" if wanted else before.snapshot,
            "content_at": stamp(listing.seen_at) if parts else before.content_at,
            "is_stripped": int(strips or (from_kept and before.is_stripped)),
            "fingerprint": fingerprint,
            "content": listings.to_json(shown),
        },
    )
    _keep_judgement(db, before, ranked, version=version, at=at)
    return state


def _next_state(before: Stored, ranked: Ranked, parts: tuple[str, ...]) -> State:
    if before.state == "judged":
        is_other = not WORDS_AND_PRICE.isdisjoint(parts)
        return "waiting" if is_other and ranked.is_suspicious else "judged"
    if before.state == "waiting" and parts:
        return "waiting"
    return _state_of(ranked)


def _state_of(ranked: Ranked) -> State:
    if ranked.is_suspicious:
        return "waiting"
    return "below" if ranked.hits else "untouched"


def _keep_judgement(db: Database, before: Stored, ranked: Ranked, *, version: int, at: str) -> None:
    last = judgements.latest(db, before.listing_id, before.version)
    if last is None and not ranked.hits:
        return  # nothing then, nothing now: the row itself says by which lexicon and when
    if last is None:
        judgements.add_nothing(
            db,
            before.listing_id,
            version=before.version,
            lexicon=before.lexicon,
            at=before.read_at,
        )
    elif version == last.version and ranked.lexicon == last.lexicon:
        return
    judgements.add(db, before.listing_id, ranked, version=version, at=at)


def _set_aside(db: Database, before: Stored, parts: tuple[str, ...]) -> None:
    db.conn.execute(
        _OLD_VERSION,
        (
            before.listing_id,
            before.version,
            before.content_at,
            before.content,
            json.dumps(parts),
        ),
    )


def _species(ranked: Ranked) -> str:
    return json.dumps(ranked.species, ensure_ascii=False) if ranked.species else "[]"
