"""The next listing for one person alone; or put off to a day."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import holds, postponing
from casework.verdicts import Overtaken
from desk import asked as asked_of
from desk import stage
from desk.parts import AtDesk, Clerk, Desk
from pipeline.base.errors import BadInput, NotFound

router = APIRouter()


class PullForm(BaseModel):
    """What is sent with a pull; ``back`` names the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    back: str = Field("", max_length=2000)


class PostponeForm(PullForm):
    """What is sent with a day; ``seen_version`` is of the listing on the screen."""

    seen_version: int
    look_again_on: str = Field("", max_length=10)
    note: str = Field("", max_length=2000)


@router.post("/queue/pull")
def pull(desk: Desk, clerk: Clerk, form: Annotated[PullForm, Form()]) -> Response:
    """Pull the best listing that nobody else has before him, and open it."""
    return _pulled(desk, clerk.name, form.back)


@router.post("/listings/{listing_id:path}/postpone")
def postpone(
    desk: Desk, clerk: Clerk, listing_id: str, form: Annotated[PostponeForm, Form()]
) -> Response:
    """Put a listing off to a day, and open the next one."""
    asked = asked_of.of_back(form.back)
    try:
        postponing.postpone(
            desk.db,
            listing_id,
            to=_day(form.look_again_on),
            by=clerk.name,
            seen_version=form.seen_version,
            clock=desk.clock,
            note=form.note,
        )
    except NotFound:
        raise
    except (BadInput, Overtaken) as error:
        problem = f"{error.what}：{error.mend}" if error.mend else error.what
        status = 409 if isinstance(error, Overtaken) else 422
        return stage.show(
            desk,
            listing_id,
            asked,
            template="listing.html",
            status=status,
            problem=problem,
            note=form.note,
        )
    return _pulled(desk, clerk.name, form.back, after=listing_id)


def _pulled(desk: AtDesk, by: str, back: str, *, after: str | None = None) -> Response:
    asked = asked_of.of_back(back)
    row = holds.take(desk.db, by, clock=desk.clock, wanted=desk.wanted(asked), after_listing=after)
    address = asked.listing(row.listing_id) if row else asked.address("/queue")
    return RedirectResponse(address, 303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min
