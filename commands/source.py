"""``shouyi source``: the catalogue of sources, and a page read without storing anything."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from commands.edge import AsJson, Home, emit, settings_of
from crawlers.families import reader_of
from crawlers.pages.base import DetailPage, Fetched, IndexPage, fetched
from crawlers.peek import peek
from crawlers.recognise import NOBODY, read_any, source_of
from crawlers.source import Source
from crawlers.sources import gate_of, load_source, load_sources, shipped_sources
from pipeline.base.clock import BEIJING, Clock, SystemClock, beijing_iso
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.base.settings import Settings
from pipeline.listing import Listing

app = typer.Typer(no_args_is_help=True)

_LARGEST = 50_000_000
_TYPES = {".json": "application/json", ".xml": "application/xml", ".txt": "text/plain"}
Name = Annotated[str, typer.Argument(help=_("来源的 key，见 shouyi source list"))]


@app.command("list", help=_("列出全部来源。"), epilog=_("例：shouyi source list --json"))
def list_(*, as_json: AsJson = False, home: Home = None) -> None:
    """Print the catalogue."""
    sources = _catalogue(settings_of(home))
    if as_json:
        for source in sources.values():
            emit(_in_short(source))
        return
    table = Table(title=_("来源 {count} 个").format(count=len(sources)))
    for heading in (_("key"), _("名称"), _("页面种类"), _("启用"), _("周期"), _("核对"), _("需要")):
        table.add_column(heading)
    for source in sources.values():
        needs = "；".join(filter(None, (source.needs.session, source.needs.interface)))
        is_on = _("是") if source.enabled else _("否")
        row = (source.key, source.name, source.family, is_on, source.every, _checked(source))
        table.add_row(*row, needs or source.needs.note)
    table.caption = _("“仅样本”：只对照过保存的页面或资料，没有在网站上试读过。")
    Console().print(table)


def _checked(source: Source) -> str:
    """Return when its rules were last held against a page, and whether the site's own."""
    if not source.checked.on:
        return _("从未")
    how = _("网站") if source.checked.live else _("仅样本")
    return f"{source.checked.on} {how}"


@app.command(help=_("显示一个来源的全部约定。"), epilog=_("例：shouyi source show goofish"))
def show(name: Name, *, as_json: AsJson = False, home: Home = None) -> None:
    """Print all that one source file says."""
    source = _named(_catalogue(settings_of(home)), name)
    told = {
        **_in_short(source),
        "base_url": source.base_url,
        "search": source.search.model_dump(mode="json"),
        "manners": source.manners.model_dump(mode="json"),
        "expect": source.expect.model_dump(mode="json"),
        "limits": source.limits.model_dump(mode="json"),
        "page_class": source.page,
        "report_url": source.report_url,
        "allow_private": list(source.allow_private),
    }
    if as_json:
        emit(told)
        return
    table = Table(title=f"{source.name}  {source.key}", show_header=False)
    for key, value in told.items():
        table.add_row(key, _plain(value))
    Console().print(table)


@app.command(
    help=_("检查来源文件；有错时说出文件、行、列和改法。"),
    epilog=_("例：shouyi source lint my-forum.yml"),
)
def lint(
    file: Annotated[
        Path | None, typer.Argument(help=_("只检查这个文件"), show_default=False)
    ] = None,
    *,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Check one source file, or all; a wrong one ends with exit code 2."""
    files = [file] if file else list(_files(settings_of(home)))
    problems = []
    for path in files:
        try:
            source = load_source(path)
        except BadInput as error:
            problems.append(error)
            told: dict[str, Any] = {"file": str(path), "ok": False, "problem": str(error)}
        else:
            told = {"file": str(path), "ok": True, "source": source.key}
        if as_json:
            emit(told)
        else:
            typer.echo(told.get("problem") or _("{file}：正确").format(file=path), err=False)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        what = f"{len(problems)} of {len(files)} source files are wrong"
        raise BadInput("", what, "mend the lines named above")
    if len(files) > 1:
        _catalogue(settings_of(home))


@app.command(
    "try",
    help=_("试读一页：只抽取，不入库。"),
    epilog=_("例：shouyi source try --file page.html --url https://... --json"),
)
def try_(
    url: Annotated[str, typer.Argument(help=_("现在去取这一页"), show_default=False)] = "",
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help=_("读保存下来的页面"), show_default=False)
    ] = None,
    address: Annotated[
        str, typer.Option("--url", help=_("保存的页面原来的地址"), show_default=False)
    ] = "",
    name: Annotated[
        str, typer.Option("--source", help=_("来源；不写则自动识别"), show_default=False)
    ] = "",
    status: Annotated[int, typer.Option(min=100, max=599, help=_("保存时的 HTTP 状态"))] = 200,
    seen: Annotated[
        datetime | None,
        typer.Option("--seen-at", help=_("页面是何时取得的（北京时间）"), show_default=False),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Read one page, and print what it gives; nothing is stored."""
    clock = SystemClock()
    sources = _catalogue(settings_of(home))
    wanted = _named(sources, name) if name else None
    if file is not None:
        where = address or url
        page = _saved(file, where, status=status, seen=seen, clock=clock)
    elif url or address:
        page = _fetched_now(url or address, wanted, sources, clock)
    else:
        raise BadInput("source try", "names no page", "give an address, or --file and --url")
    source, read = _read(page, wanted, sources)
    for line in told(source, read):
        if as_json:
            emit(line)
        else:
            _print(line)


def told(source: Source, page: IndexPage | DetailPage) -> Iterator[dict[str, Any]]:
    """Yield what a page says, one line a listing; one line for a page that holds none."""
    key = "" if source is NOBODY else source.key
    if not page.listings:
        empty = Listing(source=key, site_id="", url=page.fetched.url, seen_at=page.fetched.seen_at)
        yield {**_line(key, empty, page), "because": page.verdict.because}
    for listing in page.listings:
        yield _line(key, listing, page)


def _line(key: str, listing: Listing, page: IndexPage | DetailPage) -> dict[str, Any]:
    price, place, seller = listing.price, listing.place, listing.seller
    return {
        "source": key,
        "url": listing.url,
        "external_id": listing.site_id,
        "title": listing.title,
        "text": listing.text,
        "price": {"yuan": _number(price.yuan), "raw": price.raw},
        "place": {"raw": place.raw, "code": place.code},
        "seller": {"name": seller.name, "id": seller.site_id, "url": seller.url},
        "posted_at": beijing_iso(listing.posted_at) if listing.posted_at else None,
        "images": list(listing.images),
        "page": page.verdict.kind.value,
        "notes": dict(listing.notes),
    }


def _number(yuan: Decimal | None) -> int | float | None:
    if yuan is None:
        return None
    return int(yuan) if yuan == yuan.to_integral_value() else float(yuan)


def _read(
    page: Fetched, wanted: Source | None, sources: dict[str, Source]
) -> tuple[Source, IndexPage | DetailPage]:
    if wanted is None:
        return read_any(page, sources.values())
    return wanted, reader_of(wanted).either(page)


def _saved(file: Path, url: str, *, status: int, seen: datetime | None, clock: Clock) -> Fetched:
    if not url.startswith(("http://", "https://")):
        mend = "give --url with the address the page had"
        raise BadInput(str(file), f"the address {url[:80]!r} is not http or https", mend)
    try:
        size = file.stat().st_size
        body = file.read_bytes() if size <= _LARGEST else b""
    except OSError as error:
        raise BadInput(str(file), f"cannot be read ({error.strerror})", "check the path") from error
    if not body:
        what = "is empty" if not size else f"is larger than {_LARGEST:,} bytes"
        raise BadInput(str(file), what, "save the page again")
    kind = _TYPES.get(file.suffix.lower(), "text/html")
    seen_at = seen.replace(tzinfo=BEIJING) if seen else clock.now()
    return fetched(url, body, seen_at=seen_at, status=status, headers={"content-type": kind})


def _fetched_now(
    url: str, wanted: Source | None, sources: dict[str, Source], clock: Clock
) -> Fetched:
    if wanted is None:
        nothing = Fetched(url=url, seen_at=clock.now())
        wanted = source_of(nothing, sources.values()) or NOBODY
    gate = gate_of(sources.values())
    return peek(url, gate, manners=wanted.manners, limits=wanted.limits, clock=clock)


def _catalogue(settings: Settings) -> dict[str, Source]:
    return load_sources(shipped_sources(), settings.own_sources)


def _files(settings: Settings) -> Iterator[Path]:
    for folder in (shipped_sources(), settings.own_sources):
        yield from sorted(folder.glob("*.yml"))


def _named(sources: dict[str, Source], name: str) -> Source:
    if name not in sources:
        raise NotFound("source", f"there is no source {name[:60]}", "see shouyi source list")
    return sources[name]


def _in_short(source: Source) -> dict[str, Any]:
    return {
        "source": source.key,
        "name": source.name,
        "platform": source.platform,
        "family": source.family,
        "enabled": source.enabled,
        "basis": source.basis,
        "every": source.every,
        "browser": source.browser or source.answers is not None,
        "needs": source.needs.model_dump(mode="json"),
        "checked": source.checked.model_dump(mode="json"),
    }


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {inner}" for key, inner in value.items() if inner not in ("", []))
    return str(value)


def _print(line: dict[str, Any]) -> None:
    table = Table(show_header=False, title=f"{line['page']}  {line['url']}")
    for key in ("source", "external_id", "title", "text", "price", "place", "seller"):
        table.add_row(key, _plain(line[key])[:500])
    table.add_row("posted_at", line["posted_at"] or "")
    table.add_row("images", str(len(line["images"])))
    for name, note in {**line["notes"], "page": line.get("because", "")}.items():
        if note:
            table.add_row(f"{name} ?", note)
    Console().print(table)


from commands import (  # noqa: E402 - they print listings as `try` does
    source_check,
    source_enable,
    source_import,
    source_letter,
    source_mend,
    source_new,
    source_session,
)

app.command(
    "new",
    help=_("看一个网站的列表页，起草来源文件。"),
    epilog=_("例：shouyi source new https://bbs.example.com/forum-2-1.html"),
)(source_new.run)
app.command(
    "mend",
    help=_("网站改版之后，用已入库的信息找回各字段，给出新规则。"),
    epilog=_("例：shouyi source mend my-forum"),
)(source_mend.run)
app.command(
    "check",
    help=_("把一个来源的约定与最近几次运行对照，建议更严的界限。"),
    epilog=_("例：shouyi source check my-forum"),
)(source_check.run)
app.command(
    "enable",
    help=_("启用一个来源，并记下合法依据。"),
    epilog=_("例：shouyi source enable my-forum --basis 辽林网巡〔2026〕3号"),
)(source_enable.enable)
app.command("disable", help=_("停用一个来源。"), epilog=_("例：shouyi source disable my-forum"))(
    source_enable.disable
)
app.command("session", help=source_session.HELP, epilog=source_session.EXAMPLE)(source_session.run)
app.command("letter", help=source_letter.HELP, epilog=source_letter.EXAMPLE)(source_letter.run)
app.command("import", help=source_import.HELP, epilog=source_import.EXAMPLE)(source_import.run)
