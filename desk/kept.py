"""What the desk shows of a snapshot: only files of our own evidence folder, by safe names."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from desk.parts import AtDesk
from pipeline.store.snapshots import Kept

PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
}
"""What a browser may be shown from our store; all else is a download."""

_SAFE = re.compile(r"[\w][\w.\-]{0,127}")
_MOST_PICTURES = 5


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of our store: as it is, and made small."""

    url: str
    small_url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A snapshot as a page tells of it."""

    snapshot_id: str
    taken_at: str
    manifest_sha256: str
    size_bytes: int
    warning: str
    page_url: str
    page_small_url: str
    pictures: list[Picture] = field(default_factory=list)


def shown(desk: AtDesk, row: Kept) -> Shown:
    """Return what to show of a snapshot; a failed one never as the listing."""
    is_sealed = row.state == "sealed"
    warning = ""
    if not is_sealed:
        warning = desk.say("固定未成：%(why)s") % {"why": row.reason or row.page}
    elif not row.is_complete:
        warning = desk.say("固定不完整：%(why)s") % {"why": row.reason}
    names = pictures_in(desk.settings.evidence / row.snapshot_id) if is_sealed else []
    page = next((name for name in names if Path(name).stem == "page"), "")
    others = [name for name in names if name != page][:_MOST_PICTURES]
    return Shown(
        row.snapshot_id,
        row.taken_at,
        row.manifest_sha256,
        row.size_bytes,
        warning,
        _url(row, page) if page else "",
        _url(row, page) + "?small=1" if page else "",
        [Picture(_url(row, name), _url(row, name) + "?small=1") for name in others],
    )


def pictures_in(folder: Path) -> list[str]:
    """Return the pictures that a sealed folder's manifest names, in its order."""
    try:
        told = json.loads((folder / "manifest.json").read_bytes())
        names = [str(each["path"]) for each in told["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if Path(name).suffix.lower() in PICTURES and is_safe(name)]


def is_safe(name: str) -> bool:
    """Tell whether a name may be asked for: at most two plain parts, none hidden, no dots up."""
    parts = name.split("/")
    return len(parts) <= 2 and all(_SAFE.fullmatch(part) for part in parts)  # noqa: PLR2004


def _url(row: Kept, name: str) -> str:
    return f"/evidence/{quote(row.snapshot_id)}/{quote(name)}"
