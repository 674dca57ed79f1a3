"""``shouyi worker``: one more machine of a fleet that shares its work over Redis."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base import log
from pipeline.base.clock import SystemClock
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store import crawls

EXAMPLE = "SHOUYI_REDIS_URL=redis://127.0.0.1:6379/0 shouyi worker --crawl --judge"

ROLES = ("crawl", "judge", "snapshot", "ledger")
_AGAIN_SECONDS = 1.0
_PR_SET_PDEATHSIG = 1
_PATIENCE_SECONDS = 10.0


def run(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]...", help=_("与 --ledger 合用：只开这些来源")),
    ] = None,
    *,
    crawl: Annotated[bool, typer.Option("--crawl", help=_("采集页面"))] = False,
    judge: Annotated[bool, typer.Option("--judge", help=_("判读文字"))] = False,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help=_("固定页面（须在数据所在机器）"))
    ] = False,
    ledger: Annotated[
        bool,
        typer.Option("--ledger", help=_("总账：开来源、收结果、写数据库；一个数据目录只有一个")),
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help=_("与 --ledger 合用：做完到期的来源即结束"))
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help=_("与 --ledger 合用：今夜已采过的也再采一次"))
    ] = False,
    source_file: Annotated[
        list[Path] | None,
        typer.Option("--source-file", help=_("与 --ledger 合用：采集这个来源文件")),
    ] = None,
    status: Annotated[bool, typer.Option("--status", help=_("各队列还有多少、谁在工作"))] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Work until told to stop; without a role: crawl and judge."""
    settings = settings_of(home)
    wanted = [
        role for role, is_on in zip(ROLES, (crawl, judge, snapshot, ledger), strict=True) if is_on
    ] or ["crawl", "judge"]
    _has_libraries()
    from crawlers.fleet.post import connect

    client = connect(settings)  # refuses politely, before anything is started
    client.close()
    if status:
        _tell_status(settings, as_json=as_json)
        return
    if (sources or source_file or once or again) and not ledger:
        raise BadInput("worker", _("来源由总账决定"), _("把来源写在 shouyi worker --ledger 之后"))
    if len(wanted) > 1:
        words = [*(sources or []), *(f"--source-file={file}" for file in source_file or ())]
        words += ["--once"] if once else []
        words += ["--again"] if again else []
        _together(settings, wanted, words, as_json=as_json)
        return
    log.set_up()
    if ledger:
        from commands.worker_ledger import Asked, keep_the_ledger

        asked = Asked(tuple(sources or ()), tuple(source_file or ()), once=once, again=again)
        if not keep_the_ledger(settings, asked, as_json=as_json):
            raise typer.Exit(1)
        return
    _work(settings, wanted[0])


def _work(settings: Settings, role: str) -> None:
    from crawlers.fleet.post import Post, connect

    clock = SystemClock()
    post = Post(connect(settings), f"{role}:{crawls.holder()}", settings.worker_lease_seconds)
    if role == "crawl":
        from crawlers.fleet.crawl import crawl

        crawl(settings, post, clock=clock)
        return
    is_over = told_to_stop()
    if role == "judge":
        from crawlers.fleet.judge import judge

        judge(settings, post, clock=clock, is_over=is_over)
        return
    from commands.worker_snapshots import take_snapshots

    take_snapshots(settings, post, clock=clock, is_over=is_over)


def told_to_stop() -> Callable[[], bool]:
    """Return what tells whether SIGTERM or Ctrl-C has come; what is in hand is finished first."""
    heard: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: heard.append(number))
    return lambda: bool(heard)


def _has_libraries() -> None:
    try:
        import redis
        import scrapy_redis  # noqa: F401 - asked whether it is there
    except ImportError as missing:
        raise BadInput(
            "worker",
            f"{missing.name}: " + _("没有安装多机采集所需的部件"),
            "pip install 'shouyi[fleet]'",
        ) from missing
    del redis


def _together(settings: Settings, roles: list[str], words: list[str], *, as_json: bool) -> None:
    """Run each role in a process of its own; one that dies is started again."""
    is_over = told_to_stop()
    running: dict[str, subprocess.Popen[bytes]] = {}
    code = 0
    try:
        while not is_over():
            for role in roles:
                child = running.get(role)
                if child is not None and child.poll() is None:
                    continue
                if child is not None and role == "ledger" and "--once" in words:
                    code = child.returncode
                    return
                if child is not None:
                    log.get("fleet").error("worker.died", role=role, exit_code=child.returncode)
                    time.sleep(_AGAIN_SECONDS)
                running[role] = _start(settings, role, words, as_json=as_json)
            time.sleep(0.1)
    finally:
        _stop(list(running.values()))
        if code:
            raise typer.Exit(code)


def _start(
    settings: Settings, role: str, words: list[str], *, as_json: bool
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "commands", "worker", f"--{role}"]
    command += words if role == "ledger" else []
    command += ["--json"] if as_json else []
    return subprocess.Popen(
        [*command, "--home", str(settings.home)],
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - the main thread forks, no other runs
    )


def _die_with_parent() -> None:
    # a worker that is killed takes its roles along: nobody would stop them
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(children: "list[subprocess.Popen[bytes]]") -> None:
    living = [child for child in children if child.poll() is None]
    for child in living:
        child.terminate()
    ends = time.monotonic() + _PATIENCE_SECONDS
    for child in living:
        try:
            child.wait(timeout=max(0.1, ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()


def _tell_status(settings: Settings, *, as_json: bool) -> None:
    from crawlers.fleet.post import Post, connect
    from crawlers.fleet.state import state_of, workers_of

    post = Post(connect(settings), "status", settings.worker_lease_seconds)
    lines, workers = state_of(post), workers_of(post)
    if as_json:
        emit({"workers": workers})
        for line in lines:
            emit(line)
        return
    table = Table()
    for name in (_("队列"), _("等待"), _("在手"), _("工人")):
        table.add_column(name)
    for line in lines:
        holders = json.dumps(line["workers"], ensure_ascii=False)
        table.add_row(str(line["stream"]), str(line["waiting"]), str(line["held"]), holders)
    out = Console()
    out.print(_("{n} 个工人在线：{names}").format(n=len(workers), names="、".join(workers)))
    out.print(table)
