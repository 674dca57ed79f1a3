"""The chain that joins the snapshots: each manifest names the one before it, with its digests."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evidence import manifest
from pipeline.base.language import _

_BEFORE = ("snapshot_id", "sha256", "sm3")
_NEIGHBOURS = 40
"""Snapshots taken side by side are sealed out of order, but never by more than this."""


def chain_problems(found: list[Path], *, has_gaps: bool = False) -> Iterator[str]:
    """Say where the chain through these folders is broken.

    Args:
        found: the folders, in any order.
        has_gaps: they are some of a chain, not all of it.
    """
    links = sorted(
        (told["chain"]["number"], folder.name, told["chain"]["before"], manifest.digests_of(data))
        for folder, told, data in _readable(found)
    )
    before: tuple[str, manifest.Digests] | None = None
    expected = 1
    for number, name, named, digests in links:
        if has_gaps and number != expected:
            pass
        elif number != expected:
            yield _("链条在第 {n} 份处断开：缺少或重复").format(n=min(number, expected))
        elif _as_named(before) != named:
            yield _("{name}：它所记的前一份清单与实际不符").format(name=name)
        before, expected = (name, digests), number + 1


def next_to(folder: Path, data: bytes, siblings: list[Path]) -> Iterator[str]:
    """Compare a manifest with what the snapshot after it, where that one lies beside, says of it.

    Args:
        folder: the snapshot's, as one of ``siblings``.
        data: the bytes of its manifest.
        siblings: the snapshots that lie there, by name.
    """
    if folder not in siblings:
        return
    here = siblings.index(folder)
    near = siblings[max(0, here - _NEIGHBOURS) : here + _NEIGHBOURS + 1]
    digests = manifest.digests_of(data)
    for other, told, _data in _readable(near):
        before = told["chain"]["before"]
        if before and before["snapshot_id"] == folder.name:
            if (before["sha256"], before["sm3"]) != (digests.sha256, digests.sm3):
                yield _("{file}：后一份固定 {name} 记下的校验值与此不同，清单被整个改写过").format(
                    file=manifest.NAME, name=other.name
                )
            return


def _as_named(before: tuple[str, manifest.Digests] | None) -> dict[str, str] | None:
    if before is None:
        return None
    name, digests = before
    return {"snapshot_id": name, "sha256": digests.sha256, "sm3": digests.sm3}


def _readable(found: list[Path]) -> Iterator[tuple[Path, dict[str, Any], bytes]]:
    for folder in found:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            data = (folder / manifest.NAME).read_bytes()
            told = manifest.read(data)
            chain = told["chain"]
            named = chain["before"] or dict.fromkeys(_BEFORE, "")
            if isinstance(chain["number"], int) and {*map(type, map(named.get, _BEFORE))} == {str}:
                yield folder, told, data
