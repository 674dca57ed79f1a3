"""``shouyi desk``: the web desk."""

import socket
from typing import Annotated

import typer

from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base import log
from pipeline.base.clock import SystemClock
from pipeline.base.errors import BadInput
from pipeline.base.language import _

EXAMPLE = "shouyi desk --port 8700"


def run(
    *,
    home: Home = None,
    as_json: AsJson = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65535, help=_("端口；0 为任一空闲端口"), show_default=False
        ),
    ] = None,
) -> None:
    """Open the desk for people, until Ctrl-C."""
    import uvicorn

    from desk.app import build

    settings = settings_of(home)
    log.set_up()
    app = build(settings, clock=SystemClock())
    door = _listen(settings.host, settings.port if port is None else port)
    host, number = door.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{number}"
    if as_json:
        emit({"address": address, "home": str(settings.home)})
    else:
        typer.echo(_("工作台已打开：{address}（Ctrl-C 结束）").format(address=address), err=True)
    server = uvicorn.Server(
        uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, date_header=True
        )
    )
    try:
        server.run(sockets=[door])
    finally:
        door.close()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # named as TCP, asyncio sends each answer at once; unnamed it waits 40 ms for an ACK
    door = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise BadInput(
            f"{host}:{port}",
            _("不能在此监听：{why}").format(why=error.strerror),
            _("换一个端口：--port 0"),
        ) from error
    return door
