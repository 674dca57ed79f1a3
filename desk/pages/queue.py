"""The list of what waits, best first; every filter in the address."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from casework import groups, postponing, queue, views
from casework.asking import ALL_WAITING
from casework.queue import Place, Waiting
from casework.views import View
from desk import asked as asked_of
from desk.asked import Asked
from desk.filters import filters
from desk.parts import AtDesk, Desk
from desk.rows import drawn
from desk.wording import EMPTY, STATUSES

router = APIRouter()

PAGE_ROWS = 50
_DONE = re.compile(r"(?P<what>given|undone)-(?P<many>[0-9]{1,6})-(?P<less>[0-9]{1,6})")
MOST_COUNTED = 1000
"""Listings that a narrowed tab counts one by one; "1000+" says that there are more."""


@dataclass(frozen=True, slots=True)
class Tab:
    """A status with the number of listings behind it."""

    name: str
    url: str
    count: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A list kept by name; ``view_id`` is 0 and ``owner`` named where it is another's."""

    tab: Tab
    view_id: int
    owner: str
    is_shared: bool


@router.get("/")
def home(desk: Desk) -> RedirectResponse:
    """Go to the first page that this person has."""
    return RedirectResponse(
        "/queue" if desk.may("listings.see") else "/log" if desk.may("log.read") else "/account",
        303,
    )


@router.get("/queue")
async def show(desk: Desk, after: str = "", said: str = "") -> Response:
    """Show one page of the list that the address names; ``said``: what was just done.

    A whole tab is at hand in two milliseconds and drawn at once; what may take longer goes
    to a thread, and the others pass it.
    """
    assert desk.person is not None, "nobody is at the desk"
    asked = asked_of.of_request(desk.request)
    kept = views.of(desk.db, desk.person.name)
    if (
        desk.wanted(asked).is_whole
        and not kept
        and desk.house.choices.is_at_hand((str(desk.settings.database),))
        and not postponing.is_any_due(desk.db, clock=desk.clock)
    ):
        return _page(desk, asked, kept, after, said)
    return await run_in_threadpool(_page, desk, asked, kept, after, said)


def _page(desk: AtDesk, asked: Asked, kept: Sequence[View], after: str, said: str) -> Response:
    postponing.wake(desk.db, clock=desk.clock)
    wanted = desk.wanted(asked)
    place = Place.read(after) if after else None
    is_grouped = wanted == ALL_WAITING and not asked.each
    found = (
        groups.page(desk.db, place, PAGE_ROWS + 1)
        if is_grouped
        else queue.waiting(desk.db, place, PAGE_ROWS + 1, wanted=wanted)
    )
    rows, is_more = found[:PAGE_ROWS], len(found) > PAGE_ROWS
    tabs = _tabs(desk, asked)
    narrowness = "narrowed" if asked.is_narrowed else asked.status
    heading, sentence, command = EMPTY.get(narrowness, EMPTY["other"])
    return desk.page(
        "queue.html",
        may_judge=desk.may("verdict.give"),
        filter=asked,
        once_key=desk.new_key(),
        said=_said(desk, said),
        tabs=tabs,
        tab=next(tab for tab in tabs if tab.is_here),
        views=[_kept(desk, view, asked) for view in kept],
        gathered=groups.count(desk.db) if is_grouped else 0,
        gather_url=replace(asked, each="" if asked.each else "1").address("/queue")
        if wanted == ALL_WAITING
        else "",
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


def _said(desk: AtDesk, said: str) -> str:
    """Return the sentence for what was just done: "given-9-1" is nine kept, one left out."""
    if said == "nothing":
        return desk.say("没有可以撤销的结论。")
    done = _DONE.fullmatch(said)
    if done is None:
        return ""
    if done["what"] == "undone":
        return desk.say("已一并撤销 %(n)d 条，可重新判断。") % {"n": int(done["many"])}
    told = desk.say("已记录 %(n)d 条，各有一条日志。") % {"n": int(done["many"])}
    if int(done["less"]):
        told += desk.say("另有 %(n)d 条已被他人判断或有变化，没有记录。") % {"n": int(done["less"])}
    return told


def _kept(desk: AtDesk, view: View, asked: Asked) -> Kept:
    of_view = asked_of.of_back(view.query)
    mine = desk.person is not None and view.owner == desk.person.name
    return Kept(
        Tab(view.name, of_view.address("/queue"), _count(desk, of_view), of_view == asked),
        view.view_id if mine else 0,
        "" if mine else view.owner,
        view.is_shared,
    )


def _count(desk: AtDesk, asked: Asked) -> str:
    """Return how many a list holds; one that is narrowed is counted up to a thousand."""
    wanted = desk.wanted(asked)
    count = queue.count(desk.db, wanted, most=MOST_COUNTED + 1)
    return f"{MOST_COUNTED}+" if not wanted.is_whole and count > MOST_COUNTED else str(count)


def _tabs(desk: AtDesk, asked: Asked) -> list[Tab]:
    """Count each tab: a whole one by the store's own counters, a narrowed one up to a thousand."""
    tabs = []
    counts = None
    for status, word in STATUSES.items():
        of_tab = replace(asked, status=status)
        if desk.wanted(of_tab).is_whole:
            counts = counts or queue.counts(desk.db)
            shown = str(counts[status])
        else:
            shown = _count(desk, of_tab)
        tabs.append(Tab(desk.say(word), of_tab.address("/queue"), shown, status == asked.status))
    return tabs


def _next(asked: Asked, last: Waiting) -> str:
    address = asked.address("/queue")
    mark = "&" if "?" in address else "?"
    return address + mark + urlencode({"after": str(last.place)})
