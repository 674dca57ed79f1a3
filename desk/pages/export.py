"""The list of an address as a file: the same rows, in the same order, contacts covered."""

from collections.abc import Iterator

from fastapi import APIRouter
from fastapi.responses import Response

from casework import queue
from casework.queue import Waiting
from casework.reasons import Call
from desk import asked as asked_of
from desk.asked import listing_path
from desk.exports import TABLES, Line, as_atom, as_json
from desk.language import mark as _
from desk.parts import AtDesk, Clerk, Desk
from desk.wording import CALLS, STATUSES
from pipeline.base.clock import beijing_iso
from pipeline.contacts import masked
from pipeline.store import audit

router = APIRouter()

MOST_ROWS = 20_000
"""Rows of one file; more is asked for by a narrower list."""

_FEED_ROWS = 50
_AT_ONCE = 500
_COLUMNS = {
    "listing": _("编号"),
    "score": _("得分"),
    "title": _("标题"),
    "species": _("物种"),
    "source": _("来源"),
    "place_code": _("地区代码"),
    "status": _("结论"),
    "first_seen": _("首次发现"),
    "url": _("原址"),
}


@router.get("/queue.csv")
@router.get("/queue.xlsx")
@router.get("/queue.json")
def export(desk: Desk, clerk: Clerk) -> Response:
    """Give the list of the address as a file, and write down who took it."""
    asked = asked_of.of_request(desk.request)
    kind = desk.request.url.path.rpartition(".")[2]
    lines = [_line(desk, row) for row in _rows(desk, asked, MOST_ROWS)]
    with desk.db.atomic():
        audit.write(
            desk.db,
            clock=desk.clock,
            who=clerk.name,
            did="list.exported",
            what=asked.query or "queue",
            details={"kind": kind, "rows": len(lines)},
        )
    if kind == "json":
        return Response(as_json([*_COLUMNS], lines), media_type="application/json")
    media_type, make = TABLES[kind]
    told = make([desk.say(word) for word in _COLUMNS.values()], lines)
    headers = {"Content-Disposition": f'attachment; filename="shouyi-queue.{kind}"'}
    return Response(told, media_type=media_type, headers=headers)


def _rows(desk: AtDesk, asked: asked_of.Asked, most: int) -> Iterator[Waiting]:
    wanted, after = desk.wanted(asked), None
    while most > 0:
        page = queue.waiting(desk.db, after, min(most, _AT_ONCE), wanted=wanted)
        yield from page
        most -= len(page)
        if len(page) < _AT_ONCE:
            return
        after = page[-1].place


def _line(desk: AtDesk, row: Waiting) -> Line:
    return (
        row.listing_id,
        row.score,
        masked(row.title),
        "、".join(row.species),
        desk.source_name(row.source),
        row.place_code,
        desk.say(CALLS[Call(row.call)]) if row.call else desk.say(STATUSES.get(row.state, "")),
        beijing_iso(row.first_seen_at),
        row.url,
    )


@router.get("/queue.atom")
def feed(desk: Desk) -> Response:
    """Give the first fifty of the list as an Atom feed."""
    asked = asked_of.of_request(desk.request)
    base = str(desk.request.base_url).rstrip("/")
    rows = [*_rows(desk, asked, _FEED_ROWS)]
    entries = [
        (
            base + listing_path(row.listing_id),
            masked(row.title),
            row.first_seen_at,
            f"{row.score} · {'、'.join(row.species)}",
        )
        for row in rows
    ]
    updated = max((row.first_seen_at for row in rows), default=desk.clock.now())
    title = desk.say("守翼 · %(list)s") % {"list": desk.say(STATUSES[asked.status])}
    told = as_atom(title, base + asked.address("/queue"), updated, entries)
    return Response(told, media_type="application/atom+xml; charset=utf-8")
