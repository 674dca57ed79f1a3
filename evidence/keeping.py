"""What was seen of a page, written down: the files, their list, and what the page is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence import manifest
from evidence.archive import archived
from evidence.capture import Captured
from evidence.circumstances import circumstances, taken
from evidence.formats.format_1 import ARCHIVE, CIRCUMSTANCES, RECORDS
from evidence.judging import Finding, find
from evidence.originals import originals
from evidence.shelf import Shelf, put
from pipeline.base import log
from pipeline.base.clock import Clock
from pipeline.store.open import Database
from pipeline.store.snapshots import Kept

NO_TIMESTAMP = "无第三方时间戳"

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

    @property
    def source(self) -> str:
        """The key of its source; empty for a bare address."""
        return self.listing_id.partition(":")[0]


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
    found = find(seen, wanted.fields, wanted.title)
    with shelf.making(seen.started_at) as (snapshot_id, making):
        files = _files(wanted, seen, snapshot_id, facts)
        for name, (_url, data) in files.items():
            put(making / name, data)
        told = {
            **_about(wanted, seen, snapshot_id, found),
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


def _about(wanted: Wanted, seen: Captured, snapshot_id: str, found: Finding) -> dict[str, Any]:
    missing = [
        {"url": one.url, "kind": one.kind, "status": one.status, "why": one.why}
        for one in seen.missing
    ]
    return {
        "format": manifest.FORMAT,
        "snapshot_id": snapshot_id,
        "listing_id": wanted.listing_id,
        "listing_version": wanted.listing_version,
        "asked_by": wanted.asked_by,
        "url_requested": wanted.url,
        "url_final": seen.final_url,
        "taken": taken(seen),
        "state": "sealed" if found.is_listing else "failed",
        "page": str(found.page),
        "page_because": found.because,
        "reason": found.reason,
        "title_found": found.title_found,
        "is_complete": not missing and not found.gaps,
        "missing": missing,
        "gaps": list(found.gaps),
        "third_party_timestamp": NO_TIMESTAMP,
    }


def _chain(head: Kept | None) -> dict[str, Any]:
    if head is None:
        return {"number": 1, "before": None}
    before = {
        "snapshot_id": head.snapshot_id,
        "sha256": head.manifest_sha256,
        "sm3": head.manifest_sm3,
    }
    return {"number": head.chain_number + 1, "before": before}
