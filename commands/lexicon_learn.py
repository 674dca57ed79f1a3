"""``shouyi lexicon propose | show | fit``: what verdicts teach, decided by a person."""

from contextlib import closing
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from casework.words import fitting, proposing, ranker, seen
from casework.words.fitting import Fitted
from casework.words.proposal import Proposal
from casework.words.seen import Seen
from commands.edge import AsJson, Home, emit, settings_of
from commands.lexicon_change import progress
from commands.shown import one_line, word
from pipeline.base.clock import SystemClock, beijing_iso, unstamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store.open import open_store

PROPOSE_EXAMPLE = _("例：shouyi lexicon propose；shouyi lexicon propose --keep --by li")
FIT_EXAMPLE = _("例：shouyi lexicon fit --dry-run；shouyi lexicon fit --by zhao --why 本季研判已够")


def propose(
    *,
    most: Annotated[int, typer.Option("--most", min=1, max=500, help=_("最多几个"))] = 20,
    keep: Annotated[bool, typer.Option("--keep", help=_("存为草案，供人采纳或不采纳"))] = False,
    by: Annotated[str, typer.Option("--by", metavar="USER", help=_("谁存的，登录名"))] = (
        "command line"
    ),
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Print words that verdicts propose, with examples; nothing changes without a person."""
    settings, clock = settings_of(home), SystemClock()
    with closing((db := open_store(settings.database, create=False)).conn):
        with progress(_("比对研判结论")) as on_progress:
            found = proposing.propose(db, settings, clock=clock, most=most, on_progress=on_progress)
        kept = proposing.keep(db, settings, found, by=by, clock=clock) if keep else []
    numbers: list[int | None] = [change.change_id for change in kept]
    numbers = numbers or [None] * len(found)
    if as_json:
        for each, number in zip(found, numbers, strict=True):
            emit({"change": number, "line": each.line.told(), **each.told()})
        return
    console = Console()
    for each, number in zip(found, numbers, strict=True):
        _tell_proposal(console, each, number)
    if not found:
        console.print(_("没有可提议的词：研判结论还太少，或都已在词库里。"))
    elif not keep:
        console.print(_("都还没有存下；存为草案：--keep --by USER"), style="dim")


def fit(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只试，不存"))] = False,
    off: Annotated[bool, typer.Option("--off", help=_("停用排序器，恢复按得分排"))] = False,
    by: Annotated[str, typer.Option("--by", metavar="USER", help=_("谁决定，登录名"))] = "",
    why: Annotated[str, typer.Option("--why", help=_("为什么，一句话，记入日志"))] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Fit the ranker; exit 1 where it would order worse than now and is refused."""
    settings, clock = settings_of(home), SystemClock()
    if not dry_run and not (by and why):
        raise BadInput("--by", _("存下排序器要写明是谁、为什么"), _("或只试：--dry-run"))
    with closing((db := open_store(settings.database, create=False)).conn):
        if off:
            gone = fitting.put_off(db, by=by, why=why, clock=clock)
            typer.echo(_("已停用 {n} 个排序器").format(n=gone), err=True)
            return
        fitted = fitting.fit(db, settings)
        ranked = 0
        if not dry_run:
            fitting.keep(db, fitted, by=by, why=why, clock=clock)
            ranked = ranker.rank_what_waits(db)
    if as_json:
        emit({**fitted.told(), "kept": not dry_run, "ranked": ranked})
    else:
        _tell_fitted(fitted, ranked=ranked, dry_run=dry_run)
    if not fitted.is_fit:
        raise typer.Exit(1)


def life_of(settings: Settings, terms: list[str]) -> list[Seen]:
    """Return how words did in what was judged; nothing where there is no database yet."""
    if not settings.database.is_file():
        return []
    with closing((db := open_store(settings.database, create=False)).conn):
        return [one for term in terms for one in seen.seen(db, term=term).values()]


def told_life(one: Seen) -> dict[str, Any]:
    """Return how a word did by the names that scripts rely on."""
    first, last = (
        beijing_iso(unstamp(at)) if at else None for at in (one.first_true_at, one.last_true_at)
    )
    return {"term": one.term, "true": one.true, "false": one.false, "first": first, "last": last}


def _tell_proposal(console: Console, each: Proposal, number: int | None) -> None:
    line = each.line
    words = (line.do, line.term, line.kind, line.species)
    console.print(
        (f"{number}  " if number else "") + "  ".join(filter(None, words)),
        style="bold",
        markup=False,
        highlight=False,
    )
    told = _("  {what}；属实卖家 {true}，排除 {false}；把握 {measure:.1f}").format(
        what=word(f"proposal:{each.what}"),
        true=each.confirmed,
        false=each.cleared,
        measure=abs(each.measure),
    )
    console.print(told, markup=False, highlight=False)
    for listing_id, quote in each.examples:
        console.print(
            f"    {listing_id}  {one_line(quote, 60)}", style="dim", markup=False, highlight=False
        )


def _tell_fitted(fitted: Fitted, *, ranked: int, dry_run: bool) -> None:
    console = Console()
    console.print(
        _("学自 {gold} 条金标准、{verdicts} 条研判；词库 {lexicon}；排序器 {version}").format(
            gold=fitted.gold,
            verdicts=fitted.verdicts,
            lexicon=fitted.lexicon,
            version=fitted.version,
        )
    )
    table = Table(box=None, pad_edge=False)
    for title in (
        _("留出"),
        _("份"),
        _("平均精度"),
        _("现在"),
        _("一、二级召回"),
        _("现在"),
    ):
        table.add_column(title, justify="right")
    for one in fitted.held:
        table.add_row(
            _("卖家") if one.by == "seller" else _("来源"),
            str(one.folds),
            f"{one.ours:.4f}",
            f"{one.plain:.4f}",
            f"{one.key_ours:.4f}",
            f"{one.key_plain:.4f}",
        )
    console.print(table)
    for name, weight in fitted.strongest:
        console.print(f"  {weight:+.2f}  {name}", style="dim", markup=False, highlight=False)
    if fitted.because:
        console.print(_("不采用：{because}").format(because=fitted.because), style="bold")
    elif dry_run:
        console.print(_("可以采用；这次只试，没有存。"))
    else:
        console.print(_("已采用：只排先后，从不隐藏；{n} 条待研判已排序。").format(n=ranked))
