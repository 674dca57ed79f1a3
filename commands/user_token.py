"""``shouyi user token``: tokens with which a program acts for a person."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from casework import tokens
from casework.tokens import Scope, Token
from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base.clock import SystemClock, beijing_iso, unstamp
from pipeline.base.language import _
from pipeline.store.open import open_store

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

_BY = "command line"


@app.command(
    "add",
    help=_("给一个人新建令牌；只显示这一次"),
    epilog=_("例：shouyi user token add li --label 省厅看板 --scope read"),
)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help=_("令牌替谁做事"))],
    *,
    label: Annotated[str, typer.Option("--label", help=_("给哪个程序用"))],
    scope: Annotated[
        list[str],
        typer.Option("--scope", help=_("权限，可多次：{all}").format(all="、".join(Scope))),
    ] = [Scope.READ],  # noqa: B006 - typer copies it
    days: Annotated[
        int, typer.Option("--days", min=1, max=tokens.LONGEST_DAYS, help=_("有效天数"))
    ] = tokens.USUAL_DAYS,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Make a token; it is shown this once."""
    db = open_store(settings_of(home).database, create=False)
    made, secret = tokens.add(
        db, name, label=label, scopes=scope, days=days, by=_BY, clock=SystemClock()
    )
    if as_json:
        emit({**_told(made), "token": secret})
        return
    told = _("令牌：{secret}  只显示这一次，请记下。").format(secret=secret)
    Console().print(told, markup=False, soft_wrap=True)


@app.command(
    "list", help=_("列出令牌（没有密文）"), epilog=_("例：shouyi user token list li --json")
)
def list_(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help=_("只看一个人的"), show_default=False)
    ] = "",
    *,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List the tokens, newest first."""
    db = open_store(settings_of(home).database, create=False)
    found = tokens.of(db, clock=SystemClock(), owner=name)
    if as_json:
        for each in found:
            emit(_told(each))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (_("编号"), _("主人"), _("用途"), _("权限"), _("到期"), _("状态")):
        table.add_column(title)
    for each in found:
        table.add_row(
            str(each.token_id),
            each.owner,
            each.label,
            " ".join(each.scopes),
            beijing_iso(unstamp(each.ends_at))[:16],
            _("有效") if each.is_open else _("已失效"),
        )
    Console().print(table, markup=False)


@app.command("end", help=_("收回一个令牌，立即失效"), epilog=_("例：shouyi user token end 3"))
def end(
    token_id: Annotated[int, typer.Argument(metavar="ID", help=_("编号，见 list"))],
    *,
    home: Home = None,
) -> None:
    """Take a token back."""
    db = open_store(settings_of(home).database, create=False)
    tokens.end(db, token_id, by=_BY, clock=SystemClock())
    Console().print(_("令牌 {id} 已收回").format(id=token_id), markup=False)


def _told(token: Token) -> dict[str, Any]:
    return {
        "token_id": token.token_id,
        "owner": token.owner,
        "label": token.label,
        "scopes": [*token.scopes],
        "made_at": beijing_iso(unstamp(token.made_at)),
        "ends_at": beijing_iso(unstamp(token.ends_at)),
        "used_at": beijing_iso(unstamp(token.used_at)) if token.used_at else None,
        "open": token.is_open,
    }
