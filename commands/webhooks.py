"""``shouyi webhooks``: tell receivers of new listings with a high score."""

import time
from typing import Annotated

import typer
from rich.console import Console

from casework import webhooks
from casework.posting import Postman
from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base.clock import SystemClock
from pipeline.base.language import _
from pipeline.base.urls import gate_for
from pipeline.store.open import open_store

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


@app.command(
    "send", help=_("把新的高分信息推送给接收端"), epilog=_("例：shouyi webhooks send --every 60")
)
def send(
    *,
    every: Annotated[
        float, typer.Option("--every", min=0, help=_("每隔多少秒一次；0：只做一次"))
    ] = 0,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Send what is due, once or again and again."""
    settings = settings_of(home)
    gate = gate_for(settings.webhook_receivers)
    db = open_store(settings.database, create=False)
    postman = Postman(gate)
    try:
        while True:
            done = webhooks.deliver(db, gate=gate, post=postman, clock=SystemClock())
            if as_json:
                emit(done)
            else:
                told = _("送出 {sent} 条，未送到 {failed} 条").format(**done)
                Console().print(told, markup=False)
            if not every:
                return
            time.sleep(every)
    finally:
        postman.close()
        db.conn.close()


@app.command("list", help=_("列出接收端"), epilog=_("例：shouyi webhooks list --json"))
def list_(*, as_json: AsJson = False, home: Home = None) -> None:
    """List the receivers; a dead one says why."""
    db = open_store(settings_of(home).database, create=False)
    for each in webhooks.all_of(db):
        if as_json:
            emit(
                {
                    "webhook_id": each.webhook_id,
                    "owner": each.owner,
                    "url": each.url,
                    "score_from": each.score_from,
                    "state": each.state,
                    "because": each.because,
                    **webhooks.counts_of(db, each.webhook_id),
                }
            )
        else:
            state = _("失效") if each.state == "dead" else _("正常")
            line = f"{each.webhook_id}  {each.owner}  {each.url}  {state}  {each.because}"
            Console().print(line, markup=False, soft_wrap=True)
