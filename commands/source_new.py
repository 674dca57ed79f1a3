"""``shouyi source new``: look at a site, and draft the source file that reads it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.edge import AsJson, Home, emit, settings_of
from crawlers.drafting.draft import draft_of, with_detail
from crawlers.drafting.drafted import Draft
from crawlers.drafting.written import key_of, source_of_text, text_of_draft
from crawlers.families import reader_of
from crawlers.pages.base import Fetched, IndexPage, fetched
from crawlers.peek import peek
from crawlers.recognise import NOBODY
from crawlers.source import Source
from crawlers.sources import gate_of, load_sources, shipped_sources
from pipeline.base.clock import Clock, SystemClock, beijing_day
from pipeline.base.errors import BadInput, FetchRefused, PageChanged, ShouyiError
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.base.urls import Gate, gate_for
from pipeline.listing import Listing

_LARGEST = 20_000_000
_SHOWN = 3
_TYPES = {".json": "application/json", ".xml": "application/xml", ".rss": "application/xml"}

Saved = Annotated[
    Path | None, typer.Option("--file", help=_("读保存下来的列表页，不去取"), show_default=False)
]
Address = Annotated[str, typer.Option("--url", help=_("保存的页面原来的地址"), show_default=False)]


def run(
    url: Annotated[str, typer.Argument(help=_("列表页的地址"), show_default=False)] = "",
    *,
    file: Saved = None,
    address: Address = "",
    detail_file: Annotated[
        Path | None,
        typer.Option("--detail-file", help=_("保存下来的一条信息的页面"), show_default=False),
    ] = None,
    key: Annotated[
        str, typer.Option(help=_("新来源的 key，默认取自网址"), show_default=False)
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help=_("写到这个目录或 .yml 文件，默认 <home>/sources/"), show_default=False),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help=_("覆盖已有的文件"))] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Draft a source file from a list page; it is written disabled."""
    settings = settings_of(home)
    clock = SystemClock()
    where = address or url
    sources = load_sources(shipped_sources(), settings.own_sources)
    look = Look(gate_of(sources.values()), clock, is_saved=file is not None)
    name = key or _free_key(where, sources)
    path = _target(settings, out, name)
    if path.exists() and not force:
        raise BadInput(str(path), "is there already", "give --force, --key or --out")
    page = saved_page(file, where, clock) if file else look.at(where)
    drafted = drafted_of(page, look, detail_file, name, beijing_day(clock.now()))
    write_file(path, drafted.text)
    if as_json:
        emit(_summary(drafted, path))
        for line in drafted.lines():
            emit(line)
    else:
        _show(drafted, path)


@dataclass(frozen=True, slots=True)
class Look:
    """Fetches pages of a site that no source speaks of: through the gate, and in no hurry."""

    gate: Gate
    clock: Clock
    is_saved: bool = False

    def at(self, url: str) -> Fetched:
        """Fetch one page.

        Raises:
            BadInput: no address was given.
            FetchRefused: the gate, robots.txt or the site says no.
        """
        if not url.startswith(("http://", "https://")):
            mend = "give the address of a list page, or --file and --url"
            raise BadInput("source", f"the address {url[:80]!r} is not http or https", mend)
        return peek(url, self.gate, manners=NOBODY.manners, limits=NOBODY.limits, clock=self.clock)

    def next_at(self, url: str) -> Fetched:
        """Fetch one more page of the same site, after the usual pause."""
        if not is_private(url):
            time.sleep(NOBODY.manners.seconds_between)
        return self.at(url)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, the file it becomes, and what it reads on its own page."""

    draft: Draft
    text: str
    source: Source
    page: IndexPage

    def lines(self) -> list[dict[str, Any]]:
        """Return the first listings as ``source try`` prints them."""
        from commands.source import told

        return list(told(self.source, replace(self.page, cards=self.page.cards[:_SHOWN])))


def drafted_of(page: Fetched, look: Look, detail_file: Path | None, key: str, on: date) -> Drafted:
    """Draft a source from its list page, and from the page of one of its listings.

    Raises:
        PageChanged: the page is no list, or nothing of it can be read again by the draft.
    """
    draft = draft_of(page)
    private = is_private(page.url)
    against = _("{url} 的一页").format(url=page.url[:200])
    text = text_of_draft(draft, key=key, on=on, private=private)
    seen = reader_of(source_of_text(text)).index(page)
    if not seen.cards:
        what = f"was drafted, but the draft reads nothing ({seen.verdict.because})"
        raise PageChanged(page.url, what, "write the source by hand: docs/sources.md")
    card = max(seen.cards[:_SHOWN], key=_fullness)
    one, problem = _one_page(draft, look, detail_file, card)
    if one is not None:
        draft = with_detail(draft, one, card)
    elif problem:
        draft = replace(draft, notes=(*draft.notes, problem))
    text = text_of_draft(draft, key=key, on=on, private=private, seen=seen, against=against)
    source = source_of_text(text)
    reader = reader_of(source)
    index = reader.index(page)
    if one is not None and source.detail is not None:
        read = reader.detail(one)
        if read.read is not None:
            whole = {card.site_id: read.listing(card)}
            index = replace(index, cards=tuple(whole.get(c.site_id, c) for c in index.cards))
    return Drafted(draft, text, source, index)


def _one_page(
    draft: Draft, look: Look, detail_file: Path | None, card: Listing
) -> tuple[Fetched | None, str]:
    if detail_file is not None:
        return saved_page(detail_file, card.url, look.clock), ""
    if draft.like or look.is_saved or not card.url or draft.family == "feed":
        return None, ""
    try:
        return look.next_at(card.url), ""
    except ShouyiError as error:
        return None, _("单条信息的页面没有取到：{why}").format(why=error.what[:100])


def _fullness(card: Listing) -> int:
    given = (card.title, card.price.raw, card.place.raw, card.posted_at, card.seller.name)
    return sum(map(bool, given)) + 2 * bool(card.images)


def is_private(url: str) -> bool:
    """Return whether an address is one that only a source file may allow."""
    try:
        gate_for(()).check(url)
    except FetchRefused:
        return True
    return False


def saved_page(file: Path, url: str, clock: Clock) -> Fetched:
    """Read a page that somebody saved.

    Raises:
        BadInput: it cannot be read, or nobody said where it was.
    """
    if not url.startswith(("http://", "https://")):
        mend = "give --url with the address the page had"
        raise BadInput(str(file), f"the address {url[:80]!r} is not http or https", mend)
    try:
        size = file.stat().st_size
        body = file.read_bytes() if 0 < size <= _LARGEST else b""
    except OSError as error:
        raise BadInput(str(file), f"cannot be read ({error.strerror})", "check the path") from error
    if not body:
        what = "is empty" if not size else f"is larger than {_LARGEST:,} bytes"
        raise BadInput(str(file), what, "save the page again")
    kind = _TYPES.get(file.suffix.lower(), "text/html")
    return fetched(url, body, seen_at=clock.now(), headers={"content-type": kind})


def _free_key(url: str, sources: Mapping[str, Source]) -> str:
    wanted = key_of(url)
    hosts = {source.base_url.rstrip("/") for source in sources.values() if source.key == wanted}
    if wanted not in sources or any(url.startswith(host) for host in hosts):
        return wanted
    return next(f"{wanted[:37]}-{n}" for n in range(2, 100) if f"{wanted[:37]}-{n}" not in sources)


def _target(settings: Settings, out: Path | None, key: str) -> Path:
    if out is not None and out.suffix in {".yml", ".yaml"}:
        return out
    return (out or settings.own_sources) / f"{key}.yml"


def write_file(path: Path, text: str) -> None:
    """Write a file whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _summary(drafted: Drafted, path: Path) -> dict[str, Any]:
    draft, source = drafted.draft, drafted.source
    rules = {name: rules[0].at for name, rules in source.list.fields.items()}
    return {
        "draft": str(path),
        "source": source.key,
        "name": source.name,
        "family": source.family,
        "shape": draft.shape,
        "rows": list(source.list.rows),
        "fields": rules,
        "sure": {name: round(one.sure, 2) for name, one in draft.fields.items()},
        "next": draft.next or (draft.search.url if draft.search.is_counted else ""),
        "detail": sorted(source.detail.fields) if source.detail else None,
        "listings": len(drafted.page.cards),
        "expect": source.expect.model_dump(mode="json"),
        "notes": list(draft.notes),
    }


def _show(drafted: Drafted, path: Path) -> None:
    source = drafted.source
    screen = Console()
    title = _("草稿：{name}（{family}），这一页读到 {count} 条").format(
        name=source.name, family=source.family, count=len(drafted.page.cards)
    )
    table = Table(title=title)
    table.add_column(_("字段"))
    for number in range(len(drafted.page.cards[:_SHOWN])):
        table.add_column(_("第 {n} 条").format(n=number + 1), overflow="fold")
    lines = drafted.lines()
    for name, show in _COLUMNS.items():
        table.add_row(name, *[show(line) for line in lines])
    screen.print(table)
    for note in drafted.draft.notes:
        screen.print(_("注意：{note}").format(note=note))
    screen.print(_("已写入 {path}（未启用）。带“须人工”的行请先核对：").format(path=path))
    screen.print(f"  shouyi source lint {path}", markup=False)
    screen.print(f"  shouyi source try {drafted.draft.url} --source {source.key}", markup=False)


def _priced(line: Mapping[str, Any]) -> str:
    price = line["price"]
    yuan = "" if price["yuan"] is None else f" = {price['yuan']}"
    return f"{price['raw']}{yuan}"


_COLUMNS: dict[str, Any] = {
    "external_id": lambda line: line["external_id"],
    "title": lambda line: line["title"],
    "price": _priced,
    "place": lambda line: " ".join(filter(None, line["place"].values())),
    "posted_at": lambda line: line["posted_at"] or "",
    "seller": lambda line: line["seller"]["name"],
    "images": lambda line: str(len(line["images"])),
    "text": lambda line: line["text"][:60],
    "url": lambda line: line["url"],
}
