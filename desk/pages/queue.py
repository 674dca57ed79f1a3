"""The list of what waits, best first; every filter in the address."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from casework import queue
from casework.history import asked as price_asked
from casework.queue import Place, Waiting
from casework.reasons import Call
from desk import asked as asked_of
from desk.asked import Asked
from desk.birds import Bird
from desk.marking import Span, shorten
from desk.parts import AtDesk, Desk
from desk.wording import CALLS, EMPTY, STATUSES
from pipeline.contacts import masked
from pipeline.store import judgements, listings

router = APIRouter()

PAGE_ROWS = 50
_LONGEST_TITLE = 200
_MOST_BIRDS = 2


@dataclass(frozen=True, slots=True)
class Tab:
    """A status with the number of listings behind it."""

    name: str
    url: str
    count: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A listing in the list."""

    url: str
    title: str
    spans: list[Span]
    score: int
    birds: list[Bird]
    more_birds: int
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
def home() -> RedirectResponse:
    """Go to the queue."""
    return RedirectResponse("/queue", 303)


@router.get("/queue")
def show(desk: Desk, after: str = "") -> Response:
    """Show one page of the list that the address names."""
    asked = asked_of.of_request(desk.request)
    wanted = asked.wanted(desk.birds.on_level)
    place = Place.read(after) if after else None
    found = queue.waiting(desk.db, place, PAGE_ROWS + 1, wanted=wanted)
    rows, is_more = found[:PAGE_ROWS], len(found) > PAGE_ROWS
    tabs = _tabs(desk, asked)
    whole_tab = Asked(asked.status).wanted(desk.birds.on_level)
    sources = queue.sources_of(desk.db, whole_tab)
    narrowness = "narrowed" if asked.is_narrowed else asked.status
    heading, sentence, command = EMPTY.get(narrowness, EMPTY["other"])
    return desk.page(
        "queue.html",
        filter=asked,
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
        count = queue.count(desk.db, of_tab.wanted(desk.birds.on_level))
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
    title = shorten(masked(row.title), _LONGEST_TITLE)
    spans = [
        Span(hit["start"], hit["end"], number)
        for number, hit in enumerate(hits)
        if hit["field"] == "title"
    ]
    return Row(
        url=asked.listing(row.listing_id),
        title=title,
        spans=spans,
        score=row.score,
        birds=[desk.birds.named(name) for name in row.species[:_MOST_BIRDS]],
        more_birds=max(0, len(row.species) - _MOST_BIRDS),
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
