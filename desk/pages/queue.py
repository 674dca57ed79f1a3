"""The list of what waits, best first; every filter in the address."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from casework import queue
from casework.history import asked as price_asked
from casework.queue import Place, Waiting
from casework.reasons import Call
from desk import asked as asked_of
from desk.asked import Asked
from desk.birds import LEVELS
from desk.marking import Span, shorten
from desk.parts import AtDesk, Desk
from desk.wording import CALLS, EMPTY, STATUSES
from pipeline.contacts import masked
from pipeline.store import judgements, listings

router = APIRouter()

PAGE_ROWS = 50
_LONGEST_TITLE = 200
_MOST_BIRDS = 3
_LONGEST_SNIPPET = 70
_SEEN_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Tab:
    """A status with the number of listings behind it."""

    name: str
    url: str
    count: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Flock:
    """Birds of one level, as a row names them."""

    level: str
    names: str


@dataclass(frozen=True, slots=True)
class Row:
    """A listing in the list."""

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


@router.get("/")
def home(desk: Desk) -> RedirectResponse:
    """Go to the first page that this person has."""
    return RedirectResponse("/queue" if desk.may("listings.see") else "/account", 303)


@router.get("/queue")
def show(desk: Desk, after: str = "", said: str = "") -> Response:
    """Show one page of the list that the address names; ``said=nothing``: none to undo."""
    asked = asked_of.of_request(desk.request)
    wanted = desk.wanted(asked)
    place = Place.read(after) if after else None
    found = queue.waiting(desk.db, place, PAGE_ROWS + 1, wanted=wanted)
    rows, is_more = found[:PAGE_ROWS], len(found) > PAGE_ROWS
    tabs = _tabs(desk, asked)
    whole_tab = desk.wanted(Asked(asked.status))
    sources = queue.sources_of(desk.db, whole_tab)
    narrowness = "narrowed" if asked.is_narrowed else asked.status
    heading, sentence, command = EMPTY.get(narrowness, EMPTY["other"])
    return desk.page(
        "queue.html",
        filter=asked,
        once_key=desk.new_key(),
        said=desk.say("没有可以撤销的结论。") if said == "nothing" else "",
        tabs=tabs,
        tab=next(tab for tab in tabs if tab.is_here),
        rows=[_row(desk, row, asked) for row in rows],
        next_url=_next(asked, rows[-1]) if is_more else "",
        first_url=asked.address("/queue") if after else "",
        sources=[{"key": key, "name": desk.source_name(key)} for key in sources],
        species_names=queue.species_of(desk.db, whole_tab),
        empty={
            "heading": desk.say(heading),
            "sentence": desk.say(sentence),
            "command": command,
        },
    )


def _tabs(desk: AtDesk, asked: Asked) -> list[Tab]:
    tabs = []
    for status, word in STATUSES.items():
        of_tab = replace(asked, status=status)
        count = queue.count(desk.db, desk.wanted(of_tab))
        tabs.append(Tab(desk.say(word), of_tab.address("/queue"), count, status == asked.status))
    return tabs


def _next(asked: Asked, last: Waiting) -> str:
    address = asked.address("/queue")
    mark = "&" if "?" in address else "?"
    return address + mark + urlencode({"after": str(last.place)})


def _row(desk: AtDesk, row: Waiting, asked: Asked) -> Row:
    listing = listings.content_of(listings.get(desk.db, row.listing_id))
    judgement = judgements.latest(desk.db, row.listing_id)
    # the places of another version's hits mean nothing in this one's title
    is_of_this = judgement is not None and judgement.version == row.content_version
    hits = judgement.hits if judgement is not None and is_of_this else ()
    start = max(0, min((hit["start"] for hit in hits if hit["field"] == "text"), default=0) - 8)
    return Row(
        url=asked.listing(row.listing_id),
        title=shorten(masked(row.title), _LONGEST_TITLE),
        spans=_spans(hits, "title"),
        snippet=("…" if start else "")
        + shorten(masked(listing.text[:_SEEN_TEXT])[start:], _LONGEST_SNIPPET),
        snippet_spans=_spans(hits, "text", moved=bool(start) - start),
        score=row.score,
        flocks=_flocks(desk, row.species),
        source_name=desk.source_name(row.source),
        place=listing.place.raw,
        price=price_asked(listing.price),
        call=row.call,
        call_name=desk.say(CALLS[Call(row.call)]) if row.call else "",
        first_seen_at=row.first_seen_at,
        gone_at=row.gone_at,
        version=row.content_version,
        snapshot=row.snapshot,
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
