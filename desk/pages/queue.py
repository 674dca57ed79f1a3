"""The list of what waits, best first; every filter in the address."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from casework import postponing, queue
from casework.queue import Place, Waiting, Wanted
from desk import asked as asked_of
from desk.asked import Asked
from desk.filters import filters
from desk.parts import AtDesk, Desk
from desk.rows import drawn
from desk.wording import EMPTY, STATUSES

router = APIRouter()

PAGE_ROWS = 50
MOST_COUNTED = 1000
"""Listings that a narrowed tab counts one by one; "1000+" says that there are more."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A status with the number of listings behind it."""

    name: str
    url: str
    count: str
    is_here: bool


@router.get("/")
def home(desk: Desk) -> RedirectResponse:
    """Go to the first page that this person has."""
    return RedirectResponse(
        "/queue" if desk.may("listings.see") else "/log" if desk.may("log.read") else "/account",
        303,
    )


@router.get("/queue")
async def show(desk: Desk, after: str = "", said: str = "") -> Response:
    """Show one page of the list that the address names; ``said=nothing``: none to undo.

    A whole tab is at hand in two milliseconds and drawn at once; what may take longer goes
    to a thread, and the others pass it.
    """
    asked = asked_of.of_request(desk.request)
    wanted = desk.wanted(asked)
    if (
        wanted.is_whole
        and desk.house.choices.is_at_hand((str(desk.settings.database),))
        and not postponing.is_any_due(desk.db, clock=desk.clock)
    ):
        return _page(desk, asked, wanted, after, said)
    return await run_in_threadpool(_page, desk, asked, wanted, after, said)


def _page(desk: AtDesk, asked: Asked, wanted: Wanted, after: str, said: str) -> Response:
    postponing.wake(desk.db, clock=desk.clock)
    place = Place.read(after) if after else None
    found = queue.waiting(desk.db, place, PAGE_ROWS + 1, wanted=wanted)
    rows, is_more = found[:PAGE_ROWS], len(found) > PAGE_ROWS
    tabs = _tabs(desk, asked)
    narrowness = "narrowed" if asked.is_narrowed else asked.status
    heading, sentence, command = EMPTY.get(narrowness, EMPTY["other"])
    return desk.page(
        "queue.html",
        may_judge=desk.may("verdict.give"),
        filter=asked,
        once_key=desk.new_key(),
        said=desk.say("没有可以撤销的结论。") if said == "nothing" else "",
        tabs=tabs,
        tab=next(tab for tab in tabs if tab.is_here),
        rows=drawn(desk, rows, asked),
        next_url=_next(asked, rows[-1]) if is_more else "",
        first_url=asked.address("/queue") if after else "",
        filters=filters(desk, asked),
        empty={
            "heading": desk.say(heading),
            "sentence": desk.say(sentence),
            "command": command,
        },
    )


def _tabs(desk: AtDesk, asked: Asked) -> list[Tab]:
    """Count each tab: a whole one by the store's own counters, a narrowed one up to a thousand."""
    tabs = []
    counts = None
    for status, word in STATUSES.items():
        of_tab = replace(asked, status=status)
        wanted = desk.wanted(of_tab)
        if wanted.is_whole:
            counts = counts or queue.counts(desk.db)
            count = counts[status]
        else:
            count = queue.count(desk.db, wanted, most=MOST_COUNTED + 1)
        shown = f"{MOST_COUNTED}+" if not wanted.is_whole and count > MOST_COUNTED else str(count)
        tabs.append(Tab(desk.say(word), of_tab.address("/queue"), shown, status == asked.status))
    return tabs


def _next(asked: Asked, last: Waiting) -> str:
    address = asked.address("/queue")
    mark = "&" if "?" in address else "?"
    return address + mark + urlencode({"after": str(last.place)})
