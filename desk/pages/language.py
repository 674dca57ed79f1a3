"""The switch between Chinese and English."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from desk.parts import Clerk, Desk

router = APIRouter()


@router.post("/language")
def switch(
    desk: Desk, clerk: Clerk, language: Annotated[Literal["zh", "en"], Form()]
) -> RedirectResponse:
    """Answer in this language from now on, in this log-in."""
    with desk.db.atomic():
        desk.db.execute(
            "update sessions set language = ? where token_hash = ?", [language, clerk.token_hash]
        )
    return RedirectResponse("/", 303)
