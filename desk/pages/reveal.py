"""A contact is shown to whoever says why: one field, once, and the log has it."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from casework import contacts
from desk import asked as asked_of
from desk import stage
from desk.parts import Clerk, Desk
from pipeline.base.errors import BadInput, NotFound

router = APIRouter()


class RevealForm(BaseModel):
    """Which field, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    back: str = Field("", max_length=2000)
    field: str = Field("", max_length=20)
    why: str = Field("", max_length=40)
    why_note: str = Field("", max_length=300)


@router.post("/listings/{listing_id:path}/reveal")
def reveal(
    desk: Desk, clerk: Clerk, listing_id: str, form: Annotated[RevealForm, Form()]
) -> Response:
    """Show the listing with one field unmasked."""
    assert clerk.name
    assert desk.person is not None, "nobody is at the desk"
    asked = asked_of.of_back(form.back)
    template = "stage.html" if desk.is_swap else "listing.html"
    try:
        contacts.reveal(
            desk.db,
            listing_id,
            form.field,
            why=form.why,
            note=form.why_note,
            by=desk.person,
            clock=desk.clock,
        )
    except NotFound:
        raise
    except BadInput as error:
        problem = f"{error.what}：{error.mend}"
        return stage.show(
            desk, listing_id, asked, template=template, status=422, reveal_problem=problem
        )
    said = desk.say("已显示，并记入日志。")
    return stage.show(desk, listing_id, asked, template=template, revealed=form.field, said=said)
