"""``shouyi lexicon``: is it sound, what does a word mean, what is in it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands import lexicon_benign, lexicon_change, lexicon_learn
from commands.edge import AsJson, Home, emit, settings_of
from keywords.compiled import Entry
from keywords.hits import Species
from keywords.kinds import CONFUSER, KINDS
from keywords.lexicon import Lexicon
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.score import load_lexicon

app = typer.Typer(
    no_args_is_help=True, epilog=_("例：shouyi lexicon check；shouyi lexicon explain 红点颏")
)

app.command(
    "add", help=_("提出新词或改动：先是草案，不动任何判读。"), epilog=lexicon_change.ADD_EXAMPLE
)(lexicon_change.add)
app.command(
    "retire",
    help=_("提出停用一个词：也先是草案。"),
    epilog=_("例：shouyi lexicon retire 口鸟 --why 一季无真命中"),
)(lexicon_change.retire)
app.command(
    "preview",
    help=_("试一个变更：对全部库存会有什么影响；什么都不写。"),
    epilog=lexicon_change.PREVIEW_EXAMPLE,
)(lexicon_change.preview)
app.command(
    "changes",
    help=_("列出变更：谁、何时、为什么，试跑每夜的计数。"),
    epilog=_("例：shouyi lexicon changes --state shadow"),
)(lexicon_change.list_changes)
app.command(
    "shadow",
    help=_("试跑：每夜只计数，不动判读。"),
    epilog=_("例：shouyi lexicon shadow 3 --why 先看两周 --by zhao"),
)(lexicon_change.shadow)
app.command(
    "accept",
    help=_("采纳：写入本局词库，重读库存，旧判读保留。"),
    epilog=_("例：shouyi lexicon accept 3 --why 试跑两周全对 --by zhao"),
)(lexicon_change.accept)
app.command(
    "refuse",
    help=_("不采纳；由研判得出的提议没有新证据不再提出。"),
    epilog=_("例：shouyi lexicon refuse 3 --why 是菜名 --by zhao"),
)(lexicon_change.refuse)
app.command(
    "rollback",
    help=_("撤回已采纳的变更，重读库存。"),
    epilog=_("例：shouyi lexicon rollback 3 --why 误报太多 --by zhao"),
)(lexicon_change.roll_back)
app.command(
    "propose",
    help=_("由研判结论提议新词、伪装写法、形近词和该停用的词，各附例子；由人决定。"),
    epilog=lexicon_learn.PROPOSE_EXAMPLE,
)(lexicon_learn.propose)
app.command(
    "fit",
    help=_("在本机训练排序器：只排先后，从不隐藏；比现在差就不采用。"),
    epilog=lexicon_learn.FIT_EXAMPLE,
)(lexicon_learn.fit)
app.add_typer(
    lexicon_benign.app, name="benign", help=_("白名单：可信的卖家、来源、字句，有期限、有抽查。")
)

OFFICIAL = {"I": 92, "II": 302, "sanyou": 1028}
"""Birds on the lists in force.

Source: 国家重点保护野生动物名录, 公告 2021 年第 3 号 (92 of class I, 302 of class II);
三有名录, 公告 2023 年第 17 号 (1,028).
"""
_LEVELS = {"I": _("国家一级"), "II": _("国家二级"), "sanyou": _("三有"), "none": _("不在名录")}


@app.command(
    help=_("检查词库：按级别计数，与公布数对照；哪些行是推定的、未核对的。"),
    epilog=_("例：shouyi lexicon check --json"),
)
def check(*, as_json: AsJson = False, home: Home = None) -> None:
    """Count birds by level beside the official numbers; name what is inferred or unverified."""
    lexicon = load_lexicon(settings_of(home))
    found = _checked(lexicon)
    if as_json:
        emit(found)
    else:
        _print_checked(found)
    if any(row["here"] != row["official"] for row in found["levels"]):
        raise typer.Exit(1)


@app.command(
    help=_("解释一个词：指什么鸟，强弱，怎样写也认得，哪些词不算。"),
    epilog=_("例：shouyi lexicon explain 红点颏"),
)
def explain(
    term: Annotated[str, typer.Argument(help=_("一个词，或一种鸟的名字"))],
    *,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Say which bird a word means, how else it is recognised, and what does not count."""
    settings = settings_of(home)
    lexicon = load_lexicon(settings)
    form = lexicon.fold(term)
    if not form:
        raise BadInput("term", f"{term!r} holds nothing to read", "give a word")
    told = _explained(lexicon, form)
    if not told["terms"] and not told["lookalikes"]:
        raise NotFound("lexicon", f"{term} is not in it", "see shouyi lexicon list")
    terms = [each["term"] for each in told["terms"]]
    told["life"] = [*map(lexicon_learn.told_life, lexicon_learn.life_of(settings, terms))]
    if as_json:
        emit(told)
    else:
        _print_explained(told)


app.command(
    "show",
    help=_("同 explain：一个词的一切，连同研判中首次、最近一次真命中。"),
    epilog=_("例：shouyi lexicon show 红点颏"),
)(explain)


@app.command(
    name="list",
    help=_("列出词库里的词，或鸟种。"),
    epilog=_("例：shouyi lexicon list --kind gear；shouyi lexicon list --species"),
)
def list_(
    *,
    kind: Annotated[str, typer.Option(help=_("只列这一类词，如 bird、gear、hush"))] = "",
    species: Annotated[bool, typer.Option("--species", help=_("列出鸟种而不是词"))] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List words, or birds."""
    if kind and kind not in KINDS:
        raise BadInput("--kind", f"{kind!r} is no kind", f"give one of {', '.join(KINDS)}")
    lexicon = load_lexicon(settings_of(home))
    rows = _birds(lexicon) if species else _terms(lexicon, kind)
    if as_json:
        for row in rows:
            emit(row)
        return
    rows = list(rows)
    table = Table(*(rows[0] if rows else ()), box=None)
    for row in rows:
        table.add_row(*(_shown(value) for value in row.values()))
    Console().print(table)


def _checked(lexicon: Lexicon) -> dict[str, Any]:
    birds = [bird for bird in lexicon.species.values() if not bird.members]
    counts = Counter(bird.level for bird in birds)
    return {
        "lexicon": lexicon.version,
        "levels": [
            {"level": level, "here": counts[level], "official": official}
            for level, official in OFFICIAL.items()
        ],
        "none": counts["none"],
        "inferred": [bird.name for bird in birds if bird.is_inferred],
        "provenance": dict(Counter(bird.provenance for bird in birds).most_common()),
        "unverified": sum("未与公报核对" in bird.provenance for bird in birds),
        "terms": dict(Counter(entry.kind for entry in lexicon.terms()).most_common()),
        "lookalikes": sum(entry.kind == CONFUSER for entry in lexicon.entries()),
        "spellings": sum(entry.via != "plain" for entry in lexicon.entries()),
    }


def _print_checked(found: dict[str, Any]) -> None:
    console = Console()
    table = Table(_("级别"), _("本库"), _("公布数"), "", box=None)
    for row in found["levels"]:
        sign = "✓" if row["here"] == row["official"] else _("不符")
        table.add_row(_LEVELS[row["level"]], str(row["here"]), str(row["official"]), sign)
    table.add_row(_LEVELS["none"], str(found["none"]), "", "")
    console.print(table)
    console.print(_("推定、须核对公告原件：") + "、".join(found["inferred"]))
    console.print(_("未与公报核对：{n} 种").format(n=found["unverified"]))
    for provenance, count in found["provenance"].items():
        console.print(f"  {count:>5}  {provenance}")
    words = "  ".join(f"{kind} {count}" for kind, count in found["terms"].items())
    console.print(_("词：") + words)
    console.print(
        _("形近词 {looks}，按规则生成的变体 {made}，词库版本 {version}").format(
            looks=found["lookalikes"], made=found["spellings"], version=found["lexicon"]
        )
    )


def _explained(lexicon: Lexicon, form: str) -> dict[str, Any]:
    own = [entry for entry in lexicon.entries() if entry.form == form]
    meant = {entry.term for entry in own}
    return {
        "form": form,
        "terms": [_told(entry) for entry in own if entry.kind != CONFUSER],
        "birds": [
            _bird(lexicon.species[name])
            for name in dict.fromkeys(
                name for entry in own if entry.kind != CONFUSER for name in entry.species
            )
        ],
        "spellings": [
            {"form": entry.form, "via": entry.via}
            for entry in lexicon.entries()
            if entry.term in meant and entry.via != "plain"
        ],
        "lookalikes": [
            {"word": entry.term, "kind": entry.species[0]}
            for entry in lexicon.entries()
            if entry.kind == CONFUSER and form in entry.form
        ],
        "lexicon": lexicon.version,
    }


def _print_explained(told: dict[str, Any]) -> None:
    console = Console()
    for term in told["terms"]:
        console.print(f"{term['term']}  {term['kind']}  {term['strength']}", style="bold")
    for bird in told["birds"]:
        level = _LEVELS[bird["level"]]
        console.print(f"  {bird['name']} {bird['latin']}  {level}  {bird['list_on']}")
        console.print(f"    {bird['provenance']}", style="dim")
    for did in told["life"]:
        console.print(
            _("  研判：真命中 {true}，误命中 {false}；首次 {first}，最近 {last}").format(
                true=did["true"],
                false=did["false"],
                first=(did["first"] or "—")[:10],
                last=(did["last"] or "—")[:10],
            )
        )
    if told["spellings"]:
        shown = "、".join(spelling["form"] for spelling in told["spellings"][:12])
        console.print(_("这样写也认得：") + shown)
    if told["lookalikes"]:
        shown = "、".join(look["word"] for look in told["lookalikes"])
        console.print(_("这些词里的不算：") + shown)


def _terms(lexicon: Lexicon, kind: str) -> Iterable[dict[str, Any]]:
    return (_told(entry) for entry in lexicon.terms() if not kind or entry.kind == kind)


def _birds(lexicon: Lexicon) -> Iterable[dict[str, Any]]:
    return (_bird(bird) for bird in lexicon.species.values())


def _told(entry: Entry) -> dict[str, Any]:
    return {
        "term": entry.term,
        "kind": entry.kind,
        "part": KINDS[entry.kind].value,
        "species": list(entry.species),
        "strength": entry.strength,
    }


def _bird(bird: Species) -> dict[str, Any]:
    told = asdict(bird)
    told["list_on"] = bird.list_on.isoformat() if bird.list_on else ""
    return told


def _shown(value: Any) -> str:
    return "、".join(value) if isinstance(value, list | tuple) else str(value)
