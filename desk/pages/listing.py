"""One listing: its words, what speaks for and against it, and the place to decide."""

from fastapi import APIRouter
from fastapi.responses import Response

from casework import verdicts
from desk import asked as asked_of
from desk import stage
from desk.parts import Desk

router = APIRouter()


@router.get("/listings/{listing_id:path}")
def show(desk: Desk, listing_id: str, undone: str = "") -> Response:
    """Show a listing; ``undone=1`` says that the last verdict on it was taken back."""
    said = ""
    if undone:
        taken_back = [each for each in verdicts.of(desk.db, listing_id) if each.is_undone]
        said = desk.say("已撤销，可重新判断。") if taken_back else ""
    return stage.show(
        desk, listing_id, asked_of.of_request(desk.request), template="listing.html", said=said
    )
