"""A verdict goes back to who gave it, with a note."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import sending
from casework.verdicts import LONGEST_NOTE, Overtaken
from desk import asked as asked_of
from desk import stage
from desk.parts import Clerk, Desk
from pipeline.base.errors import BadInput, NotFound

router = APIRouter()


class BackForm(BaseModel):
    """What is sent with it; ``seen_version`` is of the listing on the screen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    back: str = Field("", max_length=2000)
    seen_version: int
    note: str = Field("", max_length=LONGEST_NOTE)


@router.post("/listings/{listing_id:path}/send-back")
def send_back(
    desk: Desk, clerk: Clerk, listing_id: str, form: Annotated[BackForm, Form()]
) -> Response:
    """Send a verdict back, and show the listing as it waits."""
    asked = asked_of.of_back(form.back)
    try:
        sending.send_back(
            desk.db,
            listing_id,
            by=clerk.name,
            note=form.note,
            seen_version=form.seen_version,
            clock=desk.clock,
        )
    except NotFound:
        raise
    except (BadInput, Overtaken) as error:
        return stage.show(
            desk,
            listing_id,
            asked,
            template="listing.html",
            status=409 if isinstance(error, Overtaken) else 422,
            problem=f"{error.what}：{error.mend}" if error.mend else error.what,
        )
    return RedirectResponse(asked.listing(listing_id), 303)
