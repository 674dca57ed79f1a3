"""The second look: a listing without its verdict, and how far two people agree."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import history, second_looks
from casework.reasons import Call
from casework.reasons import load as load_reasons
from casework.second_looks import Look
from desk import asked as asked_of
from desk import stage
from desk.marking import shorten
from desk.parts import AtDesk, Clerk, Desk
from desk.wording import CALLS
from pipeline.base.errors import BadInput
from pipeline.contacts import masked

router = APIRouter()


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    week: str = Field(max_length=10)
    listing_id: str = Field(max_length=700)


class LookForm(_Closed):
    """What the second person decides; ``decision`` is ``call:reason``."""

    decision: str = Field("", max_length=90)


class SettleForm(_Closed):
    """Which disagreement is decided."""


@router.get("/second")
def show(desk: Desk) -> Response:
    """Show the next listing to look at again, without its verdict; and the weeks so far."""
    return _shown(desk)


@router.post("/second")
def give(desk: Desk, clerk: Clerk, form: Annotated[LookForm, Form()]) -> Response:
    """Keep what the second person decided, and show the next one."""
    assert desk.person is not None and clerk.name, "the door is locked"  # noqa: PT018
    call, _colon, reason = form.decision.partition(":")
    if call not in set(Call):
        return _shown(desk, problem=desk.say("请先选结论和理由。"), status=422)
    look = Look(form.week, form.listing_id)
    try:
        second_looks.give(desk.db, look, Call(call), reason, person=desk.person, clock=desk.clock)
    except BadInput as error:
        return _shown(desk, problem=f"{error.what}：{error.mend}", status=422)
    return RedirectResponse("/second", 303)


@router.post("/second/settle")
def settle(desk: Desk, clerk: Clerk, form: Annotated[SettleForm, Form()]) -> Response:
    """Note that the supervisor has decided."""
    assert desk.person is not None and clerk.name, "the door is locked"  # noqa: PT018
    look = Look(form.week, form.listing_id)
    second_looks.settle(desk.db, look, person=desk.person, clock=desk.clock)
    return RedirectResponse("/second", 303)


def _shown(desk: AtDesk, *, problem: str = "", status: int = 200) -> Response:
    assert desk.person is not None, "nobody is at the desk"
    second_looks.draw(desk.db, clock=desk.clock)
    look = second_looks.next_for(desk.db, desk.person)
    return desk.page(
        "second.html",
        status=status,
        problem=problem,
        look=look,
        view=_blind(desk, look) if look else None,
        decisions=[
            (desk.say(word), call.value, load_reasons()[call]) for call, word in CALLS.items()
        ],
        weeks=second_looks.weeks(desk.db),
        may_settle=desk.may("looks.settle"),
        apart=[
            {
                "week": row.week,
                "listing_id": row.listing_id,
                "url": asked_of.listing_path(row.listing_id),
                "title": shorten(masked(row.title), 60),
                "first": f"{desk.say(CALLS[Call(row.first)])} · {row.first_by}",
                "second": f"{desk.say(CALLS[Call(row.second)])} · {row.second_by}",
                "settled_by": row.settled_by,
            }
            for row in second_looks.apart(desk.db, desk.person)
        ],
    )


def _blind(desk: AtDesk, look: Look) -> dict[str, object]:
    """Return what a listing says and shows, and nothing of what anybody made of it."""
    known = history.known(desk.db, look.listing_id)
    texts = {name: masked(text) for name, text in known.listing.words().items()}
    hits = known.judgement.hits if known.judgement else ()
    spans = stage.spans_of(hits) if known.stored.score_version == known.stored.version else {}
    return {
        "listing_id": look.listing_id,
        "title": texts.get("title", "")[: stage.LONGEST_TEXT],
        "text": texts.get("text", "")[: stage.LONGEST_TEXT],
        "spans": {"title": spans.get("title", []), "text": spans.get("text", [])},
        "price": shorten(texts.get("price", ""), 60),
        "place": shorten(texts.get("region", ""), 60),
        "source_name": desk.source_name(known.stored.source),
        "first_seen_at": known.stored.first_seen_at,
        "pictures": desk.person.pictures if desk.person else "plain",
        "kept": stage.kept_of(desk, known),
        "kept_note": "",
    }
