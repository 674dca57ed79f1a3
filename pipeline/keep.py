"""Keeps what a listing said and what was made of it: one record each, with its versions.

Used by the two ways a reading comes about: a page was read (:mod:`pipeline.ingest`), or the
words were read anew (:mod:`pipeline.rescore`). Both call in with a transaction open.
"""

import json
from dataclasses import dataclass
from functools import partial
from typing import Literal

from keywords.kinds import KINDS, Part
from pipeline.base.clock import stamp
from pipeline.contacts import stripped
from pipeline.fingerprint import WORDS_AND_PRICE, changed, fingerprint_of
from pipeline.listing import Listing
from pipeline.reading import Ranked
from pipeline.store import judgements, listings
from pipeline.store.listings import SnapshotState, State, Stored
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
       set last_seen_at = :seen_at, last_run_id = :run_id,
           gone_at = case when gone_at < :seen_at then null else gone_at end,
           sightings = sightings + :more
     where listing_id = :listing_id
"""
_CONTENT = """
    update listings
       set url = :url, version = :version, title = :title, place_code = :place_code,
           posted_at = :posted_at, content_at = :content_at, is_stripped = :is_stripped,
           fingerprint = :fingerprint, content = :content
     where listing_id = :listing_id
"""
_READ = """
    update listings
       set state = :state, call = :call, seen_version = seen_version + :is_news,
           score = :score, score_version = :score_version, species = :species,
           lexicon = :lexicon, read_at = :read_at, snapshot = :snapshot
     where listing_id = :listing_id
"""
_STRIP = """
    update listings set title = ?, is_stripped = 1, content = ? where listing_id = ?
"""
_OLD_VERSION = """
    insert into listing_versions (listing_id, version, seen_at, content, changed)
    values (?, ?, ?, ?, ?)
"""
_VERSIONS = "select version, content from listing_versions where listing_id = ?"
_STRIP_VERSION = """
    update listing_versions set content = ? where listing_id = ? and version = ?
"""


_WHOLE: frozenset[State] = frozenset({"waiting", "judged", "below", "postponed"})
"""Of these all is kept; the others are stripped of seller and contacts, or forgotten."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and in which run something is kept; ``at`` as ``stamp`` writes it."""

    at: str
    run_id: str = ""


def keep(db: Database, ranked: Ranked, moment: Moment) -> Outcome:
    """Keep a listing as a source showed it, and the reading of it. Twice is as good as once."""
    before = listings.find(db, storable(ranked.listing.id))
    if before is None:
        _store(db, ranked, moment)
        return "stored"
    seen_at = stamp(ranked.listing.seen_at)
    if seen_at < before.last_seen_at:
        return "known"  # an answer that came late says nothing of today
    has_returned = before.gone_at is not None and seen_at > before.gone_at
    _count_sighting(db, before, seen_at, moment.run_id)
    fingerprint = fingerprint_of(ranked.listing)
    parts = changed(before.fingerprint, fingerprint)
    version = before.version + bool(parts)
    tell = partial(
        listings.add_event,
        db,
        before.listing_id,
        at=seen_at,
        version=version,
        run_id=moment.run_id,
    )
    if has_returned:
        tell(what="returned")
    if parts:
        _set_aside(db, before, parts)
        tell(what="changed")
    if parts or ranked.lexicon != before.lexicon:
        state = keep_reading(db, before, ranked, moment, version=version, parts=parts)
    else:
        state = before.state
    if parts or (before.is_stripped and state in _WHOLE):
        # words that we had stripped or forgotten, and that now matter, are kept whole
        _keep_content(
            db, before, ranked.listing, state=state, version=version, fingerprint=fingerprint
        )
    return "returned" if has_returned else "changed" if parts else "known"


def touches(ranked: Ranked) -> bool:
    """Return whether a word of the lexicon touches a listing: names a bird, a part, a tool.

    A place, a price word or 出售 alone touch nothing: nearly every honest listing has them,
    and would be kept with its seller for ever.
    """
    return ranked.is_suspicious or any(KINDS.get(hit.kind) is Part.WHAT for hit in ranked.hits)


def keep_reading(
    db: Database,
    before: Stored,
    ranked: Ranked,
    moment: Moment,
    *,
    version: int,
    parts: tuple[str, ...] = (),
) -> State:
    """Keep what a reading makes of a listing that is stored, and return its new state.

    Args:
        db: a database with a transaction open.
        before: the listing as it was.
        ranked: the reading.
        moment: when.
        version: the version that was read.
        parts: what changed since ``before``; empty where the same words were read anew.
    """
    state = _next_state(before, ranked, parts)
    # washed clean while it waited: it stays in the queue for what it said before
    is_washed = state == "waiting" and not ranked.is_suspicious
    enters = state == "waiting" and before.state != "waiting"
    db.conn.execute(
        _READ,
        {
            "listing_id": before.listing_id,
            "state": state,
            "call": "" if enters else before.call,
            "is_news": int(bool(parts)),
            "score": before.score if is_washed else ranked.score,
            "score_version": before.score_version if is_washed else version,
            "species": _json(before.species if is_washed else ranked.species),
            "lexicon": ranked.lexicon,
            "read_at": moment.at,
            "snapshot": _snapshot(before, state, is_news=enters or bool(parts)),
        },
    )
    _keep_judgement(db, before, ranked, moment, version)
    if state == "untouched" and before.state != "untouched":
        _strip(db, before)
    return state


def _store(db: Database, ranked: Ranked, moment: Moment) -> None:
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
            _json(ranked.species),
            ranked.lexicon,
            moment.at,
            storable(listing.place.code),
            stamp(listing.posted_at) if listing.posted_at else None,
            seen_at,
            seen_at,
            moment.run_id,
            "wanted" if state == "waiting" else "",
            seen_at,
            int(state == "untouched"),
            fingerprint_of(listing),
            listings.to_json(shown),
        ),
    )
    listings.add_event(
        db, listing_id, at=seen_at, what="first_seen", version=1, run_id=moment.run_id
    )
    if touches(ranked):
        judgements.add(db, listing_id, ranked, version=1, at=moment.at)


def _count_sighting(db: Database, before: Stored, seen_at: str, run_id: str) -> None:
    is_later = seen_at > before.last_seen_at
    is_other_run = not run_id or run_id != before.last_run_id
    db.conn.execute(
        _SEEN_AGAIN,
        {
            "listing_id": before.listing_id,
            "seen_at": seen_at,
            "run_id": run_id,
            "more": int(is_later and is_other_run),
        },
    )


def _keep_content(
    db: Database,
    before: Stored,
    listing: Listing,
    *,
    state: State,
    version: int,
    fingerprint: str,
) -> None:
    is_stripped = state == "untouched"
    shown = stripped(listing) if is_stripped else listing
    is_new = version > before.version
    db.conn.execute(
        _CONTENT,
        {
            "listing_id": before.listing_id,
            "url": storable(listing.url) or before.url,
            "version": version,
            "title": storable(shown.title),
            "place_code": storable(listing.place.code),
            "posted_at": stamp(listing.posted_at) if listing.posted_at else before.posted_at,
            "content_at": stamp(listing.seen_at) if is_new else before.content_at,
            "is_stripped": int(is_stripped),
            "fingerprint": fingerprint,
            "content": listings.to_json(shown),
        },
    )


def _strip(db: Database, before: Stored) -> None:
    """Take seller and contacts out of what no word touches any more, older versions too."""
    if before.content:
        shown = stripped(listings.from_json(before.content))
        values = (storable(shown.title), listings.to_json(shown), before.listing_id)
        db.conn.execute(_STRIP, values)
    for version, content in db.conn.execute(_VERSIONS, (before.listing_id,)).fetchall():
        if content:
            shown = stripped(listings.from_json(content))
            db.conn.execute(_STRIP_VERSION, (listings.to_json(shown), before.listing_id, version))


def _next_state(before: Stored, ranked: Ranked, parts: tuple[str, ...]) -> State:
    if before.state == "judged":
        is_other = not WORDS_AND_PRICE.isdisjoint(parts)
        return "waiting" if is_other and ranked.is_suspicious else "judged"
    if before.state in {"waiting", "postponed"} and parts:
        return "waiting"
    if before.state == "postponed":
        return "postponed"  # a person chose the day, and read more than the words
    if before.state == "faded" and not parts and not touches(ranked):
        return "faded"
    return _state_of(ranked)


def _state_of(ranked: Ranked) -> State:
    if ranked.is_suspicious:
        return "waiting"
    return "below" if touches(ranked) else "untouched"


def _snapshot(before: Stored, state: State, *, is_news: bool) -> SnapshotState:
    if state == "waiting":
        return "wanted" if is_news else before.snapshot
    # it left the queue before its page was kept: nothing asks for that page any more
    return "" if before.snapshot == "wanted" and state != "judged" else before.snapshot


def _keep_judgement(
    db: Database, before: Stored, ranked: Ranked, moment: Moment, version: int
) -> None:
    last = judgements.latest(db, before.listing_id)
    if last is None:
        if not touches(ranked):
            return  # nothing then, nothing now: the listing's own row says by which lexicon
        judgements.add_nothing(
            db,
            before.listing_id,
            version=before.version,
            lexicon=before.lexicon,
            score=before.score,
            at=before.read_at,
        )
    elif (version, ranked.lexicon) == (last.version, last.lexicon):
        return
    judgements.add(db, before.listing_id, ranked, version=version, at=moment.at)


def _set_aside(db: Database, before: Stored, parts: tuple[str, ...]) -> None:
    db.conn.execute(
        _OLD_VERSION,
        (before.listing_id, before.version, before.content_at, before.content, _json(parts)),
    )


def _json(words: tuple[str, ...]) -> str:
    return json.dumps(words, ensure_ascii=False) if words else "[]"
