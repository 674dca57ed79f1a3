"""The list of what was kept: every file by path, size and two digests, chained to the one before.

JSON in one canonical spelling, so that equal content is equal bytes and a change of as little
as a blank is a change. ``manifest.sha256`` and ``manifest.sm3`` beside it are in the form that
``sha256sum -c`` reads; the next snapshot's manifest names both digests again.

Source: SM3 is GB/T 32905-2016; SHA-256 is FIPS 180-4.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SM3, Hash

FORMAT = 2
NAME = "manifest.json"
SHA256_NAME = "manifest.sha256"
SM3_NAME = "manifest.sm3"
_PIECE = 1_048_576


@dataclass(frozen=True, slots=True)
class Digests:
    """What a run of bytes is known by, in lower-case hexadecimal."""

    sha256: str
    sm3: str


def digests_of(data: bytes) -> Digests:
    """Return both digests of some bytes."""
    sm3 = Hash(SM3())
    sm3.update(data)
    return Digests(hashlib.sha256(data).hexdigest(), sm3.finalize().hex())


def digests_of_file(path: Path) -> Digests:
    """Return both digests of a file, read piece by piece."""
    sha256, sm3 = hashlib.sha256(), Hash(SM3())
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            sha256.update(piece)
            sm3.update(piece)
    return Digests(sha256.hexdigest(), sm3.finalize().hex())


def canonical(value: Mapping[str, Any] | list[Any]) -> bytes:
    """Return the one spelling of a JSON value: sorted keys, two blanks, UTF-8, line end.

    Whole numbers only: two programs may write 0.1 in two ways.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    # half a character (a lone surrogate) cannot be written as UTF-8: it becomes U+FFFD
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode() + b"\n"


def read(data: bytes) -> dict[str, Any]:
    """Return a manifest read from its bytes.

    Raises:
        ValueError: it is no JSON object, names a key twice, or is not in canonical spelling.
    """
    value = json.loads(data, object_pairs_hook=_each_once)
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    if canonical(value) != data:
        raise ValueError("not in canonical spelling")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key appears twice")
    return dict(pairs)


def file_entry(path: str, data: bytes, *, url: str = "") -> dict[str, Any]:
    """Return the line of one file; ``url`` is where its bytes came from, if from the page."""
    digests = digests_of(data)
    return {
        "path": path,
        "url": url,
        "size_bytes": len(data),
        "sha256": digests.sha256,
        "sm3": digests.sm3,
    }


def check_lines(data: bytes) -> dict[str, bytes]:
    """Return the two small files that name the digests of a manifest."""
    digests = digests_of(data)
    return {
        SHA256_NAME: f"{digests.sha256}  {NAME}\n".encode(),
        SM3_NAME: f"{digests.sm3}  {NAME}\n".encode(),
    }
