"""``shouyi lexicon benign``: what is known to be honest, until when, and what it hid."""

from contextlib import closing
from datetime import date
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from casework.words import benign
from casework.words.benign import Kept
from commands.edge import AsJson, Home, emit, settings_of
from commands.lexicon_change import Decider, Why, read_again
from commands.shown import one_line, word
from pipeline.base.clock import SystemClock, beijing_iso, unstamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.store.open import open_store

app = typer.Typer(
    no_args_is_help=True,
    epilog=_("例：shouyi lexicon benign add seller huapiao:u77 --reason 有证繁育场 --by zhao"),
)


@app.command(
    help=_("加一条：卖家、来源或字句，写明理由和到期日。"),
    epilog=_("例：shouyi lexicon benign add phrase 观鸟俱乐部招新 --reason 观鸟活动 --by zhao"),
)
def add(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=_("seller、source 或 phrase"))],
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help=_("如 huapiao:u77、huapiao、观鸟俱乐部招新"))
    ],
    *,
    reason: Annotated[str, typer.Option("--reason", help=_("为什么可信：许可证号、卖什么"))],
    by: Decider,
    until: Annotated[
        str,
        typer.Option("--until", help=_("到期日，如 2027-05-01；默认半年后"), show_default=False),
    ] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Add an entry, and read again what it speaks of."""
    settings, clock = settings_of(home), SystemClock()
    with closing((db := open_store(settings.database, create=False)).conn):
        kept, touched = benign.add(
            db,
            kind=kind,
            value=value,
            reason=reason,
            by=by,
            until_on=_day(until),
            clock=clock,
        )
        if touched:
            read_again(db, settings)
        kept = next(
            one
            for one in benign.all_of(db, clock=clock)
            if one.entry.benign_id == kept.entry.benign_id
        )
    _tell([kept], as_json=as_json)


@app.command(
    name="list",
    help=_("列出白名单：到期日、压下了多少、压错了多少。"),
    epilog=_("例：shouyi lexicon benign list"),
)
def list_(*, as_json: AsJson = False, home: Home = None) -> None:
    """List the entries with their counts."""
    with closing((db := open_store(settings_of(home).database, create=False)).conn):
        kept = benign.all_of(db, clock=SystemClock())
    _tell(kept, as_json=as_json)


@app.command(
    help=_("停用一条；它压下的信息重新判读。"),
    epilog=_("例：shouyi lexicon benign retire 3 --why 许可证过期 --by zhao"),
)
def retire(
    entry: Annotated[int, typer.Argument(metavar="ENTRY", help=_("编号，见 benign list"))],
    *,
    why: Why,
    by: Decider,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """End an entry, and read again what it lowered."""
    settings = settings_of(home)
    with closing((db := open_store(settings.database, create=False)).conn):
        kept = benign.retire(db, entry, by=by, why=why, clock=SystemClock())
        read_again(db, settings)
    _tell([kept], as_json=as_json)


@app.command(
    help=_("本周抽查：白名单压下的信息里抽几条给人看，一周之内是同一批。"),
    epilog=_("例：shouyi lexicon benign sample"),
)
def sample(*, as_json: AsJson = False, home: Home = None) -> None:
    """Print this week's sample of what was taken out of the queue."""
    with closing((db := open_store(settings_of(home).database, create=False)).conn):
        drawn = benign.sample(db, clock=SystemClock())
    if as_json:
        for one in drawn:
            emit(
                {
                    "listing": one.listing_id,
                    "benign": one.benign_id,
                    "reason": one.reason,
                    "title": one.title,
                    "score_before": one.score_before,
                    "score": one.score,
                    "decision": one.call,
                }
            )
        return
    console = Console()
    for one in drawn:
        console.print(
            f"{one.listing_id}  {one.score_before} -> {one.score}  {one_line(one.title, 40)}  "
            f"[{one.benign_id}] {one.reason}  {word(one.call) if one.call else ''}",
            markup=False,
            highlight=False,
        )
    console.print(
        _("共 {count} 条。看过后照常给结论：shouyi verdict LISTING ...").format(count=len(drawn)),
        style="dim",
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("--until", _("“{text}”不是日期").format(text=text), "2027-05-01") from None


def _tell(kept: list[Kept], *, as_json: bool) -> None:
    if as_json:
        for one in kept:
            emit(_told(one))
        return
    console = Console()
    if not kept:
        console.print(_("白名单是空的。"))
        return
    table = Table(box=None, pad_edge=False)
    for title in ("", _("类"), _("内容"), _("理由"), _("到期"), _("状态"), _("降分")):
        table.add_column(title)
    table.add_column(_("移出队列"))
    table.add_column(_("压错"))
    for one in kept:
        entry = one.entry
        table.add_row(
            str(entry.benign_id),
            entry.kind,
            one_line(entry.value, 30),
            one_line(entry.reason, 30),
            entry.until_on,
            word(f"benign:{one.state}"),
            str(one.lowered),
            str(one.hidden),
            str(one.mistakes),
        )
    console.print(table)


def _told(one: Kept) -> dict[str, Any]:
    return {
        "benign": one.entry.benign_id,
        "kind": one.entry.kind,
        "value": one.entry.value,
        "reason": one.entry.reason,
        "until": one.entry.until_on,
        "state": one.state,
        "by": one.made_by,
        "at": beijing_iso(unstamp(one.made_at)),
        "ended_by": one.ended_by,
        "ended_why": one.ended_why,
        "lowered": one.lowered,
        "hidden": one.hidden,
        "mistakes": one.mistakes,
        "last": beijing_iso(unstamp(one.last_at)) if one.last_at else None,
    }
