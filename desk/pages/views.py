"""A list is kept by a name, or forgotten."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import views
from desk import asked as asked_of
from desk.parts import Clerk, Desk

router = APIRouter()


class ViewForm(BaseModel):
    """What is sent with a name; ``back`` names the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    name: str = Field(max_length=200)
    back: str = Field("", max_length=2000)
    shared: bool = False


class RemoveForm(BaseModel):
    """Which one goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)
    view_id: int = Field(ge=1, lt=2**53)


@router.post("/views")
def save(desk: Desk, clerk: Clerk, form: Annotated[ViewForm, Form()]) -> Response:
    """Keep the list on the screen."""
    asked = asked_of.of_back(form.back)
    views.save(desk.db, clerk.name, form.name, asked.query, clock=desk.clock, is_shared=form.shared)
    return RedirectResponse(asked.address("/queue"), 303)


@router.post("/views/remove")
def remove(desk: Desk, clerk: Clerk, form: Annotated[RemoveForm, Form()]) -> Response:
    """Forget one of one's own."""
    views.remove(desk.db, clerk.name, form.view_id, clock=desk.clock)
    return RedirectResponse("/queue", 303)
