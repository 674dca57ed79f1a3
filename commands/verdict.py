"""``shouyi verdict``: decide about one listing."""

import difflib
from typing import Annotated, Any

import typer
from rich.console import Console

from casework import reasons, verdicts
from casework.reasons import Call
from casework.verdicts import Given, Overtaken, Verdict
from commands.edge import AsJson, Home, emit, settings_of
from pipeline.base.clock import Clock, SystemClock, beijing_iso
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.store import listings
from pipeline.store.listings import Stored
from pipeline.store.open import Database, open_store

EXAMPLE = _("例：shouyi verdict demo-gbk:17 confirmed --reason wild_caught --by li")

_WORDS = {"属实": "confirmed", "合法": "lawful", "无关": "not_wildlife", "存疑": "unsure"}


def run(
    listing: Annotated[str, typer.Argument(metavar="LISTING", help=_("信息编号，见 queue"))],
    decision: Annotated[
        str,
        typer.Argument(
            metavar="DECISION",
            help=_("confirmed 属实、lawful 合法、not_wildlife 无关、unsure 存疑"),
        ),
    ],
    *,
    reason: Annotated[
        str,
        typer.Option(
            "--reason", metavar="CODE", help=_("理由代码，见 docs/reasons.md；写错会列出可用的")
        ),
    ],
    by: Annotated[str, typer.Option("--by", metavar="USER", help=_("研判人的登录名"))],
    note: Annotated[str, typer.Option("--note", help=_("备注"))] = "",
    version: Annotated[
        int | None,
        typer.Option(
            "--version",
            min=1,
            show_default=False,
            help=_("所见的版本（queue --json 的 version）；此后有变化则不写入"),
        ),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Give a verdict; the same one again changes nothing."""
    call = _call(decision)
    reasons.check(call, reason)
    db = open_store(settings_of(home).database, create=False)
    stored = listings.get(db, listing)
    verdict = Verdict(stored.listing_id, call, reason, by=by, note=note)
    given = _already(db, stored, verdict) or _give(db, stored, verdict, version, SystemClock())
    if as_json:
        emit(_told(given))
        return
    Console().print(
        _("{listing}：{call}（{reason}），{by}，{at}").format(
            listing=given.listing_id,
            call=given.call.shown,
            reason=reasons.check(call, reason).shown,
            by=given.by,
            at=beijing_iso(given.at)[:16].replace("T", " "),
        ),
        markup=False,
    )


def _told(given: Given) -> dict[str, Any]:
    return {
        "listing": given.listing_id,
        "decision": given.call,
        "at": beijing_iso(given.at),
        "reason": given.reason,
        "by": given.by,
        "note": given.note,
    }


def _call(decision: str) -> Call:
    name = _WORDS.get(decision, decision)
    if name in set(Call):
        return Call(name)
    near = difflib.get_close_matches(decision.lower(), [*Call], n=1, cutoff=0.4)
    mend = _("是否想用 {near}？").format(near=near[0]) if near else ""
    raise BadInput(
        "DECISION",
        _("没有结论“{decision}”").format(decision=decision),
        mend + _("可用：{all}").format(all=", ".join(f"{each} {each.shown}" for each in Call)),
    )


def _already(db: Database, stored: Stored, verdict: Verdict) -> Given | None:
    given = verdicts.standing(db, stored.listing_id)
    if given is None or stored.state != "judged" or given.version != stored.version:
        return None
    told = (given.call, given.reason, given.by, given.note)
    return given if told == (verdict.call, verdict.reason, verdict.by, verdict.note) else None


def _give(
    db: Database, stored: Stored, verdict: Verdict, version: int | None, clock: Clock
) -> Given:
    seen = version or stored.seen_version
    given = verdicts.standing(db, stored.listing_id)
    if version is None and stored.state == "judged" and given and given.by != verdict.by:
        what = _("{by} 已判为“{call}”").format(by=given.by, call=given.call.shown)
        mend = _("看过后仍要改判，请加 --version {version}").format(version=stored.seen_version)
        raise Overtaken(stored.listing_id, what, given, mend)
    return verdicts.give(db, verdict, seen_version=seen, clock=clock)
