"""What was seen of a page, written down: the files, their list, and what the page is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evidence import manifest
from evidence.archive import archived
from evidence.captured import Captured
from evidence.chromium.certificates import as_pem
from evidence.circumstances import circumstances, taken
from evidence.formats.format_1 import ARCHIVE, CIRCUMSTANCES, RECORDS
from evidence.judging import Finding, find, marked
from evidence.originals import originals
from evidence.shelf import Shelf, put
from evidence.wacz import NAME as WACZ
from evidence.wacz import wacz_of
from evidence.wanted import Wanted
from pipeline.base import log
from pipeline.base.clock import Clock
from pipeline.store.open import Database
from pipeline.store.snapshots import Kept

__all__ = ["Snapshot", "Wanted", "keep"]

NO_TIMESTAMP = "无第三方时间戳"

_log = log.get("evidence")


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
    found: Finding | None = None,
) -> Snapshot:
    """Write what was seen as a folder, list it, seal it, and keep its row."""
    found = marked(found or find(seen, wanted.fields, wanted.title), facts)
    with shelf.making(seen.started_at) as (snapshot_id, making):
        files = _files(wanted, seen, snapshot_id, facts, found)
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
    wanted: Wanted, seen: Captured, snapshot_id: str, facts: Mapping[str, Any], found: Finding
) -> dict[str, tuple[str, bytes]]:
    """Return file name -> where the bytes came from (empty: from us) and the bytes."""
    software = f"shouyi {facts.get('tool', {}).get('version', '')}".strip()
    warc, records = archived(seen, name=ARCHIVE, software=software)
    named = {
        "snapshot_id": snapshot_id,
        "listing_id": wanted.listing_id,
        "listing_version": wanted.listing_version,
    }
    told = circumstances(seen, dict(facts), wanted=wanted, named=named)
    ours = {
        ARCHIVE: warc,
        RECORDS: manifest.canonical(records),
        CIRCUMSTANCES: manifest.canonical(told),
    }
    if seen.exchanges:
        ours[WACZ] = wacz_of(seen, warc, records, software=software)
    if seen.certificates:
        ours["certificates.pem"] = as_pem(seen.certificates)
    if seen.png:
        ours["page.png"] = seen.png
        ours["sights.json"] = manifest.canonical([asdict(one) for one in found.sights])
        ours["declared.json"] = manifest.canonical(seen.declared)
        ours["page.mhtml"] = seen.mhtml
        ours["text.txt"] = seen.text.encode("utf-8", "replace")
    if seen.clear_png:
        ours["page-clear.png"] = seen.clear_png
        ours["text-clear.txt"] = seen.clear_text.encode("utf-8", "replace")
    for number, area in enumerate(seen.areas, start=1):
        ours[f"area-{number:02d}.png"] = area.png
    for name, value in wanted.beside.items():
        ours[name] = manifest.canonical(value)
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
