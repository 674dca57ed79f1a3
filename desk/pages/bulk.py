"""One decision on many: every member shown, exceptions ticked off, one undo for all."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import bulk, groups, queue, rights
from casework.bulk import Picked
from casework.queue import Waiting
from casework.reasons import Call
from casework.reasons import load as load_reasons
from casework.verdicts import LONGEST_NOTE, Verdict
from desk import asked as asked_of
from desk.asked import Asked
from desk.marking import shorten
from desk.parts import AtDesk, Clerk, Desk
from desk.wording import CALLS, STATUSES
from pipeline.base.errors import BadInput
from pipeline.contacts import masked
from pipeline.listing import ListingId

router = APIRouter()

_MOST = bulk.MOST_AT_ONCE
_LONGEST_ID = 700


class BulkForm(BaseModel):
    """What is sent with a decision; a pick is ``seen_version:listing_id`` as it was shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    once_key: str = Field(max_length=64)
    back: str = Field("", max_length=2000)
    decision: str = Field("", max_length=90)
    note: str = Field("", max_length=LONGEST_NOTE)
    pick: list[Annotated[str, Field(max_length=_LONGEST_ID)]] = Field([], max_length=_MOST)


@router.get("/queue/bulk")
def show(
    desk: Desk,
    pick: Annotated[list[str], Query(max_length=_MOST)] = [],  # noqa: B006 - FastAPI copies it
    group: Annotated[list[str], Query(max_length=100)] = [],  # noqa: B006
    back: Annotated[str, Query(max_length=2000)] = "",
    *,
    all: bool = False,  # noqa: A002 - its name in the address
) -> Response:
    """Show every listing that a decision would be about.

    ``pick`` and ``group``: listings, and sellers by one listing of theirs; ``all``: the whole
    list that ``back`` names.
    """
    asked = asked_of.of_back(back)
    if all:
        wanted = desk.wanted(asked)
        count = queue.count(desk.db, wanted)
        rows = queue.waiting(desk.db, None, _MOST, wanted=wanted)
    else:
        rows = _chosen(desk, pick, group)
        count = len(rows)
    return _shown(desk, rows, asked, count=count)


@router.post("/queue/bulk")
def give(desk: Desk, clerk: Clerk, form: Annotated[BulkForm, Form()]) -> Response:
    """Give one verdict on all that is still ticked."""
    asked = asked_of.of_back(form.back)
    picked = [each for each in map(_picked, form.pick) if each is not None]
    call, _colon, reason = form.decision.partition(":")
    problem = ""
    if call not in set(Call) or not reason:
        problem = desk.say("请先选结论和理由。")
    else:
        decision = Verdict(ListingId(""), Call(call), reason, clerk.name, form.note)
        try:
            done = bulk.give(
                desk.db,
                picked,
                decision,
                clock=desk.clock,
                once_key=form.once_key or desk.new_key(),
            )
        except BadInput as error:
            problem = f"{error.what}：{error.mend}" if error.mend else error.what
        else:
            return to_queue(asked, f"given-{len(done.given)}-{len(done.left_out)}")
    rows = _chosen(desk, [each.listing_id for each in picked], ())
    return _shown(desk, rows, asked, count=len(rows), problem=problem, note=form.note, status=422)


def to_queue(asked: Asked, said: str) -> RedirectResponse:
    """Go back to a list that tells what was done."""
    address = asked.address("/queue")
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}said={said}", 303)


def _chosen(desk: AtDesk, pick: Sequence[str], group: Sequence[str]) -> list[Waiting]:
    """Return the listings picked, and all of each seller; not those of other cities."""
    assert desk.person is not None, "nobody is at the desk"
    found = {row.listing_id: row for row in queue.these(desk.db, pick)}
    for each in group:
        for row in groups.members(desk.db, each, limit=_MOST):
            found[row.listing_id] = row
    mine = [row for row in found.values() if rights.is_within(desk.person, row.place_code)]
    return sorted(mine, key=lambda row: (-row.score, row.first_seen_at))[:_MOST]


def _shown(
    desk: AtDesk, rows: Sequence[Waiting], asked: Asked, *, status: int = 200, **more: Any
) -> Response:
    return desk.page(
        "bulk.html",
        status=status,
        rows=[_row(desk, row, asked) for row in rows],
        back=asked.query,
        queue_url=asked.address("/queue"),
        once_key=desk.new_key(),
        decisions=[
            (
                desk.say(word),
                [
                    (f"{call}:{each.code}", each.in_language(desk.language))
                    for each in load_reasons()[call]
                    if each.offered
                ],
            )
            for call, word in CALLS.items()
        ],
        **{"problem": "", "note": "", **more},
    )


def _row(desk: AtDesk, row: Waiting, asked: Asked) -> dict[str, Any]:
    return {
        "value": f"{row.version}:{row.listing_id}",
        "url": asked.listing(row.listing_id),
        "score": row.score,
        "title": shorten(masked(row.title), 80),
        "birds": "、".join(row.species[:3]),
        "state": desk.say(
            CALLS[Call(row.call)] if row.call else STATUSES.get(row.state, row.state)
        ),
        "source": desk.source_name(row.source),
        "first_seen_at": row.first_seen_at,
    }


def _picked(text: str) -> Picked | None:
    version, _colon, listing_id = text.partition(":")
    return Picked(listing_id, int(version)) if version.isdecimal() and len(version) < 10 else None  # noqa: PLR2004
