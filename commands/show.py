"""``shouyi show``: all that is known of one listing, its past included."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from casework import history, reasons
from casework.differences import Piece
from casework.history import Known, Version
from casework.verdicts import Given
from commands.around import Around
from commands.edge import AsJson, Home, emit, settings_of
from commands.shown import block, one_line, word
from pipeline.base.clock import beijing_iso, unstamp
from pipeline.base.language import _
from pipeline.listing import Listing
from pipeline.store.judgements import Judgement
from pipeline.store.open import open_store

EXAMPLE = _("例：shouyi show demo-gbk:17")

_STYLES = {"same": "", "removed": "red strike", "added": "green underline"}


def run(
    listing: Annotated[str, typer.Argument(metavar="LISTING", help=_("信息编号，见 queue"))],
    *,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Print one listing."""
    db = open_store(settings_of(home).database, create=False)
    known = history.known(db, listing)
    around = Around.of(db, known.stored.listing_id)
    if as_json:
        emit({**told(known), **around.told()})
    else:
        Console().print(Group(_page(known), *around.lines()))


def told(known: Known) -> dict[str, Any]:
    """Return all that is known by the names that scripts rely on."""
    stored, judgement = known.stored, known.judgement
    return {
        "listing": stored.listing_id,
        "score": stored.score,
        "title": known.listing.title,
        "species": [*stored.species],
        "source": stored.source,
        "url": stored.url,
        "first_seen": _time(stored.first_seen_at),
        "status": stored.call or stored.state,
        "last_seen": _time(stored.last_seen_at),
        "gone": _time(stored.gone_at),
        "sightings": stored.sightings,
        "snapshot": stored.snapshot,
        "version": stored.seen_version,
        **_said(known.listing),
        "suspicious": bool(judgement and judgement.is_suspicious),
        "hits": [*judgement.hits] if judgement else [],
        "signals": [*judgement.signals] if judgement else [],
        "lexicon": stored.lexicon,
        "history": {
            "versions": [_version(each) for each in known.versions],
            "events": [
                {
                    "at": beijing_iso(each.at),
                    "what": each.what,
                    "version": each.version,
                    "run": each.run_id,
                }
                for each in known.events
            ],
            "judgements": [_judgement(each) for each in known.judgements],
        },
        "verdicts": [_verdict(each) for each in known.verdicts],
        "snapshots": [
            {**asdict(each), "taken_at": _time(each.taken_at)} for each in known.snapshots
        ],
    }


def _said(listing: Listing) -> dict[str, Any]:
    price = listing.price
    return {
        "text": listing.text,
        "price": {"yuan": None if price.yuan is None else float(price.yuan), "raw": price.raw},
        "place": {"raw": listing.place.raw, "code": listing.place.code},
        "seller": {
            "name": listing.seller.name,
            "id": listing.seller.site_id,
            "url": listing.seller.url,
        },
        "posted_at": beijing_iso(listing.posted_at) if listing.posted_at else None,
        "images": [*listing.images],
        "tags": [*listing.tags],
        "ocr": listing.ocr,
    }


def _version(version: Version) -> dict[str, Any]:
    return {
        "version": version.version,
        "seen": beijing_iso(version.seen_at),
        "changed": [*version.changed],
        "title": version.listing.title if version.listing else None,
        "text": version.listing.text if version.listing else None,
        "price": history.asked(version.listing.price) if version.listing else None,
        "differences": {
            name: [[piece.kind, piece.text] for piece in pieces]
            for name, pieces in version.differences.items()
        },
    }


def _judgement(judgement: Judgement) -> dict[str, Any]:
    return {
        "at": _time(judgement.at),
        "version": judgement.version,
        "lexicon": judgement.lexicon,
        "score": judgement.score,
        "suspicious": judgement.is_suspicious,
        "species": [*judgement.species],
    }


def _verdict(given: Given) -> dict[str, Any]:
    return {
        "decision": given.call,
        "reason": given.reason,
        "note": given.note,
        "by": given.by,
        "at": beijing_iso(given.at),
        "undone_by": given.undone_by or None,
        "undone_at": beijing_iso(given.undone_at) if given.undone_at else None,
    }


def _page(known: Known) -> Group:
    return Group(_head(known), _why(known), *_changes(known), _past(known))


def _head(known: Known) -> Panel:
    stored, listing = known.stored, known.listing
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column()
    seen = _("{first} 至 {last}，见到 {count} 次").format(
        first=_minute(stored.first_seen_at),
        last=_minute(stored.last_seen_at),
        count=stored.sightings,
    )
    gone = _("；{at} 已下架").format(at=_minute(stored.gone_at)) if stored.gone_at else ""
    status = f"{word(stored.call or stored.state)} · {stored.score} · " + word(
        f"snapshot:{stored.snapshot}"
    )
    for name, value in (
        (_("编号"), one_line(stored.listing_id, 80)),
        (_("状态"), status),
        (_("物种"), "、".join(stored.species) or "—"),
        (_("价格"), one_line(history.asked(listing.price), 60) or "—"),
        (_("地点"), one_line(listing.place.raw, 60) or "—"),
        (_("卖家"), one_line(listing.seller.name, 60) or "—"),
        (_("网址"), one_line(stored.url, 200)),
        (_("时间"), seen + gone),
    ):
        rows.add_row(name, Text(value))
    text = Text(block(listing.text)) if stored.content else Text(_("内容已按期限删除"), "dim")
    return Panel(
        Group(rows, Text(), text), title=Text(one_line(listing.title, 60)), title_align="left"
    )


def _why(known: Known) -> Text:
    judgement = known.judgement
    if judgement is None:
        return Text(
            _("没有命中任何词（词库 {lexicon}）").format(lexicon=known.stored.lexicon), "dim"
        )
    lines = Text()
    for signal in judgement.signals:
        lines.append(f"{signal['points']:+.1f}  ", "bold")
        lines.append(f"{one_line(signal['because'], 120)}\n")
    words = "、".join(dict.fromkeys(one_line(hit["surface"], 20) for hit in judgement.hits))
    lines.append(
        _("命中：{words}（词库 {lexicon}）").format(words=words, lexicon=judgement.lexicon), "dim"
    )
    return lines


def _changes(known: Known) -> list[Panel]:
    shown = []
    for version in known.versions:
        body = Text()
        for name, pieces in version.differences.items():
            body.append(f"{word(name)}  ", "dim")
            _mark(body, pieces)
            body.append("\n")
        if body:
            title = _("第 {version} 版 · {at}").format(
                version=version.version, at=beijing_iso(version.seen_at)[:16].replace("T", " ")
            )
            shown.append(Panel(body, title=title, title_align="left"))
    return shown


def _mark(body: Text, pieces: tuple[Piece, ...]) -> None:
    for piece in pieces:
        body.append(block(piece.text, 400), _STYLES[piece.kind])


def _past(known: Known) -> Table:
    rows: list[tuple[str, str]] = [(beijing_iso(each.at), word(each.what)) for each in known.events]
    rows += [
        (
            _time(each.at) or "",
            _("判读 {score} 分（词库 {lexicon}）").format(score=each.score, lexicon=each.lexicon),
        )
        for each in known.judgements
    ]
    for given in known.verdicts:
        reason = reasons.find(given.reason)
        rows.append(
            (
                beijing_iso(given.at),
                _("{by} 判为“{call}”：{reason} {note}").format(
                    by=given.by,
                    call=given.call.shown,
                    reason=reason.shown if reason else given.reason,
                    note=one_line(given.note, 200),
                ),
            )
        )
        if given.undone_at:
            rows.append(
                (
                    beijing_iso(given.undone_at),
                    _("{by} 撤销了“{call}”").format(by=given.undone_by, call=given.call.shown),
                )
            )
    rows += [
        (
            _time(each.taken_at) or "",
            f"{word(f'snapshot:{each.state}')} {each.snapshot_id} {each.reason}",
        )
        for each in known.snapshots
    ]
    table = Table.grid(padding=(0, 2))
    for at, what in sorted(rows, key=lambda row: row[0]):
        table.add_row(Text(at[:16].replace("T", " "), "dim"), Text(what))
    return table


def _time(at: str | None) -> str | None:
    return beijing_iso(unstamp(at)) if at else None


def _minute(at: str) -> str:
    return beijing_iso(unstamp(at))[:16].replace("T", " ")
