"""``shouyi evidence``: keep a page as evidence (固定), and verify what was kept."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from commands import evidence_package, evidence_seals, evidence_watch
from commands.edge import AsJson, Home, emit, settings_of
from evidence.verify import Verdict, snapshots_in, verify, verify_all
from pipeline.base import log
from pipeline.base.errors import BadInput, FetchRefused, NotFound, ShouyiError
from pipeline.base.language import _
from pipeline.base.urls import Gate
from pipeline.store.snapshots import Kept

app = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")
app.command("list", epilog=evidence_watch.LIST_EXAMPLE, help=_("列出固定下来的网页"))(
    evidence_watch.list_kept
)
app.command("watch", epilog=evidence_watch.WATCH_EXAMPLE, help=_("再看一遍已标出的信息：还在否"))(
    evidence_watch.watch
)
app.command("export", epilog=evidence_package.EXAMPLE, help=_("做成可移交、可自行核对的证据包"))(
    evidence_package.export
)
app.command("stamp", epilog=evidence_seals.STAMP_EXAMPLE, help=_("向时间戳机构取时间戳"))(
    evidence_seals.stamp
)
app.command("head", epilog=evidence_seals.HEAD_EXAMPLE, help=_("链头：打印、邮寄、会签"))(
    evidence_seals.head
)
app.command("key", epilog=evidence_seals.KEY_EXAMPLE, help=_("签名密钥：列出、更换"))(
    evidence_seals.key
)
app.command("touch", epilog=evidence_seals.TOUCH_EXAMPLE, help=_("保管记录：谁动过，记一笔"))(
    evidence_seals.touch
)

_KEEP_EXAMPLE = "shouyi evidence snapshot demo-gbk:17"
_VERIFY_EXAMPLE = "shouyi evidence verify data/run/evidence/20261125T020000Z-0123abcd"


@app.command("snapshot", epilog=_KEEP_EXAMPLE, help=_("固定一条信息的网页，或一个网址"))
def snapshot(
    listing: Annotated[str, typer.Argument(metavar="LISTING|URL", help=_("信息编号或网址"))],
    *,
    by: Annotated[str, typer.Option("--by", help=_("谁要求固定，记入清单"))] = "command line",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Keep one page; exit 1 where what was seen is not the listing."""
    from crawlers.sources import gate_of, load_sources
    from evidence.shelf import Shelf
    from evidence.snapshot import Wanted, of_listing, take_all
    from pipeline.base.clock import SystemClock
    from pipeline.base.settings import shipped
    from pipeline.store.open import open_store

    log.set_up(level=logging.WARNING)
    settings, clock = settings_of(home), SystemClock()
    gate = gate_of(load_sources(shipped("sources"), settings.own_sources).values())
    is_address = "://" in listing
    if is_address:
        _may_go(gate, listing)
    db = open_store(settings.database, create=is_address)
    with closing(db.conn):
        Shelf.of(settings).tidy(db, clock=clock)
        wanted = (
            Wanted(url=listing, asked_by=by) if is_address else of_listing(db, listing, asked_by=by)
        )
    kept = list(take_all(settings, [wanted], gate=gate, clock=clock))
    for one in kept:
        if as_json:
            emit(_told(one.row, one.folder))
        else:
            _say_kept(one.row, one.folder)
    if not kept or kept[0].state != "sealed":
        raise typer.Exit(1)


@app.command("verify", epilog=_VERIFY_EXAMPLE, help=_("校验固定、证据包或数据目录，可离线进行"))
def verify_kept(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...", help=_("一份固定、一个证据包（文件夹或 zip）或整个数据目录")
        ),
    ],
    *,
    authorities: Annotated[
        Path | None,
        typer.Option("--authorities", help=_("我们信任的时间戳根证书（PEM）所在的文件夹")),
    ] = None,
    by: Annotated[str, typer.Option("--by", help=_("谁，记入保管记录"))] = "command line",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Verify snapshots and packages; exit 1 where anything differs from what was sealed."""
    missing = next((path for path in paths if not path.exists() and not path.is_symlink()), None)
    if missing is not None:
        raise NotFound(str(missing), _("没有这个文件夹"))
    log.set_up(level=logging.WARNING)
    is_ok = True
    for path in paths:
        verdicts = list(_verdicts(path, authorities))
        is_ok = is_ok and all(verdict.is_ok for verdict in verdicts)
        for verdict in verdicts:
            _tell(verdict, as_json=as_json)
        _note_verified(path, verdicts, by=by, home=home)
    if not is_ok:
        raise typer.Exit(1)


def _tell(verdict: Verdict, *, as_json: bool) -> None:
    if not as_json:
        _say_verified(verdict)
        return
    emit(
        {
            "path": str(verdict.path),
            "ok": verdict.is_ok,
            "files": verdict.files,
            "problems": list(verdict.problems),
            "signed_by": verdict.signed_by,
            "timestamp": verdict.timestamp,
        }
    )


def _note_verified(path: Path, verdicts: list[Verdict], *, by: str, home: Path | None) -> None:
    """Write the custody log of the home that it lies in, or that was named; if it lets us."""
    from evidence import custody
    from pipeline.base.clock import SystemClock
    from pipeline.store.open import open_store

    here = path.resolve()
    known = [home] if home else [here, here.parent, here.parent.parent]
    database = next((one / "shouyi.db" for one in known if (one / "shouyi.db").is_file()), None)
    if database is None:
        return
    is_one = len(verdicts) == 1
    count = sum(len(verdict.problems) for verdict in verdicts)
    try:
        db = open_store(database, create=False)
        with closing(db.conn):
            custody.note(
                db,
                clock=SystemClock(),
                who=by,
                did=custody.Touch.VERIFIED,
                what=here.name if is_one else custody.HOME,
                details={"problems": count, "snapshots": len(verdicts)},
            )
    except (ShouyiError, sqlite3.Error, OSError) as error:
        said = _("校验已做，保管记录写不进去：{why}").format(why=error)
        typer.echo(said, err=True)


def _may_go(gate: Gate, url: str) -> None:
    """Refuse an address before anything is made for it.

    Raises:
        BadInput: the gate does not let it pass.
    """
    try:
        gate.check_resolved(url)
    except FetchRefused as error:
        raise BadInput(error.where, error.what, error.mend) from error


def _verdicts(path: Path, authorities: Path | None) -> Iterator[Verdict]:
    from evidence.package.check import is_package, verify_package
    from evidence.package.zipped import is_zip, verify_zip

    if is_zip(path):
        yield verify_zip(path, authorities=authorities)
    elif is_package(path):
        yield verify_package(path, authorities=authorities)
    elif snapshots_in(path) is None:
        yield verify(path, authorities=authorities)
    else:
        yield from verify_all(path, authorities=authorities)


def _told(row: Kept, folder: Path) -> dict[str, Any]:
    return {
        "snapshot": row.snapshot_id,
        "listing": row.listing_id,
        "url": row.url,
        "state": row.state,
        "page": row.page,
        "complete": bool(row.is_complete),
        "reason": row.reason,
        "seconds": row.took_seconds,
        "path": str(folder),
    }


def _say_kept(row: Kept, folder: Path) -> None:
    out = Console()
    if row.state == "sealed":
        out.print(_("已固定：{folder}").format(folder=folder), style="green", markup=False)
        if row.reason:
            out.print(_("  但不完整：{why}").format(why=row.reason), markup=False)
    else:
        out.print(_("固定未成：{why}").format(why=row.reason), style="red", markup=False)
        out.print(_("  所见已作为失败记录留存：{folder}").format(folder=folder), markup=False)


def _say_verified(verdict: Verdict) -> None:
    out = Console()
    if verdict.is_ok:
        said = (
            _("{path}：校验通过，{n} 个文件与固定时一致")
            if verdict.files
            else _("{path}：链条完整")
        )
        out.print(
            said.format(path=verdict.path, n=verdict.files),
            style="green",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        if verdict.files:
            by = verdict.signed_by or _("没有签名（旧格式）")
            at = verdict.timestamp or _("无第三方时间戳")
            told = _("  签名：{by}；时间戳：{at}").format(by=by, at=at)
            out.print(told, markup=False, highlight=False, soft_wrap=True)
        for note in verdict.notes:
            out.print(f"  {note}", markup=False, highlight=False, soft_wrap=True)
        return
    out.print(
        _("{path}：校验不通过").format(path=verdict.path), style="red", markup=False, soft_wrap=True
    )
    for problem in verdict.problems:
        out.print(f"  - {problem}", markup=False, highlight=False, soft_wrap=True)
