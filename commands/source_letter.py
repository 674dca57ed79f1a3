"""``shouyi source letter``: a letter that asks a platform for an official interface."""

from pathlib import Path
from typing import Annotated

import typer

from commands.edge import AsJson, Home, emit, settings_of
from crawlers.letter import letter_of
from crawlers.sources import load_sources, shipped_sources
from pipeline.base.clock import SystemClock, beijing_day
from pipeline.base.errors import NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.store import crawls
from pipeline.store.crawls import Run
from pipeline.store.open import open_store

HELP = _("起草一封函，请平台提供官方接口；由人核对、盖章、寄出。")
EXAMPLE = _("例：shouyi source letter goofish --out letter.docx")


def run(
    name: Annotated[str, typer.Argument(help=_("来源的 key，见 shouyi source list"))],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("写成 .docx 或文本"), show_default=False)
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Draft the letter; the last refusal of this source, where there was one, is told in it."""
    settings = settings_of(home)
    sources = load_sources(shipped_sources(), settings.own_sources)
    if name not in sources:
        raise NotFound("source", f"there is no source {name[:60]}", "see shouyi source list")
    refused = _last_refusal(settings, name)
    letter = letter_of(sources[name], on=beijing_day(SystemClock().now()), blocked=refused)
    if out is not None:
        letter.write(out)
    if as_json:
        emit(
            {
                "source": name,
                "title": letter.title,
                "text": letter.as_text(),
                "file": str(out) if out else None,
                "run": refused.run_id if refused else None,
            }
        )
    else:
        typer.echo(str(out) if out else letter.as_text())


def _last_refusal(settings: Settings, name: str) -> Run | None:
    if not settings.database.is_file():
        return None
    db = open_store(settings.database)
    try:
        return crawls.last_in_state(db, name, "blocked")
    finally:
        db.conn.close()
