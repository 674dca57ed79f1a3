"""With what it was taken: versions, and the SHA-256 of our own code and of the browser."""

import hashlib
import json
import ssl
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from evidence.manifest import digests_of_file
from pipeline.base.settings import shipped

_ROOMS = ("keywords", "pipeline", "crawlers", "evidence", "commands")
_PACKAGES = ("playwright", "warcio", "pillow", "cryptography")
_ENDINGS = frozenset({".py", ".js", ".yml"})


@cache
def software() -> dict[str, Any]:
    """Return our own version and digest, and the versions of what we stand on."""
    root = shipped().parent
    whole = hashlib.sha256()
    files = 0
    for file in _code(root):
        with suppress(OSError):  # a file that goes away meanwhile is no longer our code
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            whole.update(f"{digest}  {file.relative_to(root).as_posix()}\n".encode())
            files += 1
    return {
        "name": "shouyi",
        "version": version("shouyi"),
        "code_sha256": whole.hexdigest(),
        "code_files": files,
        "packages": {name: _version(name) for name in _PACKAGES},
        "openssl": ssl.OPENSSL_VERSION,
    }


def _code(root: Path) -> list[Path]:
    found = [
        file
        for room in _ROOMS
        for file in (root / room).rglob("*")
        if file.suffix in _ENDINGS and file.is_file()
    ]
    return sorted([*found, *(root / "data").glob("*.yml")])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def digest_of_program(path: Path, cache_folder: Path) -> str:
    """Return the SHA-256 of a program; remembered, because a browser has 200 MB.

    Args:
        path: the program.
        cache_folder: keeps what was worked out, by name, size and time of the file.
    """
    try:
        stat = path.stat()
    except OSError:
        return "not checked"
    name = f"{path} {stat.st_size} {stat.st_mtime_ns}"
    file = cache_folder / "programs.json"
    with suppress(OSError, ValueError, TypeError, KeyError):
        known = json.loads(file.read_text(encoding="utf-8"))[name]
        if isinstance(known, str):
            return known
    with suppress(OSError):
        digest = digests_of_file(path).sha256
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({name: digest}), encoding="utf-8")
        return digest
    return "not checked"
