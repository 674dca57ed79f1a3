"""``shouyi evidence export``: a package that checks itself anywhere."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base.language import _

EXAMPLE = "shouyi evidence export demo-gbk:17 demo-gbk:18 --title 画眉案 --out 画眉案"


def export(
    what: Annotated[list[str], typer.Argument(metavar="LISTING...", help=_("信息编号或固定编号"))],
    *,
    out: Annotated[Path, typer.Option("--out", help=_("做成的文件夹；旁边还有同名 zip"))],
    title: Annotated[str, typer.Option("--title", help=_("这一组材料叫什么"))] = "",
    by: Annotated[str, typer.Option("--by", help=_("谁导出，记入保管记录"))] = "command line",
    why: Annotated[str, typer.Option("--why", help=_("为什么导出"))] = "",
    unit: Annotated[str, typer.Option("--unit", help=_("制作单位"))] = "",
    officer: Annotated[
        list[str] | None, typer.Option("--officer", help=_("提取人员，姓名和证号；可给两次"))
    ] = None,
    witness: Annotated[str, typer.Option("--witness", help=_("见证人"))] = "",
    no_witness: Annotated[str, typer.Option("--no-witness", help=_("没有见证人的原因"))] = "",
    place: Annotated[str, typer.Option("--place", help=_("提取地点"))] = "",
    signed: Annotated[
        list[Path] | None, typer.Option("--signed", help=_("已签名文书的扫描件；可给多次"))
    ] = None,
    disclosure: Annotated[
        bool, typer.Option("--disclosure", help=_("对外的一份：旁人已遮盖，未列入的逐项说明"))
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Make the package; exit 1 where what was kept does not verify."""
    from evidence.package.build import Order, export
    from evidence.package.documents import People
    from pipeline.base.clock import SystemClock
    from pipeline.store.open import open_store

    settings = settings_of(home)
    order = Order(
        what=tuple(what),
        title=title or _("固定材料 {what}").format(what="、".join(what)),
        by=by,
        why=why,
        people=People(
            unit=unit,
            officers=tuple(officer or ()),
            witness=witness,
            no_witness_because=no_witness,
            place=place,
            purpose=why,
        ),
        signed_scans=tuple(signed or ()),
        is_disclosure=disclosure,
    )
    db = open_store(settings.database, create=False)
    with closing(db.conn):
        made = export(db, settings, order, out=out, clock=SystemClock())
    if as_json:
        emit(
            {
                "path": str(made.folder),
                "zip": str(made.zipped),
                "snapshots": list(made.snapshots),
                "files": made.files,
                "signed_by": f"Ed25519 {made.key_id}",
            }
        )
        return
    say = Console()
    say.print(
        _("已导出：{folder} 和 {zip}，固定 {n} 份，文件 {files} 个").format(
            folder=made.folder, zip=made.zipped.name, n=len(made.snapshots), files=made.files
        ),
        style="green",
        markup=False,
        soft_wrap=True,
    )
    say.print(
        _("  收件人自行核对：cd {folder} && sh ./check-it-yourself.sh；密钥编号 {key}").format(
            folder=made.folder, key=made.key_id
        ),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
