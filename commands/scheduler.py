"""``shouyi scheduler``: begins the night by itself."""

import signal
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from rich.console import Console

import scheduler as nights
from commands.edge import AsJson, Home, emit, settings_of
from crawlers.sources import load_what_is_right, shipped_sources
from pipeline.base import log
from pipeline.base.clock import BEIJING, SystemClock
from pipeline.base.language import _
from pipeline.base.settings import Settings

EXAMPLE = "shouyi scheduler"


def run(*, home: Home = None, as_json: AsJson = False) -> None:
    """Wait for the hour, begin the night, make up at once for the one that was missed."""
    settings = settings_of(home)
    log.set_up()
    timer = BlockingScheduler(timezone=BEIJING)
    tell_plan(settings, as_json=as_json)
    set_going(timer, settings)
    signal.signal(signal.SIGTERM, _end)
    try:
        timer.start()
    except KeyboardInterrupt:
        timer.shutdown(wait=False)
        raise


def set_going(timer: BlockingScheduler | BackgroundScheduler, settings: Settings) -> None:
    """Plan the night on a timer, and make up for the one that was missed."""
    clock = SystemClock()
    sources, wrong = load_what_is_right(shipped_sources(), settings.own_sources)
    for problem in wrong:
        log.get("scheduler").error("source.refused", because=str(problem))
    nights.plan(timer, settings, sources, clock)
    if nights.catch_up(settings, sources, clock):
        # once, now: the night's own run table marks it late
        timer.add_job(nights.start_night, args=[settings], id="made-up", misfire_grace_time=None)


def tell_plan(settings: Settings, *, as_json: bool) -> None:
    """Say when the night begins."""
    sources, _wrong = load_what_is_right(shipped_sources(), settings.own_sources)
    times = nights.wake_times(settings, sources)
    if as_json:
        emit({"home": str(settings.home), "begins_at": times})
    else:
        words = _("定时任务已启动：每晚 {at}（北京时间）开始。").format(at="、".join(times))
        Console(stderr=True).print(words)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
