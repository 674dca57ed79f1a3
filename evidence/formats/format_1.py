"""Format 1: manifest.json, its digests in two small files, and the files that it lists."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from evidence.manifest import (
    NAME,
    SHA256_NAME,
    SM3_NAME,
    check_lines,
    digests_of_file,
)
from evidence.records import differences
from pipeline.base.language import _

ARCHIVE, RECORDS, CIRCUMSTANCES = "page.warc.gz", "records.json", "environment.json"
OWN = frozenset({NAME, SHA256_NAME, SM3_NAME})
_PLAIN = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")


class Part(BaseModel):
    """A part of a manifest: what is not named may not be there."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class File(Part):
    """One file of the folder."""

    path: str
    url: str
    size_bytes: int
    sha256: str
    sm3: str


class Before(Part):
    """The snapshot before this one in the chain."""

    snapshot_id: str
    sha256: str
    sm3: str


class Chain(Part):
    """Its place in the chain; the first has nothing before it."""

    number: int
    before: Before | None


class Taken(Part):
    """When, in both zones, and how long by a clock that never runs backwards."""

    started_utc: str
    ended_utc: str
    started_beijing: str
    ended_beijing: str
    took_milliseconds: int


class Missing(Part):
    """Something the page asked for and that is not here."""

    url: str
    kind: str
    status: int
    why: str


class Common(Part):
    """What the manifests of formats 1 and 2 both say."""

    snapshot_id: str
    listing_id: str
    listing_version: int
    asked_by: str
    url_requested: str
    url_final: str
    taken: Taken
    state: Literal["sealed", "failed"]
    page: str
    page_because: str
    reason: str
    title_found: bool | None
    is_complete: bool
    gaps: list[str]
    third_party_timestamp: str
    chain: Chain
    files: list[File]


class Manifest(Common):
    """The manifest of format 1, key by key."""

    format: Literal[1]
    missing: list[Missing]


def problems(folder: Path, told: Mapping[str, Any], data: bytes) -> list[str]:
    """Return what is wrong with a folder of format 1, in Chinese sentences."""
    try:
        manifest = Manifest.model_validate(told)
    except ValidationError as error:
        return [unfit(error)]
    return differing(folder, manifest, data, missing=len(manifest.missing), own=OWN)


def unfit(error: ValidationError) -> str:
    """Return the sentence for a manifest that says what it may not."""
    where = ".".join(str(part) for part in error.errors()[0]["loc"])
    return _("{file}：清单的「{where}」一项不合规定").format(file=NAME, where=where)


def differing(
    folder: Path, manifest: Common, data: bytes, *, missing: int, own: frozenset[str]
) -> list[str]:
    """Return what of a folder is not as its manifest says.

    Args:
        folder: the sealed folder.
        manifest: what it says of itself.
        data: the bytes of the manifest.
        missing: how many things the manifest says are missing.
        own: the files that the manifest does not list, because they are about it.
    """
    return [
        *_itself(folder, manifest, data, missing),
        *_files(folder, manifest, own),
        *_circumstances(folder, manifest),
        *_archive(folder, manifest),
    ]


def _itself(folder: Path, manifest: Common, data: bytes, missing: int) -> Iterator[str]:
    for name, line in check_lines(data).items():
        file = folder / name
        if not _is_file(file):
            yield _("{file}：文件缺失").format(file=name)
        elif file.read_bytes() != line:
            yield _("{file}：与 {manifest} 的校验值不符，两者之一被改动").format(
                file=name, manifest=NAME
            )
    if folder.resolve().name != manifest.snapshot_id:
        yield _("文件夹名与清单中的编号 {name} 不符").format(name=manifest.snapshot_id)
    if (manifest.chain.number == 1) != (manifest.chain.before is None):
        yield _("{file}：链条序号与前一份清单对不上").format(file=NAME)
    if manifest.is_complete == bool(missing or manifest.gaps):
        yield _("{file}：「是否完整」与所列缺项对不上").format(file=NAME)


def _files(folder: Path, manifest: Common, own: frozenset[str]) -> Iterator[str]:
    listed = {file.path: file for file in manifest.files}
    if len(listed) < len(manifest.files):
        yield _("{file}：同一个文件列了两次").format(file=NAME)
    odd = [path for path in listed if not _PLAIN.fullmatch(path) or path in own]
    if odd:
        yield _("{file}：文件名 {odd} 不合规定").format(file=NAME, odd="、".join(map(repr, odd)))
        return
    present = {entry.name for entry in folder.iterdir()}
    extra = present - set(listed) - own
    by_content = {_content(folder / name): name for name in sorted(present) if name not in own}
    for path, file in listed.items():
        moved_to = by_content.get((file.sha256, file.sm3))
        if path not in present:
            if moved_to in extra:
                extra.discard(moved_to)
                yield _("{file}：被改名为 {other}").format(file=path, other=shown(moved_to))
            else:
                yield _("{file}：文件缺失").format(file=path)
        elif not _is_file(folder / path):
            yield _("{file}：不是普通文件（可能是链接）").format(file=path)
        else:
            yield from _content_problem(folder / path, file, moved_to)
    for name in sorted(extra):
        yield _("{file}：多出来的文件，清单里没有").format(file=shown(name))


def _content_problem(path: Path, file: File, moved_to: str | None) -> Iterator[str]:
    size = path.stat().st_size
    if _content(path) == (file.sha256, file.sm3) and size == file.size_bytes:
        return
    if moved_to is not None:
        yield _("{file}：与 {other} 的内容对调").format(file=path.name, other=shown(moved_to))
    elif size != file.size_bytes:
        yield _("{file}：大小应为 {was} 字节，现为 {now} 字节，内容被改动").format(
            file=path.name, was=file.size_bytes, now=size
        )
    else:
        yield _("{file}：校验值不符，内容被改动").format(file=path.name)


def _circumstances(folder: Path, manifest: Common) -> Iterator[str]:
    """The record of the circumstances says the same as the manifest, or one was rewritten."""
    try:
        told = json.loads((folder / CIRCUMSTANCES).read_bytes())
        same = {
            "snapshot_id": manifest.snapshot_id,
            "listing_id": manifest.listing_id,
            "asked_by": manifest.asked_by,
            "url_requested": manifest.url_requested,
            "url_final": manifest.url_final,
            "taken": manifest.taken.model_dump(),
        }
        differing = [name for name, value in same.items() if told[name] != value]
    except (OSError, ValueError, TypeError, KeyError):
        yield _("{file}：缺失或读不出来").format(file=CIRCUMSTANCES)
        return
    for name in differing:
        yield _("{file}：「{name}」与清单所记不同").format(file=CIRCUMSTANCES, name=name)


def _archive(folder: Path, manifest: Common) -> Iterator[str]:
    try:
        listed = json.loads((folder / RECORDS).read_bytes())
        data = (folder / ARCHIVE).read_bytes()
        found = differences(data, listed)
    except (OSError, ValueError, TypeError, KeyError):
        yield _("{file}：无法逐条核对").format(file=ARCHIVE)
        return
    for what in found:
        yield f"{ARCHIVE}：{what}"
    expected = next((file for file in manifest.files if file.path == ARCHIVE), None)
    if (
        not found
        and expected is not None
        and digests_of_file(folder / ARCHIVE).sha256 != (expected.sha256)
    ):
        yield _("{file}：文件被重新压缩或在记录之外被改动，各条记录的内容仍相符").format(
            file=ARCHIVE
        )


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _content(path: Path) -> tuple[str, str]:
    if not _is_file(path):
        return ("", "")
    digests = digests_of_file(path)
    return (digests.sha256, digests.sm3)


def shown(name: str | None) -> str:
    """A name as it may be printed: what is not a plain file name is shown escaped."""
    return name if name and _PLAIN.fullmatch(name) else ascii(name or "")
