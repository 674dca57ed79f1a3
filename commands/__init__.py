"""The command line ``shouyi``. May import everything; nobody imports it.

One file a command. A module gives either ``run``, a function with typer's annotations, or
``app``, a Typer with sub-commands; both are imported only when that command is called.
"""

import errno
import importlib
import importlib.util
import sqlite3
import sys
from dataclasses import dataclass

import typer

from pipeline.base.errors import BadInput, ShouyiError
from pipeline.base.language import _


@dataclass(frozen=True, slots=True)
class Command:
    """A word after ``shouyi``, the module that answers it, and what it does."""

    name: str
    help: str

    @property
    def module(self) -> str:
        """The module that answers it."""
        return f"commands.{self.name}"


COMMANDS = (
    Command("match", _("判读文字：像鸟贩子一样读一条信息")),
    Command("lexicon", _("词库：检查、解释、列出")),
    Command("source", _("来源：列出、检查、试读一页")),
    Command("crawl", _("采集来源各一次")),
    Command("night", _("做完一夜该做的事：采集、判读、固定")),
    Command("queue", _("待研判的信息，最可疑的在前")),
    Command("show", _("一条信息的全部已知情况")),
    Command("verdict", _("给出研判结论")),
    Command("evidence", _("证据：固定、校验")),
    Command("report", _("报表：巡查覆盖")),
    Command("desk", _("打开网页工作台")),
    Command("scheduler", _("到点自动开始夜间工作")),
    Command("serve", _("工作台与定时任务一起运行")),
    Command("worker", _("再加一台机器，经 Redis 分担采集与判读")),
    Command("demo", _("练习用的假市场")),
    Command("user", _("人员：添加、列出、停用")),
    Command("webhooks", _("把新的高分信息推送给登记的接收端")),
    Command("migrate", _("把数据库升级到本版本")),
)
"""The visible list, in the order of a working day."""


_FULL = {errno.ENOSPC, errno.EDQUOT}
_CLOSED = {errno.EROFS, errno.EACCES}
_PRIMARY = 0xFF
"""The lower byte of an extended code of SQLite says the kind of error."""


def main() -> None:
    """Run the command line; the exit codes are those of contract.md."""
    try:
        _root(sys.argv[1:])(prog_name="shouyi")
    except BadInput as error:
        _say(str(error), 2)
    except ShouyiError as error:
        _say(str(error), 1)
    except sqlite3.OperationalError as error:
        is_closed = getattr(error, "sqlite_errorcode", 0) & _PRIMARY == sqlite3.SQLITE_READONLY
        _say(f"database: {error}; what was collected before is kept", 2 if is_closed else 1)
    except OSError as error:
        if error.errno not in {*_FULL, *_CLOSED}:
            raise
        code = 2 if error.errno in _CLOSED else 1  # it was so before we began
        _say(
            f"{error.filename or 'disk'}: {error.strerror}; what was collected before is kept", code
        )


def _root(arguments: list[str]) -> typer.Typer:
    root = typer.Typer(
        name="shouyi",
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        help=_("守翼：在公开网络上发现涉鸟类非法交易的线索。"),
        add_completion=True,
    )
    root.callback()(lambda: None)
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    for command in COMMANDS:
        if command.name != wanted:
            root.command(command.name, help=command.help)(lambda: None)
            continue
        module = importlib.import_module(command.module)
        if hasattr(module, "app"):
            root.add_typer(module.app, name=command.name, help=command.help)
        else:
            example = getattr(module, "EXAMPLE", "")
            root.command(command.name, help=command.help, epilog=example)(module.run)
    return root


def _say(sentence: str, code: int) -> None:
    typer.echo(sentence.encode("utf-8", "replace").decode("utf-8"), err=True)
    raise SystemExit(code)
