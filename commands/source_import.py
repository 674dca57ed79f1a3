"""``shouyi source import``: a file that an officer or a volunteer brought, read and kept."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console

from commands.edge import AsJson, Home, emit, settings_of
from crawlers.brought import Bundle
from crawlers.families import reader_of
from crawlers.pages.base import Fetched
from crawlers.recognise import NOBODY, read_any
from crawlers.source import Source
from crawlers.sources import load_sources, shipped_sources
from pipeline.base.clock import BEIJING, Clock, SystemClock, stamp
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.ingest import NotKept, ingest_many
from pipeline.listing import Listing
from pipeline.score import load_reader
from pipeline.store import audit, imports
from pipeline.store.imports import Import
from pipeline.store.open import Database, open_store

BROUGHT = "brought"
"""The source of listings of sites that no source file speaks of."""

HELP = _("读入他人带来的网页：保存的页面、MHTML、HAR、WARC，或它们的 ZIP。")
EXAMPLE = _("例：shouyi source import page.mhtml --by 王警官 --note 群众提供")


def run(
    file: Annotated[Path, typer.Argument(help=_("带来的文件"))],
    *,
    by: Annotated[str, typer.Option("--by", help=_("谁带来的，记入该信息的来历"))],
    note: Annotated[str, typer.Option("--note", help=_("怎么得来的"))] = "",
    name: Annotated[
        str, typer.Option("--source", help=_("来源；不写则自动识别"), show_default=False)
    ] = "",
    url: Annotated[
        str, typer.Option("--url", help=_("页面原来的地址，文件里没有时要写"), show_default=False)
    ] = "",
    seen: Annotated[
        datetime | None,
        typer.Option("--seen-at", help=_("页面是何时保存的（北京时间）"), show_default=False),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Read a file through the same readers as a crawl, keep its listings, and who brought it."""
    settings = settings_of(home)
    clock = SystemClock()
    if not by.strip():
        raise BadInput("--by", "is empty", "say who brought the file")
    sources = load_sources(shipped_sources(), settings.own_sources)
    if name and name not in sources:
        raise NotFound("source", f"there is no source {name[:60]}", "see shouyi source list")
    seen_at = seen.replace(tzinfo=BEIJING) if seen else None
    bundle = Bundle(file, clock.now(), url=url, seen_at=seen_at)
    pages = [*_read(bundle, sources.get(name), sources.values())]
    if not pages and not bundle.left_out:
        raise BadInput(str(file), "holds no page that can be read", "save the page itself")
    reader = load_reader(settings)
    db = open_store(settings.database)
    try:
        said = _keep(db, reader, bundle, pages, by=by, note=note, clock=clock)
    finally:
        db.conn.close()
    if as_json:
        emit(said)
    else:
        _tell(said)
    if not said["listings"]:
        raise typer.Exit(1)


def _read(
    bundle: Bundle, wanted: Source | None, sources: Iterable[Source]
) -> Iterable[tuple[Fetched, list[Listing]]]:
    known = list(sources)
    for page in bundle.pages():
        source, read = (wanted, reader_of(wanted).either(page)) if wanted else read_any(page, known)
        found = [one for one in read.listings if one.site_id]
        if source is NOBODY:
            found = [_of_nobody(one, page.url) for one in found]
        if not found:
            bundle.leave_out(page.url, f"{read.verdict.kind}: {read.verdict.because}".strip(": "))
        yield page, found


def _of_nobody(listing: Listing, url: str) -> Listing:
    """Return a listing of a site without a source: its number is one of that site alone."""
    host = urlsplit(url).netloc.lower()
    own = listing.site_id.partition("://")[2] or f"{host}/{listing.site_id}"
    return replace(listing, source=BROUGHT, site_id=own[:200])


def _keep(
    db: Database,
    reader: Any,
    bundle: Bundle,
    pages: list[tuple[Fetched, list[Listing]]],
    *,
    by: str,
    note: str,
    clock: Clock,
) -> dict[str, Any]:
    body = bundle.path.read_bytes()
    found = {one.id: (page, one) for page, many in pages for one in many}
    listings = [one for _, one in found.values()]
    with db.atomic():
        answers = ingest_many(db, reader, listings, clock=clock)
        kept = [one for one, answer in zip(listings, answers, strict=True)
                if not isinstance(answer, NotKept)]  # fmt: skip
        record = Import(
            file_name=bundle.path.name[:200],
            sha256=hashlib.sha256(body).hexdigest(),
            size_bytes=len(body),
            kind=bundle.kind,
            brought_by=by.strip()[:200],
            note=note.strip()[:1000],
            pages=len(pages),
        )
        rows = [(one.id, found[one.id][0].url, stamp(one.seen_at)) for one in kept]
        number = imports.keep(db, record, rows, clock=clock)
        details = {"sha256": record.sha256, "pages": record.pages, "listings": len(kept)}
        audit.write(
            db, clock=clock, who=record.brought_by, did="file.imported",
            what=f"import:{number}", details=details,
        )  # fmt: skip
    outcomes = Counter(one.outcome for one in answers if not isinstance(one, NotKept))
    flagged = sum(one.ranked.is_suspicious for one in answers if not isinstance(one, NotKept))
    return {
        "import": number, "file": record.file_name, "kind": record.kind, "sha256": record.sha256,
        "by": record.brought_by, "pages": record.pages, "listings": len(kept),
        "new": outcomes["stored"], "changed": outcomes["changed"] + outcomes["returned"],
        "known": outcomes["known"], "flagged": flagged, "left_out": bundle.left_out,
        "ids": [one.id for one in kept],
    }  # fmt: skip


def _tell(said: dict[str, Any]) -> None:
    out = Console()
    out.print(
        _("{file}：{pages} 页，{listings} 条信息，新 {new}，疑似 {flagged}").format(**said),
        markup=False,
    )
    for why in said["left_out"]:
        out.print(f"  - {why}", markup=False, highlight=False)
    for listing_id in said["ids"]:
        out.print(f"  {listing_id}", markup=False, highlight=False)
