"""The rows of a list: drawn once, kept as long as the listing is what it was.

A drawn row is kept under the listing's name, its ``seen_version`` and the language, and what
else a row shows. Its link names the list it was opened from, so that part is put in last.
What is not kept is read in one question for the whole page, not one a row.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from markupsafe import Markup

from casework import queue
from casework.history import asked as price_asked
from casework.queue import Told, Waiting
from casework.reasons import Call
from desk.asked import Asked, listing_path
from desk.birds import LEVELS
from desk.kept_parts import KeptParts
from desk.marking import Span, shorten
from desk.parts import AtDesk
from desk.wording import CALLS
from pipeline.base.clock import beijing_day
from pipeline.contacts import masked

MOST_KEPT = 10_000
"""Drawn rows, of some 2 kB each."""

_LONGEST_TITLE = 200
_MOST_BIRDS = 3
_LONGEST_SNIPPET = 70
_SEEN_TEXT = 2000
_QUERY = secrets.token_hex(12)
"""Stands in a kept row for the list it is opened from; no seller can know it."""


@dataclass(frozen=True, slots=True)
class Flock:
    """Birds of one level, as a row names them."""

    level: str
    names: str


@dataclass(frozen=True, slots=True)
class Row:
    """A listing in the list."""

    listing_id: str
    url: str
    title: str
    spans: list[Span]
    snippet: str
    snippet_spans: list[Span]
    score: int
    flocks: list[Flock]
    source_name: str
    place: str
    price: str
    call: str
    call_name: str
    first_seen_at: datetime
    gone_at: datetime | None
    version: int
    snapshot: str
    look_again_on: str
    assigned_to: str
    members: int


_KEPT = KeptParts(MOST_KEPT)


def drawn(desk: AtDesk, rows: Sequence[Waiting], asked: Asked) -> list[Markup]:
    """Return the rows of a page, as they are shown."""
    now = desk.clock.now()
    today = beijing_day(now)
    home = str(desk.settings.database)
    keys = [(home, desk.language, today, row) for row in rows]
    found = _KEPT.find(keys)
    missing = [row for row, kept in zip(rows, found, strict=True) if kept is None]
    fresh: dict[tuple[Any, ...], str] = {}
    if missing:
        told = queue.told(desk.db, [row.listing_id for row in missing])
        shape = desk.house.looks.part("row.html", language=desk.language)
        for row in missing:
            drawn_row = shape.render(row=_row(desk, row, told[row.listing_id]), now=now)
            fresh[home, desk.language, today, row] = drawn_row
        _KEPT.keep(fresh)
    query = escape(f"?{asked.query}" if asked.query else "")
    return [
        Markup((kept or fresh[key]).replace(_QUERY, query))  # noqa: S704 - drawn by our template
        for key, kept in zip(keys, found, strict=True)
    ]


def _row(desk: AtDesk, row: Waiting, told: Told) -> Row:
    listing = told.listing
    # the places of another version's hits mean nothing in this one's title
    hits = told.hits if told.hits_version == row.content_version else ()
    start = max(0, min((hit["start"] for hit in hits if hit["field"] == "text"), default=0) - 8)
    return Row(
        listing_id=row.listing_id,
        url=listing_path(row.listing_id) + _QUERY,
        title=shorten(masked(row.title), _LONGEST_TITLE),
        spans=_spans(hits, "title"),
        snippet=("…" if start else "")
        + shorten(masked(listing.text[:_SEEN_TEXT])[start:], _LONGEST_SNIPPET),
        snippet_spans=_spans(hits, "text", moved=bool(start) - start),
        score=row.score,
        flocks=_flocks(desk, row.species),
        source_name=desk.source_name(row.source),
        place=masked(listing.place.raw),
        price=masked(price_asked(listing.price)),
        call=row.call,
        call_name=desk.say(CALLS[Call(row.call)]) if row.call else "",
        first_seen_at=row.first_seen_at,
        gone_at=row.gone_at,
        version=row.content_version,
        snapshot=row.snapshot,
        look_again_on=row.look_again_on if row.state == "postponed" else "",
        assigned_to=row.assigned_to,
        members=row.members,
    )


def _spans(hits: Sequence[dict[str, Any]], field: str, *, moved: int = 0) -> list[Span]:
    return [
        Span(hit["start"] + moved, hit["end"] + moved, number)
        for number, hit in enumerate(hits)
        if hit["field"] == field
    ]


def _flocks(desk: AtDesk, names: Sequence[str]) -> list[Flock]:
    """Gather the birds by level, highest first; three are named, the rest counted."""
    by_level: dict[str, list[str]] = {}
    for name in names:
        by_level.setdefault(desk.birds.named(name).level, []).append(name)
    flocks, left = [], _MOST_BIRDS
    for level in (*LEVELS, ""):
        here = by_level.get(level, [])
        if not here or left <= 0:
            continue
        shown, more = here[:left], len(here) - left
        left -= len(shown)
        flocks.append(Flock(level, "、".join(shown) + (f" +{more}" if more > 0 else "")))
    return flocks
