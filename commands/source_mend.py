"""``shouyi source mend``: new rules for a site that changed, learnt from what is stored of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.edge import AsJson, Home, emit, settings_of
from commands.source_new import Address, Look, Saved, saved_page, write_file
from crawlers.drafting.mend import ListMend, New, mend_detail, mend_list
from crawlers.drafting.patch import patched
from crawlers.drafting.written import source_of_text
from crawlers.families import reader_of
from crawlers.pages.base import Fetched
from crawlers.source import Source
from crawlers.sources import gate_of, load_source, load_sources, shipped_sources
from pipeline.base.clock import SystemClock
from pipeline.base.errors import BadInput, NotFound, PageChanged, ShouyiError
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.listing import Listing
from pipeline.store import listings
from pipeline.store.open import open_store

_MOST_STORED = 600
_DETAILS = 2
_STORED = """
    select listing_id from listings
     where source = ? and content <> '' and gone_at is null
     order by last_seen_at desc limit ?
"""


def run(
    name: Annotated[str, typer.Argument(help=_("来源的 key，见 shouyi source list"))],
    *,
    file: Saved = None,
    address: Address = "",
    accept: Annotated[
        bool, typer.Option("--accept", help=_("写入新规则；原文件留作 .before"))
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Propose new rules, with a table of before and after; nothing is written without --accept."""
    settings = settings_of(home)
    sources = load_sources(shipped_sources(), settings.own_sources)
    if name not in sources:
        raise NotFound("source", f"there is no source {name[:60]}", "see shouyi source list")
    source, path = sources[name], path_of(settings, name)
    stored = _stored(settings, name)
    if not stored:
        what = "has no stored listings to learn from"
        raise BadInput(name, what, "crawl it first, or use shouyi source new")
    look = Look(gate_of(sources.values()), SystemClock(), is_saved=file is not None)
    mended = _mended(source, path, stored, look, _pages(source, look, file, address))
    for line in mended.lines():
        if as_json:
            emit(line)
    if not as_json:
        _show(mended)
    if not mended.is_better:
        raise PageChanged(name, "nothing better was found", "mend it by hand: docs/sources.md")
    if accept:
        accept_file(settings, path, mended.text)
    elif not as_json and mended.changes:
        typer.echo(_("接受请加 --accept；原文件会留作 .before"), err=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field before and after: its rule, and the share of listings it is read in."""

    section: str
    field: str
    before: str
    after: str
    read_before: float
    read_after: float
    agrees: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What was proposed for one source."""

    source: Source
    text: str
    known: int
    changes: tuple[Change, ...]

    @property
    def is_better(self) -> bool:
        """Whether the new rules read at least as much, or nothing needs to change."""
        before = sum(one.read_before for one in self.changes)
        return sum(one.read_after for one in self.changes) >= before

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield one JSON object a field."""
        for one in self.changes:
            yield {
                "source": self.source.key,
                "section": one.section,
                "field": one.field,
                "before": one.before,
                "after": one.after,
                "read_before": round(one.read_before, 3),
                "read_after": round(one.read_after, 3),
                "agrees": None if one.agrees is None else round(one.agrees, 3),
                "known": self.known,
            }


def _pages(source: Source, look: Look, file: Path | None, address: str) -> list[Fetched]:
    """Return today's list page: the one that was given, or the source's own first."""
    if file is not None:
        return [saved_page(file, address, look.clock)]
    starts = source.starts()
    return [look.at(address or source.index_url(starts[0]))]


def _mended(
    source: Source, path: Path, stored: Sequence[Listing], look: Look, pages: list[Fetched]
) -> Mended:
    page = pages[0]
    text = path.read_text(encoding="utf-8")
    if source.reads(page.url) == "detail" and source.detail is not None:
        details, known = [page], [one for one in stored if one.url and one.url == _own(page)]
        return _both(source, text, in_list=None, page=page, details=details, known=known)
    proposed = mend_list(source, page, stored)
    listed = source_of_text(patched(text, proposed, {}))
    cards = reader_of(listed).index(page).cards
    details, known = _details(listed, cards, stored, look)
    return _both(source, text, in_list=proposed, page=page, details=details, known=known)


def _own(page: Fetched) -> str:
    from pipeline.base.urls import canonical

    return canonical(page.url)


def _details(
    source: Source, cards: Sequence[Listing], stored: Sequence[Listing], look: Look
) -> tuple[list[Fetched], list[Listing]]:
    """Fetch the pages of the fullest stored listings that today's list still shows."""
    if source.detail is None or not source.detail.fields or source.detail_is_json or look.is_saved:
        return [], []
    by_id = {one.site_id: one for one in stored}
    still = [(card, by_id[card.site_id]) for card in cards if card.site_id in by_id and card.url]
    still.sort(key=lambda pair: -_fullness(pair[1]))
    pages: list[Fetched] = []
    known: list[Listing] = []
    for card, listing in still[:_DETAILS]:
        try:
            pages.append(look.next_at(card.url))
        except ShouyiError as error:
            typer.echo(str(error), err=True)
            continue
        known.append(listing)
    return pages, known


def _fullness(one: Listing) -> int:
    given = (one.title, one.text, one.price.raw, one.place.raw, one.posted_at, one.seller.name)
    return sum(map(bool, given)) + 2 * bool(one.images) + bool(one.kind)


def _both(
    source: Source,
    text: str,
    *,
    in_list: ListMend | None,
    page: Fetched,
    details: list[Fetched],
    known: list[Listing],
) -> Mended:
    new: dict[str, New] = {}
    agreed: dict[str, float] = {}
    lost: tuple[str, ...] = ()
    if details and known:
        new, agreed, lost = mend_detail(source, details, known)
        if not new or (source.detail and set(agreed) >= set(source.detail.fields)):
            new = {}
    written = patched(text, in_list, new)
    after = source_of_text(written)
    changes: list[Change] = []
    if in_list is not None:
        changes += _list_changes(source, after, in_list, page)
    if details and known:
        changes += _detail_changes(source, after, new=new, kept=agreed, lost=lost, pages=details)
    return Mended(
        source=source,
        text=written,
        known=in_list.known if in_list else len(known),
        changes=tuple(changes),
    )


def _list_changes(source: Source, after: Source, mend: ListMend, page: Fetched) -> Iterator[Change]:
    old, new = reader_of(source).index(page).cards, reader_of(after).index(page).cards
    total = max(len(old), len(new), 1)
    yield Change(
        section="list",
        field="rows",
        before=" , ".join(source.list.rows),
        after=mend.rows,
        read_before=len(old) / total,
        read_after=len(new) / total,
        agrees=None,
    )
    for name, rules in source.list.fields.items():
        changed = mend.fields.get(name)
        yield Change(
            section="list",
            field=name,
            before=rules[0].at,
            after=_written(changed) if changed else (rules[0].at if name in mend.kept else ""),
            read_before=_share(name, old, total),
            read_after=_share(name, new, total),
            agrees=changed.agrees if changed else mend.kept.get(name),
        )


def _detail_changes(
    source: Source,
    after: Source,
    *,
    new: Mapping[str, New],
    kept: Mapping[str, float],
    lost: Sequence[str],
    pages: Sequence[Fetched],
) -> Iterator[Change]:
    assert source.detail is not None
    old_read = [one for page in pages if (one := reader_of(source).detail(page).read)]
    new_read = [one for page in pages if (one := reader_of(after).detail(page).read)]
    for name, rules in source.detail.fields.items():
        if name not in new and name not in kept and name not in lost:
            continue
        yield Change(
            section="detail",
            field=name,
            before=rules[0].at,
            after=_written(new[name]) if name in new else (rules[0].at if name in kept else ""),
            read_before=_share(name, old_read, len(pages)),
            read_after=_share(name, new_read, len(pages)),
            agrees=new[name].agrees if name in new else kept.get(name),
        )


def _written(new: New) -> str:
    return f"{new.at}  ~ {new.match}" if new.match else new.at


def _share(name: str, cards: Sequence[Listing], total: int) -> float:
    return sum(bool(_HAS[name](one)) for one in cards) / total


_HAS: Mapping[str, Any] = {
    "site_id": lambda one: one.site_id,
    "url": lambda one: one.url,
    "title": lambda one: one.title,
    "text": lambda one: one.text,
    "price": lambda one: one.price.raw,
    "place": lambda one: one.place.raw,
    "posted": lambda one: one.posted_raw,
    "seller": lambda one: one.seller.name,
    "seller_id": lambda one: one.seller.site_id,
    "seller_url": lambda one: one.seller.url,
    "images": lambda one: one.images,
    "tags": lambda one: one.tags,
    "kind": lambda one: one.kind,
}


def path_of(settings: Settings, name: str) -> Path:
    """Return the file that speaks for a source: the bureau's own before the shipped one."""
    for folder in (settings.own_sources, shipped_sources()):
        for path in sorted(folder.glob("*.yml")) if folder.is_dir() else ():
            try:
                if load_source(path).key == name:
                    return path
            except BadInput:
                continue
    raise NotFound("source", f"there is no file of {name[:60]}", "see shouyi source list")


def _stored(settings: Settings, name: str) -> list[Listing]:
    if not settings.database.is_file():
        return []
    db = open_store(settings.database)
    try:
        rows = db.conn.execute(_STORED, (name, _MOST_STORED)).fetchall()
        return [listings.content_of(listings.get(db, row[0])) for row in rows]
    finally:
        db.conn.close()


def accept_file(settings: Settings, path: Path, text: str) -> None:
    """Write the mended file into the home; the one it replaces stays beside it as .before."""
    own = settings.own_sources / path.name
    if own.is_file():
        write_file(own.with_name(f"{own.name}.before"), own.read_text(encoding="utf-8"))
    write_file(own, text)
    typer.echo(_("已写入 {path}；原文件留作 {path}.before").format(path=own), err=True)


def _show(mended: Mended) -> None:
    title = _("{name}：认出 {n} 条已入库的信息").format(name=mended.source.name, n=mended.known)
    table = Table(title=title)
    headings = (_("部分"), _("字段"), _("原规则"), _("读到"), _("新规则"), _("读到"), _("与库相符"))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for one in mended.changes:
        same = one.after == one.before
        table.add_row(
            one.section,
            one.field,
            one.before,
            f"{one.read_before:.0%}",
            _("（不变）") if same else one.after or _("（没有找到）"),
            f"{one.read_after:.0%}",
            "" if one.agrees is None else f"{one.agrees:.0%}",
        )
    Console().print(table)
