"""``shouyi serve``: the desk and the scheduler together, until Ctrl-C."""

from typing import Annotated

import typer
from apscheduler.schedulers.background import BackgroundScheduler

from commands import desk
from commands.edge import AsJson, Home, settings_of
from commands.scheduler import set_going, tell_plan
from pipeline.base import log
from pipeline.base.clock import BEIJING
from pipeline.base.language import _

EXAMPLE = "shouyi serve --port 8700"


def run(
    *,
    home: Home = None,
    as_json: AsJson = False,
    port: Annotated[
        int | None, typer.Option("--port", help=_("端口；0 为任一空闲端口"), show_default=False)
    ] = None,
) -> None:
    """Open the desk for people, and let the scheduler begin the nights."""
    settings = settings_of(home)
    log.set_up()
    timer = BackgroundScheduler(timezone=BEIJING)
    set_going(timer, settings)
    tell_plan(settings, as_json=as_json)
    timer.start()
    try:
        desk.run(home=home, as_json=as_json, port=port)
    finally:
        timer.shutdown(wait=False)
