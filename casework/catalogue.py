"""What each source file says of itself: name, basis, pace, hours, and whether it is on.

Read as it is written; whether a file is right is told by ``shouyi source lint``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

_LARGEST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Listed:
    """A source as its file tells it; ``is_own``: of this home, not shipped."""

    key: str
    name: str
    family: str
    enabled: bool
    basis: str
    base_url: str
    every: str
    seconds_between: str
    hours: str
    robots: str
    note: str
    allow_private: tuple[str, ...]
    is_own: bool


def listed(shipped: Path, own: Path) -> list[Listed]:
    """Return every source, those that are on first; a file of one's own replaces a shipped one."""
    found: dict[str, Listed] = {}
    for folder, is_own in ((shipped, False), (own, True)):
        for path in sorted(folder.glob("*.yml")) if folder.is_dir() else ():
            try:
                state = path.stat()
            except OSError:
                continue
            told = _read(path, state.st_mtime_ns, state.st_size, is_own)
            if told is not None:
                found[told.key] = told
    return sorted(found.values(), key=lambda each: (not each.enabled, each.key))


def allowed_private(sources: Iterable[Listed]) -> frozenset[str]:
    """Return ``host:port`` of the private servers that the source files name."""
    return frozenset(name.lower() for each in sources for name in each.allow_private)


@lru_cache(maxsize=500)
def _read(path: Path, changed_at: int, size: int, is_own: bool) -> Listed | None:  # noqa: FBT001 - a key of the cache
    assert changed_at >= 0
    if size > _LARGEST_BYTES:
        return None
    try:
        told = YAML(typ="safe", pure=True).load(path)
    except (OSError, YAMLError, ValueError):
        return None
    if not isinstance(told, dict):
        return None
    manners, needs = _part(told, "manners"), _part(told, "needs")
    private = told.get("allow_private")
    return Listed(
        str(told.get("key") or path.stem)[:40],
        str(told.get("name") or path.stem)[:60],
        str(told.get("family", ""))[:20],
        told.get("enabled") is True,
        str(told.get("basis", ""))[:500],
        str(told.get("base_url", ""))[:500],
        str(told.get("every", "1d"))[:10],
        str(manners.get("seconds_between", ""))[:10],
        str(manners.get("hours", ""))[:20],
        str(manners.get("robots", "obey"))[:10],
        str(needs.get("note", ""))[:300],
        tuple(str(each) for each in private) if isinstance(private, list) else (),
        is_own,
    )


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = told.get(name)
    return part if isinstance(part, dict) else {}
