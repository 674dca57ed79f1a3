"""What changed between two looks at one listing: in words, and pictures side by side.

A page around a listing never stands still (views, adverts, other listings). So what counts is
what the listing itself says and shows: its title, price, seller, the sentences of its text and
its own pictures. What was there and is no longer there has changed.
"""

import difflib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.captured import Captured
from evidence.legible import looked_for
from evidence.manifest import digests_of
from evidence.originals import originals

_SENTENCE = re.compile(r"[，。！？；,!?;\n\r]+")
_SHORTEST = 4
_LINES = 400
_NAMES = {"title": "标题", "price": "价格", "seller": "卖家", "text": "正文", "pictures": "图片"}


@dataclass(frozen=True, slots=True)
class Before:
    """A snapshot as it lies on the shelf, as far as a comparison needs it."""

    snapshot_id: str
    text: str
    fields: Mapping[str, Any]
    pictures: Mapping[str, tuple[str, str]]
    """Address -> file name and SHA-256."""
    url_final: str
    png_sha256: str

    @classmethod
    def read(cls, folder: Path) -> "Before":
        """Read it from its folder.

        Raises:
            OSError: it is not there.
        """
        told = json.loads((folder / "manifest.json").read_bytes())
        listed = {one["path"]: one for one in told["files"]}
        words = [
            (folder / name).read_text(encoding="utf-8")
            for name in ("text.txt", "text-clear.txt")
            if name in listed
        ]
        fields = (
            json.loads((folder / "fields.json").read_bytes()) if "fields.json" in listed else {}
        )
        return cls(
            snapshot_id=told["snapshot_id"],
            text="\n".join(words),
            fields=fields,
            pictures={
                one["url"]: (path, one["sha256"])
                for path, one in listed.items()
                if path.startswith("picture-")
            },
            url_final=told["url_final"],
            png_sha256=listed.get("page.png", {}).get("sha256", ""),
        )


def changed_parts(before: Before, seen: Captured) -> list[str]:
    """Return which parts of the listing were there and are not there now, in Chinese words."""
    old, new = _folded(before.text), _folded(f"{seen.text}\n{seen.clear_text}")
    changed = [
        name
        for name, ways in _parts(before.fields).items()
        if any(way in old for way in ways) and not any(way in new for way in ways)
    ]
    sentences = [
        one
        for one in map(_folded, _SENTENCE.split(str(before.fields.get("text", ""))))
        if len(one) >= _SHORTEST and one in old
    ]
    if any(one not in new for one in sentences):
        changed.append("text")
    now = {digests_of(data).sha256 for _, data in _pictures(before, seen).values()}
    if any(sha256 not in now for _, sha256 in before.pictures.values()) and before.fields:
        changed.append("pictures")
    return [_NAMES[name] for name in changed]


def is_another_page(before: Before, seen: Captured) -> bool:
    """Whether nothing of the listing is left on the page."""
    new = _folded(f"{seen.text}\n{seen.clear_text}")
    ways = [way for name in _parts(before.fields).values() for way in name]
    sentences = [_folded(one) for one in _SENTENCE.split(str(before.fields.get("text", "")))]
    all_parts = [*ways, *(one for one in sentences if len(one) >= _SHORTEST)]
    return bool(all_parts) and not any(part in new for part in all_parts)


def difference(first: Before, before: Before, seen: Captured, parts: list[str]) -> dict[str, Any]:
    """Return the record of a change: parts, lines gone and come, pictures side by side.

    Args:
        first: the first snapshot, which everything later is linked to.
        before: the one this look is compared with.
        seen: the look.
        parts: what :func:`changed_parts` found.
    """
    old, new = before.text.splitlines(), seen.text.splitlines()
    lines = [
        {"sign": line[0], "line": line[1:]}
        for line in difflib.unified_diff(old, new, n=0, lineterm="")
        if line[:1] in "+-" and not line.startswith(("+++", "---"))
    ]
    now = {
        url: (name, digests_of(data).sha256)
        for name, (url, data) in _pictures(before, seen).items()
    }
    pairs = [
        {
            "url": url,
            "before": _file(before.snapshot_id, before.pictures.get(url)),
            "after": _file("", now.get(url)),
            "is_same": url in before.pictures
            and url in now
            and before.pictures[url][1] == now[url][1],
        }
        for url in dict.fromkeys([*before.pictures, *now])
    ]
    return {
        "first_snapshot_id": first.snapshot_id,
        "before_snapshot_id": before.snapshot_id,
        "parts": parts,
        "lines": lines[:_LINES],
        "lines_left_out": max(0, len(lines) - _LINES),
        "page": {
            "before": {
                "snapshot_id": before.snapshot_id,
                "file": "page.png",
                "sha256": before.png_sha256,
            },
            "after": {"file": "page.png", "sha256": digests_of(seen.png).sha256},
        },
        "pictures": pairs,
    }


def _file(snapshot_id: str, file: tuple[str, str] | None) -> dict[str, str] | None:
    if file is None:
        return None
    told = {"file": file[0], "sha256": file[1]}
    return {"snapshot_id": snapshot_id, **told} if snapshot_id else told


def _pictures(before: Before, seen: Captured) -> dict[str, tuple[str, bytes]]:
    return originals(seen, before.fields.get("images", ()))


def _parts(fields: Mapping[str, Any]) -> dict[str, list[str]]:
    texts = looked_for(fields, str(fields.get("title", ""))).texts
    return {name: [_folded(way) for way in ways] for name, ways in texts.items()}


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
