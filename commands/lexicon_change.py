"""``shouyi lexicon add | alter | retire | preview | changes | shadow | accept | ...``."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from casework.words import changes, life, shadows, trying
from casework.words.changes import Change, State
from casework.words.trying import Tried
from commands.edge import AsJson, Home, emit, settings_of
from commands.shown import one_line, word
from keywords.changes import Line, read_lines, typed
from keywords.lexicon import LexiconError
from keywords.rows import Row
from pipeline.base.clock import SystemClock, beijing_iso, unstamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.rescore import Rescored, rescore
from pipeline.score import load_reader
from pipeline.store.open import Database, open_store

Kind = Annotated[str, typer.Option("--kind", help=_("这个词说明什么，如 code、gear、hush"))]
Birds = Annotated[str, typer.Option("--species", help=_("指哪些鸟，多个用 ; 隔开"))]
Strength = Annotated[
    str, typer.Option("--strength", help=_("单凭它有多可信：strong、medium、weak"))
]
Region = Annotated[str, typer.Option("--region", help=_("哪里这样说"))]
IsNot = Annotated[str, typer.Option("--is-not", help=_("不指什么"))]
Source = Annotated[str, typer.Option("--source", help=_("在哪里、什么时候见到这个词"))]
By = Annotated[str, typer.Option("--by", metavar="USER", help=_("谁提出，登录名"))]
Decider = Annotated[str, typer.Option("--by", metavar="USER", help=_("谁决定，登录名"))]
Why = Annotated[str, typer.Option("--why", help=_("为什么，一句话，记入日志"))]
Number = Annotated[int, typer.Argument(metavar="CHANGE", help=_("变更号，见 lexicon changes"))]

ADD_EXAMPLE = _(
    "例：shouyi lexicon add 黄豆眉 --kind code --species 画眉 --source 鞍山鸟市 --why 新叫法"
)
PREVIEW_EXAMPLE = _(
    "例：shouyi lexicon preview 3；shouyi lexicon preview change.csv；"
    "shouyi lexicon preview 黄豆眉 --kind code --species 画眉"
)


def add(
    term: Annotated[str, typer.Argument(help=_("新词；成批的用 --file"))] = "",
    *,
    kind: Kind = "",
    species: Birds = "",
    strength: Strength = "medium",
    region: Region = "",
    is_not: IsNot = "",
    source: Source = "",
    do: Annotated[
        str, typer.Option("--do", help=_("add 添加、alter 改写、lookalike 形近词、retire 停用"))
    ] = "add",
    file: Annotated[
        Path | None, typer.Option("--file", help=_("CSV 或 YAML，每行一个词"), show_default=False)
    ] = None,
    change: Annotated[
        int, typer.Option("--change", help=_("改写这份草案，而不是另起一份"), show_default=False)
    ] = 0,
    why: Why,
    by: By = life.AT_THE_MACHINE,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Draft a change: it touches nothing until somebody accepts it."""
    line = Line(
        do=do,
        term=term,
        kind=kind,
        species=species,
        strength="" if do in {"lookalike", "retire"} else strength,
        region=region,
        is_not=is_not,
        source=source,
    )
    rows = _rows(line, file)
    settings, clock = settings_of(home), SystemClock()
    with _store(settings) as db:
        kept = (
            life.edit(db, settings, change, rows, by=by, why=why, clock=clock)
            if change
            else life.draft(db, settings, rows, by=by, why=why, clock=clock)
        )
    _tell_change(kept, as_json=as_json)


def retire(
    term: Annotated[str, typer.Argument(help=_("词库里的一个词"))],
    *,
    why: Why,
    by: By = life.AT_THE_MACHINE,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Draft that a word is no longer looked for."""
    settings = settings_of(home)
    rows = [typed(Line(do="retire", term=term, source=why))]
    with _store(settings) as db:
        kept = life.draft(db, settings, rows, by=by, why=why, clock=SystemClock())
    _tell_change(kept, as_json=as_json)


def preview(
    what: Annotated[
        str, typer.Argument(metavar="CHANGE|FILE|TERM", help=_("变更号、文件或一个词"))
    ],
    *,
    kind: Kind = "",
    species: Birds = "",
    strength: Strength = "medium",
    do: Annotated[
        str, typer.Option("--do", help=_("试一个词时：add、alter、lookalike、retire"))
    ] = ("add"),
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Try a change on all that is stored; nothing is written."""
    settings, clock = settings_of(home), SystemClock()
    with _store(settings) as db:
        if what.isdecimal() and not kind and do == "add":
            lines = changes.get(db, int(what)).lines
        else:
            is_file = what.endswith((".csv", ".yml", ".yaml")) or Path(what).is_file()
            plain = do in {"lookalike", "retire"}
            line = Line(
                do=do,
                term=what,
                kind=kind,
                species=species,
                strength="" if plain else strength,
                source=_("试用"),
            )
            lines, _version = life.check(_rows(line, Path(what) if is_file else None), settings)
        with progress(_("试读库存")) as on_progress:
            tried = trying.preview(db, settings, lines, clock=clock, on_progress=on_progress)
    if as_json:
        emit(tried.told())
    else:
        tell_tried(tried)


def list_changes(
    *,
    state: Annotated[str, typer.Option("--state", help=_("只列这一种，如 draft、shadow"))] = "",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List changes with their steps, newest first."""
    if state and state not in set(State):
        raise BadInput("--state", _("没有“{state}”").format(state=state), ", ".join(State))
    with _store(settings_of(home)) as db:
        for change in changes.all_of(db, State(state) if state else None):
            _tell_change(change, as_json=as_json, nights=shadows.nights_of(db, change.change_id))


def shadow(
    change: Number, *, why: Why, by: Decider, as_json: AsJson = False, home: Home = None
) -> None:
    """Count each night what a draft would have done."""
    with _store(settings_of(home)) as db:
        kept = life.shadow(db, change, by=by, why=why, clock=SystemClock())
    _tell_change(kept, as_json=as_json)


def refuse(
    change: Number, *, why: Why, by: Decider, as_json: AsJson = False, home: Home = None
) -> None:
    """Refuse a change."""
    with _store(settings_of(home)) as db:
        kept = life.refuse(db, change, by=by, why=why, clock=SystemClock())
    _tell_change(kept, as_json=as_json)


def accept(
    change: Number, *, why: Why, by: Decider, as_json: AsJson = False, home: Home = None
) -> None:
    """Put a change into the own word list, and read again what is stored."""
    settings = settings_of(home)
    with _store(settings) as db:
        kept = life.accept(db, settings, change, by=by, why=why, clock=SystemClock())
        result = read_again(db, settings)
    _tell_change(kept, as_json=as_json, result=result)


def roll_back(
    change: Number, *, why: Why, by: Decider, as_json: AsJson = False, home: Home = None
) -> None:
    """Take an accepted change back, and read again what is stored."""
    settings = settings_of(home)
    with _store(settings) as db:
        kept = life.roll_back(db, settings, change, by=by, why=why, clock=SystemClock())
        result = read_again(db, settings)
    _tell_change(kept, as_json=as_json, result=result)


def read_again(db: Database, settings: Settings) -> Rescored:
    """Read again what the lexicon of today has not read; progress goes to standard error."""
    with progress(_("重读库存")) as on_progress:
        return rescore(db, load_reader(settings), clock=SystemClock(), on_progress=on_progress)


def tell_tried(tried: Tried) -> None:
    """Print what a change would have done, for people."""
    console = Console()
    told = _(
        "读了库存 {stored} 条（另有 {faded} 条已淡出，试不了）；可能受影响的 {read} 条细读两遍。"
    )
    console.print(told.format(stored=tried.stored, faded=tried.faded, read=tried.read))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row(_("新命中 / 不再命中"), f"{tried.new_hits} / {tried.lost_hits}")
    table.add_row(_("新列为可疑"), f"{tried.enters}{_calls(tried.enters_by_call)}")
    table.add_row(_("不再可疑"), f"{tried.leaves}{_calls(tried.leaves_by_call)}")
    table.add_row(_("每天多出的研判"), _("约 {n} 条").format(n=tried.a_day))
    table.add_row(_("词库版本"), f"{tried.now} -> {tried.then}")
    console.print(table)
    if tried.leaves_by_call.get("confirmed"):
        console.print(_("注意：不再可疑的信息里有已判“属实”的。"), style="bold red")
    for each in tried.examples:
        console.print(
            f"  {word('tried:' + each.what)}  {each.listing_id}  {each.before} -> {each.after}  "
            f"{each.term}  “{one_line(each.quote, 60)}”",
            markup=False,
            highlight=False,
        )
    console.print(_("什么都没有写入。"), style="dim")


def _calls(by_call: dict[str, int]) -> str:
    told = "，".join(f"{word(call)} {number}" for call, number in by_call.items())
    return _("（其中已研判：{told}）").format(told=told) if told else ""


def _tell_change(
    change: Change,
    *,
    as_json: bool,
    nights: list[shadows.Shadow] | None = None,
    result: Rescored | None = None,
) -> None:
    if as_json:
        emit(_told(change, nights, result))
        return
    console = Console()
    console.print(
        _("变更 {number}：{state}").format(number=change.change_id, state=change.state.shown),
        style="bold",
    )
    for line in change.lines[:20]:
        shown = "  ".join(
            filter(None, (line.do, line.term, line.kind, line.species, line.strength))
        )
        console.print(f"  {shown}", markup=False, highlight=False)
    for step in change.steps:
        at = beijing_iso(unstamp(step.at))[:16].replace("T", " ")
        console.print(f"  {at}  {step.who}  {step.did}  {step.why}", style="dim", markup=False)
    for night in nights or []:
        told = night.told
        console.print(
            _("  {night} 试跑：会多 {enters} 条、少 {leaves} 条可疑，新命中 {hits} 处").format(
                night=night.night_on,
                enters=told["enters"],
                leaves=told["leaves"],
                hits=told["new_hits"],
            )
        )
    if result is not None:
        console.print(
            _("重读 {read} 条：进入队列 {entered}，离开队列 {left}；旧的判读都留着。").format(
                read=result.read, entered=result.entered, left=result.left
            )
        )
    if change.state is State.DRAFT:
        console.print(
            _("还没有生效。先试：shouyi lexicon preview {number}").format(number=change.change_id)
        )


def _told(
    change: Change, nights: list[shadows.Shadow] | None, result: Rescored | None
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "change": change.change_id,
        "state": change.state,
        "origin": change.origin,
        "lines": [line.told() for line in change.lines],
        "because": dict(change.because),
        "lexicon": change.lexicon,
        "steps": [
            {"at": beijing_iso(unstamp(step.at)), "who": step.who, "did": step.did, "why": step.why}
            for step in change.steps
        ],
    }
    if nights is not None:
        told["nights"] = [{"night": night.night_on, **night.told} for night in nights]
    if result is not None:
        told |= {"read": result.read, "entered": result.entered, "left": result.left}
    return told


def _rows(line: Line, file: Path | None) -> list[Row]:
    if file is not None:
        try:
            return read_lines(file)
        except LexiconError as error:
            raise BadInput(error.where, error.what, error.mend) from error
    if not line.term:
        raise BadInput("TERM", _("没有写词"), _("写一个词，或用 --file"))
    return [typed(line)]


@contextmanager
def _store(settings: Settings) -> Iterator[Database]:
    db = open_store(settings.database, create=False)
    with closing(db.conn):
        yield db


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show how far long work has come, on standard error."""
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)
