"""What was seen of a page, written down: the files, their list, and what the page is."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence import manifest
from evidence.archive import archived
from evidence.capture import Captured
from evidence.circumstances import circumstances, taken
from evidence.formats.format_1 import ARCHIVE, CIRCUMSTANCES, RECORDS
from evidence.originals import originals
from evidence.shelf import Shelf, put
from pipeline.base import log
from pipeline.base.clock import Clock
from pipeline.page import PageKind, PageSeen, PageVerdict, judge
from pipeline.store.open import Database
from pipeline.store.snapshots import Kept

NO_TIMESTAMP = "无第三方时间戳"
_NAMED_AT_MOST = 3
_KINDS = {
    PageKind.EMPTY: "空页",
    PageKind.LOGIN_WALL: "要求登录",
    PageKind.CHALLENGE: "人机验证",
    PageKind.REMOVED: "已下架或已删除",
    PageKind.ERROR: "出错页",
}

_log = log.get("evidence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A page that must be kept.

    Attributes:
        listing_id, listing_version: the listing it is of; empty and 0 for a bare address.
        asked_by: the schedule, or the person's log-in name.
        title: what the listing is called; looked for on the page.
        fields: the listing as it was read, as JSON values; kept beside the page.
    """

    url: str
    asked_by: str
    listing_id: str = ""
    listing_version: int = 0
    title: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot on the shelf, or the record of one that failed: its row and its folder."""

    row: Kept
    folder: Path

    @property
    def snapshot_id(self) -> str:
        """The folder's name."""
        return self.row.snapshot_id

    @property
    def listing_id(self) -> str:
        """The listing it is of; empty for a bare address."""
        return self.row.listing_id

    @property
    def state(self) -> str:
        """Either "sealed", or "failed": then what was seen is not the listing."""
        return self.row.state

    @property
    def reason(self) -> str:
        """Why it failed, or what is missing, in Chinese words."""
        return self.row.reason


def keep(
    db: Database,
    shelf: Shelf,
    wanted: Wanted,
    seen: Captured,
    *,
    facts: Mapping[str, Any],
    clock: Clock,
) -> Snapshot:
    """Write what was seen as a folder, list it, seal it, and keep its row."""
    verdict = _judged(seen)
    with shelf.making(seen.started_at) as (snapshot_id, making):
        files = _files(wanted, seen, snapshot_id, facts)
        for name, (_url, data) in files.items():
            put(making / name, data)
        told = {
            **_about(wanted, seen, snapshot_id, verdict),
            "files": [
                manifest.file_entry(name, data, url=url)
                for name, (url, data) in sorted(files.items())
            ],
        }
        row = shelf.seal(db, making, lambda head: {**told, "chain": _chain(head)}, clock=clock)
    _log.info(
        f"snapshot.{row.state}",
        snapshot_id=row.snapshot_id,
        listing_id=row.listing_id,
        page=row.page,
        size_bytes=row.size_bytes,
        took_seconds=row.took_seconds,
    )
    return Snapshot(row, shelf.folder / row.snapshot_id)


def _judged(seen: Captured) -> PageVerdict:
    """Say what the page is, from what the browser showed."""
    main = seen.main
    if seen.failure or main is None:
        return PageVerdict(kind=PageKind.ERROR, because=seen.failure or "没有收到页面")
    return judge(
        PageSeen(
            url=seen.final_url,
            status=main.status,
            content_type=main.header("content-type"),
            text=seen.html,
            headers={name.lower(): value for name, value in main.headers},
        )
    )


def _files(
    wanted: Wanted, seen: Captured, snapshot_id: str, facts: Mapping[str, Any]
) -> dict[str, tuple[str, bytes]]:
    """Return file name -> where the bytes came from (empty: from us) and the bytes."""
    software = f"shouyi {facts.get('tool', {}).get('version', '')}".strip()
    warc, records = archived(seen, name=ARCHIVE, software=software)
    named = {
        "snapshot_id": snapshot_id,
        "listing_id": wanted.listing_id,
        "listing_version": wanted.listing_version,
    }
    told = circumstances(seen, dict(facts), asked_by=wanted.asked_by, named=named)
    ours = {
        ARCHIVE: warc,
        RECORDS: manifest.canonical(records),
        CIRCUMSTANCES: manifest.canonical(told),
    }
    if seen.png:
        ours["page.png"] = seen.png
        ours["page.mhtml"] = seen.mhtml
        ours["text.txt"] = seen.text.encode("utf-8", "replace")
    if wanted.fields:
        ours["fields.json"] = manifest.canonical(wanted.fields)
    theirs = originals(seen, wanted.fields.get("images", ())) if seen.png else {}
    return {name: ("", data) for name, data in ours.items()} | theirs


def _about(
    wanted: Wanted, seen: Captured, snapshot_id: str, verdict: PageVerdict
) -> dict[str, Any]:
    is_listing = verdict.kind is PageKind.NORMAL and bool(seen.png)
    found = _has_title(wanted.title, seen) if wanted.title and is_listing else None
    missing = [
        {"url": one.url, "kind": one.kind, "status": one.status, "why": one.why}
        for one in seen.missing
    ]
    limits = [*seen.limits, *([seen.failure] if seen.failure else [])]
    return {
        "format": manifest.FORMAT,
        "snapshot_id": snapshot_id,
        "listing_id": wanted.listing_id,
        "listing_version": wanted.listing_version,
        "asked_by": wanted.asked_by,
        "url_requested": wanted.url,
        "url_final": seen.final_url,
        "taken": taken(seen),
        "state": "sealed" if is_listing else "failed",
        "page": str(verdict.kind),
        "page_because": verdict.because,
        "reason": _reason(seen, verdict, title_found=found),
        "title_found": found,
        "is_complete": not missing and not limits,
        "missing": missing,
        "limits": limits,
        "third_party_timestamp": NO_TIMESTAMP,
    }


def _reason(seen: Captured, verdict: PageVerdict, *, title_found: bool | None) -> str:
    """Say in words why it is not the listing, or what of the listing is not there."""
    if seen.failure:
        return seen.failure
    if verdict.kind is not PageKind.NORMAL:
        return (
            f"{_KINDS[verdict.kind]}：{verdict.because}"
            if verdict.because
            else _KINDS[verdict.kind]
        )
    parts = [*seen.limits]
    if title_found is False:
        parts.insert(0, "页面上没有找到这条信息的标题")
    named = [f"{one.url}（{one.status or one.why}）" for one in seen.missing[:_NAMED_AT_MOST]]
    if named:
        parts.append(f"缺 {len(seen.missing)} 项：{'、'.join(named)}")
    return "；".join(parts)


def _has_title(title: str, seen: Captured) -> bool:
    return _folded(title) in _folded(f"{seen.title}\n{seen.text}")


def _folded(text: str) -> str:
    """Without blanks and widths: a page may break a title where it likes."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _chain(head: Kept | None) -> dict[str, Any]:
    if head is None:
        return {"number": 1, "before": None}
    before = {
        "snapshot_id": head.snapshot_id,
        "sha256": head.manifest_sha256,
        "sm3": head.manifest_sm3,
    }
    return {"number": head.chain_number + 1, "before": before}
