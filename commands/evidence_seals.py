"""``shouyi evidence stamp | head | key | touch``: what stands behind the seals."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base.errors import BadInput
from pipeline.base.language import _

STAMP_EXAMPLE = "shouyi evidence stamp"
HEAD_EXAMPLE = "shouyi evidence head --out head.txt"
KEY_EXAMPLE = "shouyi evidence key --turn"
TOUCH_EXAMPLE = "shouyi evidence touch demo-gbk:17 --did handed_over --by li --why 移送公安"

By = Annotated[str, typer.Option("--by", help=_("谁，记入保管记录"))]


def stamp(*, by: By = "command line", as_json: AsJson = False, home: Home = None) -> None:
    """Ask the authorities for what is not stamped yet; exit 1 where one did not grant it."""
    from evidence.stamp import ask_all, waiting
    from pipeline.base.clock import SystemClock
    from pipeline.store.open import open_store

    settings = settings_of(home)
    db = open_store(settings.database, create=False)
    with closing(db.conn):
        asked = ask_all(db, settings, clock=SystemClock(), by=by, at_once=by != "schedule")
        left = waiting(db, settings)
    say = Console()
    for one in asked:
        if as_json:
            emit(
                {
                    "snapshot": one.snapshot_id,
                    "authority": one.authority,
                    "state": one.state,
                    "because": one.because,
                    "stamped_at": one.stamped_at,
                }
            )
        else:
            say.print(f"{one.snapshot_id}  {one.state}  {one.because}", markup=False)
    if not as_json and not settings.time_stamp_authorities:
        say.print(_("没有设置时间戳机构（time_stamp_authorities）：无第三方时间戳"), markup=False)
    elif not as_json:
        say.print(_("还有 {n} 个时间戳没有取到").format(n=left), markup=False)
    if any(one.state != "granted" for one in asked):
        raise typer.Exit(1)


def head(
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("写到这个文件，供打印、邮寄、会签"))
    ] = None,
    countersigned: Annotated[
        str, typer.Option("--countersigned", help=_("已由谁会签，记入保管记录"))
    ] = "",
    by: By = "command line",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Print the heads of the chains, signed."""
    from evidence import heads
    from pipeline.base.clock import SystemClock
    from pipeline.store.open import open_store

    settings, clock = settings_of(home), SystemClock()
    db = open_store(settings.database, create=False)
    with closing(db.conn):
        now = heads.anchor(db, settings, clock=clock)
        if countersigned:
            heads.countersigned(db, now, by=countersigned, note="", clock=clock, who=by)
    if out is not None:
        out.write_text(f"{now.text}\n", encoding="utf-8")
    if as_json:
        emit({**now.told, "signature": now.signature})
    else:
        Console().print(now.text, markup=False, highlight=False, soft_wrap=True)


def key(
    *,
    turn: Annotated[
        bool, typer.Option("--turn", help=_("换一把新钥：由旧钥签名交接，旧私钥销毁"))
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show the keys that sign and have signed; ``--turn`` makes a new one."""
    from evidence.keys import read_history
    from evidence.shelf import Shelf
    from pipeline.base.clock import SystemClock

    shelf, clock = Shelf.of(settings_of(home)), SystemClock()
    if turn:
        shelf.turn_key(clock)
    history = shelf.seal_of_home.keys.history()
    known = read_history(history) if history else ()
    for number, one in enumerate(known, start=1):
        is_current = number == len(known)
        if as_json:
            emit({"key": one.key_id, "made_at": one.made_at, "signs_now": is_current})
        else:
            mark = _("现用") if is_current else _("已换下")
            Console().print(f"{one.key_id}  {one.made_at}  {mark}", markup=False, highlight=False)


def touch(
    what: Annotated[str, typer.Argument(metavar="LISTING", help=_("信息编号或固定编号"))],
    *,
    did: Annotated[
        str,
        typer.Option("--did", help=_("printed 打印、handed_over 移交、viewed 查看；空：只列出")),
    ] = "",
    by: By = "command line",
    why: Annotated[str, typer.Option("--why", help=_("为什么，交给谁"))] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List who touched a snapshot, or note that somebody did."""
    from evidence import custody
    from evidence.package.build import kept_of
    from pipeline.base.clock import SystemClock
    from pipeline.store.open import open_store

    noted = {"printed", "handed_over", "viewed"}
    if did and did not in noted:
        raise BadInput("--did", did, _("可用：{known}").format(known="、".join(sorted(noted))))
    settings = settings_of(home)
    db = open_store(settings.database, create=False)
    with closing(db.conn):
        ids = [row.snapshot_id for row in kept_of(db, [what])]
        for snapshot_id in ids if did else ():
            custody.note(
                db,
                clock=SystemClock(),
                who=by,
                did=custody.Touch(did),
                what=snapshot_id,
                why=why,
            )
        entries = custody.of(db, ids)
    for one in entries:
        told = {
            "snapshot": one.what,
            "at": one.at,
            "who": one.who,
            "did": one.did,
            "from": one.from_where,
            "why": one.why,
        }
        if as_json:
            emit(told)
        else:
            Console().print("  ".join(told.values()), markup=False, highlight=False, soft_wrap=True)
