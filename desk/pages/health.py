"""The pulse, for a watchdog: no log-in, and nothing in it that needs one."""

import sqlite3
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from desk.parts import House
from pipeline.base.clock import beijing_iso
from pipeline.base.errors import ShouyiError

router = APIRouter()

HEARTBEAT = "scheduler.heartbeat"
_FRESH = timedelta(minutes=3)


@router.get("/healthz")
def healthz(request: Request) -> JSONResponse:
    """Answer 200 while the store answers and no scheduler has fallen silent.

    ``scheduler`` is "none" where none has run in this home: a desk may stand alone.
    """
    house: House = request.app.state.house
    is_open = _store_answers(house)
    state, heartbeat_at = _scheduler(house)
    is_well = is_open and state != "silent"
    return JSONResponse(
        {
            "status": "ok" if is_well else "failed",
            "store": "ok" if is_open else "failed",
            "scheduler": state,
            "heartbeat_at": heartbeat_at,
        },
        200 if is_well else 503,
    )


def _store_answers(house: House) -> bool:
    try:
        with house.connections.lend() as db:
            db.execute("select 1 from listings limit 1").fetchone()
    except (sqlite3.Error, ShouyiError):
        return False
    return True


def _scheduler(house: House) -> tuple[str, str | None]:
    file = house.settings.home / HEARTBEAT
    try:
        beat = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return "none", None
    state = "ok" if house.clock.now() - beat <= _FRESH else "silent"
    return state, beijing_iso(beat)
