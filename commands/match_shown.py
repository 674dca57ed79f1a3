"""A judged listing for people: the words marked in the text, then every reason with its points."""

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from keywords.kinds import KINDS, Part
from pipeline.base.language import _
from pipeline.reading import Ranked
from pipeline.score import Reader

_LONGEST = 600  # characters of a field shown; the rest is counted
_STYLES = {Part.WHAT: "bold red", Part.DOING: "bold yellow", Part.AROUND: "cyan"}
_LEVELS = {"I": _("国家一级"), "II": _("国家二级"), "sanyou": _("三有"), "none": _("不在名录")}


def show(ranked: list[Ranked], reader: Reader) -> None:
    """Print listings to the terminal, or as plain lines where there is none."""
    console = Console(highlight=False, soft_wrap=False)
    for one in ranked:
        style = "red" if one.is_suspicious else "green"
        word = _("可疑") if one.is_suspicious else _("未见可疑")
        title = Text(f"{one.listing.site_id} {word} {one.score}/100".strip(), style=f"bold {style}")
        parts = [*_fields(one), _birds(one, reader), _reasons(one)]
        body = Group(*(part for part in parts if part is not None))
        console.print(Panel(body, title=title, title_align="left", border_style=style))


def _fields(one: Ranked) -> list[Text]:
    shown = []
    for field, text in one.listing.words().items():
        line = Text()
        at = [0]  # where each character begins once the marks are made visible
        for character in text[:_LONGEST]:
            line.append(character if character.isprintable() else f"<{ord(character):04X}>")
            at.append(len(line))
        for hit in one.hits:
            if hit.field == field and hit.end < len(at):
                line.stylize(_STYLES.get(KINDS[hit.kind], ""), at[hit.start], at[hit.end])
        if len(text) > _LONGEST:
            line.append(_("……共 {n} 字").format(n=len(text)))
        shown.append(Text(f"{field}: ", style="dim") + line)
    return shown


def _birds(one: Ranked, reader: Reader) -> Text | None:
    if not one.species:
        return None
    birds = [reader.lexicon.species[name] for name in one.species]
    named = [f"{bird.name}（{_LEVELS[bird.level]}）" for bird in birds]
    return Text(_("可能涉及：") + "、".join(named))


def _reasons(one: Ranked) -> Table | Text:
    if not one.signals:
        return Text(_("没有发现与鸟类交易有关的词。"))
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(justify="right")
    table.add_column()
    for signal in sorted(one.signals, key=lambda signal: -signal.points):
        style = "red" if signal.points > 0 else "green" if signal.points < 0 else "dim"
        table.add_row(Text(f"{signal.points:+.1f}", style=style), Text(signal.because))
    return table
