"""A letter that asks a platform for an official interface: drafted, never sent."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from crawlers.manners import USER_AGENT
from crawlers.source import Source
from pipeline.base.settings import shipped
from pipeline.base.yaml_file import read_yaml
from pipeline.store.crawls import Run

_FONT = "FangSong"
_FONT_ZH = "仿宋"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, paragraph by paragraph."""

    title: str
    to: str
    body: tuple[str, ...]
    close: tuple[str, ...]

    def as_text(self) -> str:
        """Return it as plain text."""
        return "\n\n".join((self.title, self.to, *self.body, *self.close)) + "\n"

    def write(self, file: Path) -> None:
        """Write it as ``.docx``, or as text under any other name."""
        aside = file.with_name(f".{file.name}")
        if file.suffix.lower() == ".docx":
            self._as_docx(aside)
        else:
            aside.write_text(self.as_text(), encoding="utf-8")
        aside.replace(file)

    def _as_docx(self, file: Path) -> None:
        # a fifth of a second, which each crawl would pay at its start
        from docx import Document  # noqa: PLC0415
        from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.shared import Pt  # noqa: PLC0415

        paper = Document()
        style = paper.styles["Normal"]
        style.font.name, style.font.size = _FONT, Pt(16)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT_ZH)
        title = paper.add_paragraph()
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = title.add_run(self.title)
        run.bold, run.font.size = True, Pt(22)
        paper.add_paragraph(self.to)
        for words in self.body:
            paper.add_paragraph(words).paragraph_format.first_line_indent = Pt(32)
        for words in self.close:
            paper.add_paragraph(words)
        with file.open("wb") as out:
            paper.save(out)


def letter_of(source: Source, *, on: date, blocked: Run | None = None) -> Letter:
    """Return the letter to the platform of a source; ``blocked``: the run that was refused."""
    said = read_yaml(shipped("letters.yml")).value["interface"]
    event = said["event_none"]
    if blocked is not None:
        event = said["event_blocked"].format(
            at=blocked.night_on, run=blocked.run_id, because=blocked.because or blocked.cause
        )
    facts = {
        "platform": source.platform or source.name,
        "name": source.name,
        "url": source.base_url,
        "hours": source.interval_seconds // 3600,
        "agent": source.manners.user_agent or USER_AGENT,
        "pace": f"{source.manners.seconds_between:g}",
        "event": event,
    }
    wishes = [f"{number}．{wish}" for number, wish in enumerate(said["wishes"], start=1)]
    body = [part.format(**facts) for part in (*said["paragraphs"], *wishes)]
    day = f"{on.year}年{on.month}月{on.day}日"
    return Letter(
        said["title"],
        said["to"].format(**facts),
        tuple(body),
        (said["close"], said["contact"], said["sender"], day),
    )


def draft_for(source: Source, blocked: Run, *, home: Path, on: date) -> Path | None:
    """Draft a letter because a run was refused; once a month for a source, None where it lies."""
    file = home / "letters" / f"{source.key}-{on:%Y-%m}.docx"
    if file.exists():
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    letter_of(source, on=on, blocked=blocked).write(file)
    return file
