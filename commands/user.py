"""``shouyi user``: who may log in."""

import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from casework import people
from casework.people import Person, Role
from commands import user_token
from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base.clock import SystemClock, beijing_iso, unstamp
from pipeline.base.language import _
from pipeline.store.open import open_store

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
app.add_typer(user_token.app, name="token", help=_("程序用的令牌：新建、列出、收回"))

Name = Annotated[str, typer.Argument(metavar="NAME", help=_("登录名：小写字母、数字或汉字"))]
FIRST = "admin"
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help=_("从标准输入读密码；否则随机生成、只显示一次"))
]


@app.command(
    "add",
    help=_("添加人员；密码只显示这一次"),
    epilog=_("例：shouyi user add li --shown-name 李雷 --role analyst"),
)
def add(
    name: Name,
    *,
    role: Annotated[
        str, typer.Option("--role", help=_("角色：{all}").format(all="、".join(Role)))
    ] = Role.ANALYST,
    shown_name: Annotated[str, typer.Option("--shown-name", help=_("显示的姓名"))] = "",
    city: Annotated[
        list[str] | None,
        typer.Option(
            "--city", help=_("负责的市（行政区划代码），可多次；默认全省"), show_default=False
        ),
    ] = None,
    password_stdin: FromInput = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Add a person; the password is shown this once."""
    with_password = _from_input() if password_stdin else ""
    db = open_store(settings_of(home).database)
    person, secret = people.add(
        db,
        name,
        role=role,
        shown_name=shown_name,
        cities=tuple(city or ()),
        password=with_password,
        clock=SystemClock(),
    )
    _print_secret(person, "" if password_stdin else secret, as_json=as_json)


@app.command(
    "first",
    help=_("还没有人员时，添加第一个（supervisor），密码只显示这一次"),
    epilog=_("例：shouyi user first"),
)
def first(*, as_json: AsJson = False, home: Home = None) -> None:
    """Add the first person of a home; where somebody is there already, do nothing."""
    db = open_store(settings_of(home).database)
    if people.list(db):
        return
    person, secret = people.add(db, FIRST, role=Role.SUPERVISOR, clock=SystemClock())
    _print_secret(person, secret, as_json=as_json)


@app.command("list", help=_("列出人员"), epilog=_("例：shouyi user list --json"))
def list_(*, as_json: AsJson = False, home: Home = None) -> None:
    """List the people."""
    everybody = people.list(open_store(settings_of(home).database, create=False))
    if as_json:
        for person in everybody:
            emit(_told(person))
        return
    if not everybody:
        Console().print(_("还没有人员：用 `shouyi user add 登录名` 添加。"), markup=False)
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in (_("登录名"), _("姓名"), _("角色"), _("范围"), _("状态"), _("添加于")):
        table.add_column(title)
    for person in everybody:
        table.add_row(
            person.name,
            person.shown_name,
            person.role.shown,
            "、".join(person.cities) or _("全省"),
            _("已停用") if person.is_disabled else _("可登录"),
            beijing_iso(unstamp(person.made_at))[:10],
        )
    Console().print(table, markup=False)


@app.command(
    "disable", help=_("停用：不能再登录，已登录的立即退出"), epilog=_("例：shouyi user disable li")
)
def disable(name: Name, *, as_json: AsJson = False, home: Home = None) -> None:
    """Shut a person out at once."""
    db = open_store(settings_of(home).database, create=False)
    person = people.disable(db, name, clock=SystemClock())
    if as_json:
        emit(_told(person))
    else:
        Console().print(_("{name} 已停用").format(name=person.name), markup=False)


@app.command(
    "password", help=_("重设密码；已登录的立即退出"), epilog=_("例：shouyi user password li")
)
def password(
    name: Name, *, password_stdin: FromInput = False, as_json: AsJson = False, home: Home = None
) -> None:
    """Give a person a new password; open sessions end."""
    wanted = _from_input() if password_stdin else ""
    db = open_store(settings_of(home).database, create=False)
    secret = people.set_password(db, name, password=wanted, clock=SystemClock())
    _print_secret(people.get(db, name), "" if password_stdin else secret, as_json=as_json)


def _from_input() -> str:
    return sys.stdin.readline().rstrip("\r\n")


def _print_secret(person: Person, secret: str, *, as_json: bool) -> None:
    if as_json:
        emit({**_told(person), **({"password": secret} if secret else {})})
        return
    console = Console()
    console.print(
        _("{name}（{role}）").format(name=person.name, role=person.role.shown), markup=False
    )
    if secret:
        console.print(
            _("密码：{secret}  只显示这一次，请记下。").format(secret=secret), markup=False
        )


def _told(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "shown_name": person.shown_name,
        "role": person.role,
        "cities": [*person.cities],
        "disabled": person.is_disabled,
        "made_at": beijing_iso(unstamp(person.made_at)),
    }
