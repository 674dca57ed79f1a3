"""The pulse, for a watchdog: no log-in, and nothing in it that needs one."""

import sqlite3
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from desk.parts import Desk
from pipeline.base.clock import beijing_iso

router = APIRouter()

HEARTBEAT = "scheduler.heartbeat"
_FRESH = timedelta(minutes=3)


@router.get("/healthz")
def healthz(desk: Desk) -> JSONResponse:
    """Answer 200 while the store answers and no scheduler has fallen silent.

    ``scheduler`` is "none" where none has run in this home: a desk may stand alone.
    """
    try:
        desk.db.execute("select 1 from listings limit 1").fetchone()
        store = "ok"
    except sqlite3.Error:
        store = "failed"
    state, heartbeat_at = _scheduler(desk)
    is_well = store == "ok" and state != "silent"
    return JSONResponse(
        {
            "status": "ok" if is_well else "failed",
            "store": store,
            "scheduler": state,
            "heartbeat_at": heartbeat_at,
        },
        200 if is_well else 503,
    )


def _scheduler(desk: Desk) -> tuple[str, str | None]:
    file = desk.settings.home / HEARTBEAT
    try:
        beat = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return "none", None
    state = "ok" if desk.clock.now() - beat <= _FRESH else "silent"
    return state, beijing_iso(beat)
