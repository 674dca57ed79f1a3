"""A verdict is given, or taken back; the next listing comes by itself."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import bulk, holds, verdicts
from casework.reasons import Call
from casework.reasons import load as load_reasons
from casework.verdicts import Given, Overtaken, Papers, Verdict
from desk import asked as asked_of
from desk import stage
from desk.asked import Asked
from desk.parts import AtDesk, Clerk, Desk
from desk.wording import CALLS
from pipeline.base.errors import BadInput, NotFound
from pipeline.listing import ListingId

router = APIRouter()


class _Closed(BaseModel):
    """A form that holds what its page put there and nothing more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    once_key: str = Field("", max_length=64)
    back: str = Field("", max_length=2000)


class VerdictForm(_Closed):
    """What is sent with a verdict; ``seen_version`` is of the listing on the screen."""

    seen_version: int
    call: str = Field("", max_length=20)
    reason: str = Field("", max_length=60)
    note: str = Field("", max_length=4000)
    permit: str = Field("", max_length=400)
    ring: str = Field("", max_length=400)
    breeder: str = Field("", max_length=400)


class UndoForm(_Closed):
    """What is sent with an undo; ``here`` is the listing on the screen."""

    here: str = Field("", max_length=1000)


@router.post("/listings/{listing_id:path}/verdict")
def give(
    desk: Desk, clerk: Clerk, listing_id: str, form: Annotated[VerdictForm, Form()]
) -> Response:
    """Give a verdict on the listing as it was on the screen, and show the next one."""
    asked = asked_of.of_back(form.back)
    if form.call not in set(Call) or not form.reason:
        problem = desk.say("请先选结论，再选理由。")
        return _again(desk, listing_id, asked, problem=problem, note=form.note, status=422)
    verdict = Verdict(
        ListingId(listing_id),
        Call(form.call),
        form.reason,
        clerk.name,
        form.note,
        Papers(form.permit, form.ring, form.breeder),
    )
    try:
        given = verdicts.give(
            desk.db,
            verdict,
            seen_version=form.seen_version,
            clock=desk.clock,
            once_key=form.once_key,
        )
    except Overtaken as overtaken:
        conflict = _conflict(desk, overtaken)
        return _again(
            desk,
            listing_id,
            asked,
            conflict=conflict,
            note=form.note,
            papers=verdict.papers,
            status=409,
        )
    except NotFound:
        raise
    except BadInput as error:
        return _again(
            desk,
            listing_id,
            asked,
            problem=f"{error.what}：{error.mend}" if error.mend else error.what,
            note=form.note,
            papers=verdict.papers,
            status=422,
        )
    return _next(desk, given, asked)


@router.post("/verdicts/undo")
def undo(desk: Desk, clerk: Clerk, form: Annotated[UndoForm, Form()]) -> Response:
    """Take back this person's last verdict, and show that listing again."""
    asked = asked_of.of_back(form.back)
    try:
        taken = bulk.undo(desk.db, by=clerk.name, clock=desk.clock, once_key=form.once_key)
    except NotFound:
        return _nothing_to_undo(desk, form.here, asked)
    except Overtaken as overtaken:
        conflict = _conflict(desk, overtaken)
        return _again(desk, overtaken.where, asked, conflict=conflict, status=409)
    given, is_alone = taken[0], len(taken) == 1
    address = asked.listing(given.listing_id) if is_alone else asked.address("/queue")
    if not desk.is_swap:
        done = "undone=1" if is_alone else f"said=undone-{len(taken)}-0"
        return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{done}", 303)
    said = (
        desk.say("已撤销“%(call)s”，可重新判断。") % {"call": desk.say(CALLS[given.call])}
        if is_alone
        else desk.say("已一并撤销 %(n)d 条，可重新判断。") % {"n": len(taken)}
    )
    address = asked.listing(given.listing_id)
    return _swap(stage.show(desk, given.listing_id, asked, said=said), address)


def _next(desk: AtDesk, given: Given, asked: Asked) -> Response:
    following = holds.take(
        desk.db,
        given.by,
        clock=desk.clock,
        wanted=desk.wanted(asked),
        after_listing=given.listing_id,
    )
    address = asked.listing(following.listing_id) if following else asked.address("/queue")
    if not desk.is_swap:
        return RedirectResponse(address, 303)
    said = _said(desk, given)
    if following is None:
        return _swap(
            desk.page("done.html", said=said, back=asked.query, queue_url=address), address
        )
    swapped = stage.show(desk, following.listing_id, asked, said=said, is_undoable=True)
    return _swap(swapped, address)


def _said(desk: AtDesk, given: Given) -> str:
    words = {each.code: each.in_language(desk.language) for each in load_reasons()[given.call]}
    return desk.say("已记录：%(call)s · %(reason)s") % {
        "call": desk.say(CALLS[given.call]),
        "reason": words.get(given.reason, given.reason),
    }


def _conflict(desk: AtDesk, overtaken: Overtaken) -> dict[str, str]:
    standing = overtaken.standing
    if standing is None:
        return {
            "heading": desk.say("这条信息在您查看之后有了变化"),
            "sentence": desk.say("现在看到的是最新内容。您写的备注还在，请看过再决定。"),
        }
    words = {each.code: each.in_language(desk.language) for each in load_reasons()[standing.call]}
    return {
        "heading": desk.say("%(by)s 先一步判为“%(call)s”")
        % {"by": standing.by, "call": desk.say(CALLS[standing.call])},
        "sentence": desk.say("理由：%(reason)s。您的结论没有记录，备注还在；看过之后可以改判。")
        % {"reason": words.get(standing.reason, standing.reason)},
    }


def _again(
    desk: AtDesk,
    listing_id: str,
    asked: Asked,
    *,
    status: int,
    conflict: dict[str, str] | None = None,
    problem: str = "",
    note: str = "",
    papers: Papers = Papers(),  # noqa: B008 - frozen
) -> Response:
    template = "stage.html" if desk.is_swap else "listing.html"
    return stage.show(
        desk,
        listing_id,
        asked,
        template=template,
        status=status,
        conflict=conflict,
        problem=problem,
        note=note,
        papers=papers,
    )


def _nothing_to_undo(desk: AtDesk, here: str, asked: Asked) -> Response:
    said = desk.say("没有可以撤销的结论。")
    if not desk.is_swap or not here:
        query = urlencode({"said": "nothing"})
        address = asked.address("/queue")
        return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{query}", 303)
    return stage.show(desk, here, asked, said=said)


def _swap(response: Response, address: str) -> Response:
    response.headers["HX-Push-Url"] = address
    return response
