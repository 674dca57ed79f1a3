"""The audit log, for who may read it: filtered by the address, with the state of its chain."""

from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from casework import logbook
from casework.logbook import Wanted
from desk import deeds
from desk.parts import Desk
from pipeline.store.text import storable

router = APIRouter()

PAGE_ROWS = 100
_LONGEST = 200


@router.get("/log")
def show(desk: Desk, before: int = 0, check: str = "") -> Response:
    """Show one page of the log; ``check=1`` reads the whole chain through."""
    asked = desk.request.query_params
    told = {
        name: storable(asked.get(name, ""))[:_LONGEST].strip()
        for name in ("who", "did", "what", "from", "to")
    }
    wanted = Wanted(
        who=told["who"],
        did=told["did"],
        what=told["what"],
        from_on=_day(told["from"]),
        to_on=_day(told["to"]),
    )
    found = logbook.entries(desk.db, wanted, before=max(0, before), limit=PAGE_ROWS + 1)
    rows, is_more = found[:PAGE_ROWS], len(found) > PAGE_ROWS
    kept = {name: value for name, value in told.items() if value}
    return desk.page(
        "log.html",
        chain=logbook.chain_of(desk.db, desk.settings.home, is_asked=bool(check)),
        given=told,
        is_narrowed=bool(kept),
        rows=[
            {
                "entry": entry,
                "deed": deeds.shown(desk, entry.did),
                "details": deeds.in_one_line(entry.details),
            }
            for entry in rows
        ],
        people=logbook.people_of(desk.db),
        deeds=[{"code": did, "shown": deeds.shown(desk, did)} for did in logbook.deeds_of(desk.db)],
        next_url=f"/log?{urlencode({**kept, 'before': rows[-1].audit_id})}" if is_more else "",
        first_url=f"/log?{urlencode(kept)}" if before else "",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
