"""The copy that may be shown to others: bystanders masked, what was left out listed with why.

Kept as they are: the manifest with its signature, and the pictures that the listing names as
its own. Masked: words, and the photograph but for the listing's own parts. Left out: whatever
shows the whole page and cannot be masked place by place. The manifest still names every file,
so nobody can leave anything out unseen.

Source: 个人信息保护法 article 28 (sensitive data) and 25 (no disclosure without a basis).
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence import manifest
from evidence.manifest import digests_of_file
from evidence.package.masking import masked_picture
from pipeline import contacts
from pipeline.base.urls import canonical

LEFT_OUT = "left-out.csv"
MASKED = "masked.txt"
MASKED_PICTURE = "masked.png"
_MASKED_BESIDE = "；遮盖后的见 {masked}，原件存制作单位，可依法查阅"
_BECAUSE = {
    "text.txt": f"含旁人评论或联系方式{_MASKED_BESIDE.format(masked=MASKED)}",
    "page.png": f"含旁人的姓名、头像、评论{_MASKED_BESIDE.format(masked=MASKED_PICTURE)}",
}
_WHOLE = "整页内容，可能含旁人的姓名、头像、评论，无法逐处遮盖；原件存制作单位，可依法查阅"
_NOT_ITS_OWN = "不能确定是这条信息自己的图片，可能是旁人的；原件存制作单位，可依法查阅"
_NOBODYS = frozenset({"signing-keys.json", "certificates.pem", "sights.json"})
_PICTURE = re.compile(r"picture-\d+\.[a-z]+")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not in the copy, and why."""

    snapshot_id: str
    path: str
    sha256: str
    because: str


def copy(folder: Path, to: Path) -> list[LeftOut]:
    """Make the copy of one sealed folder; return what it does not hold."""
    to.mkdir(parents=True)
    told = json.loads((folder / manifest.NAME).read_bytes())
    own = _own_pictures(folder)
    kept = {
        entry["path"]
        for entry in told["files"]
        if entry["path"] in _NOBODYS
        or (_PICTURE.fullmatch(entry["path"]) and canonical(entry["url"]) in own)
    }
    about = {file.name for file in folder.iterdir()} - {entry["path"] for entry in told["files"]}
    for name in sorted(kept | about):
        (to / name).write_bytes((folder / name).read_bytes())
    (to / MASKED).write_text(masked(folder), encoding="utf-8")
    if (picture := masked_picture(folder)) is not None:
        (to / MASKED_PICTURE).write_bytes(picture)
    return [
        LeftOut(
            told["snapshot_id"],
            entry["path"],
            entry["sha256"],
            _because(entry["path"], to),
        )
        for entry in told["files"]
        if entry["path"] not in kept
    ]


def _because(path: str, to: Path) -> str:
    if _PICTURE.fullmatch(path):
        return _NOT_ITS_OWN
    if path == "page.png" and not (to / MASKED_PICTURE).exists():
        return _WHOLE
    return _BECAUSE.get(path, _WHOLE)


def masked(folder: Path) -> str:
    """Return the page's words, those of bystanders masked.

    A bystander is who speaks in a comment, and whose contact stands on the page and not in
    the listing itself.
    """
    text = _text(folder / "text.txt")
    fields = _json(folder / "fields.json")
    own = f"{fields.get('title', '')}\n{fields.get('text', '')}"
    for comment in sorted(_comments(folder), key=len, reverse=True):
        text = text.replace(comment, "〔旁人评论，已遮盖〕")
    return _without_strangers(text, own)


def _without_strangers(text: str, own: str) -> str:
    """Mask the contacts in a text but for those that the listing itself gives."""
    letters, start = list(contacts.masked(text)), 0
    while start < len(text):
        end = start
        while end < len(text) and letters[end] != text[end]:
            end += 1
        if text[start:end] in own:
            letters[start:end] = text[start:end]
        start = max(end, start + 1)
    return "".join(letters)


def as_table(left_out: list[LeftOut]) -> bytes:
    """Return the list of what was left out, as a table that Excel opens."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow(["固定编号", "文件", "SHA-256", "未列入的原因"])
    table.writerows((one.snapshot_id, one.path, one.sha256, one.because) for one in left_out)
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def problems(folder: Path) -> Iterator[str]:
    """Say what of a copy is not as its sealed manifest says."""
    listing = folder / manifest.NAME
    told = json.loads(listing.read_bytes())
    listed = {entry["path"]: entry for entry in told["files"]}
    for entry in sorted(folder.iterdir()):
        if entry.name in listed and digests_of_file(entry).sha256 != listed[entry.name]["sha256"]:
            yield f"{entry.name}：校验值不符，内容被改动"


def _own_pictures(folder: Path) -> set[str]:
    images = _json(folder / "fields.json").get("images", ())
    return {canonical(url) for url in images if isinstance(url, str)}


def _comments(folder: Path) -> list[str]:
    """The comments that the page declares of itself, line by line as they stand in its words."""
    declared = _json(folder / "declared.json").get("comments", ())
    return [
        line.strip()
        for comment in declared
        if isinstance(comment, str)
        for line in comment.splitlines()
        if line.strip()
    ]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def _json(file: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
