"""The names of sources as people know them: key -> name, from the source files.

Only the name is read here; whether the file is right is the catalogue's business
(``shouyi source lint``), and a file that is not still leaves its key to be shown.
"""

from pathlib import Path
from time import monotonic

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.base.settings import Settings, shipped

_HOLDS_SECONDS = 60.0
_LARGEST_BYTES = 256 * 1024


class SourceNames:
    """Looks up names; a key it has not met makes it read the folders again."""

    def __init__(self, settings: Settings) -> None:
        self._folders = (shipped("sources"), settings.own_sources)
        self._names: dict[str, str] = {}
        self._read_again_at = 0.0

    def __call__(self, key: str) -> str:
        """Return the name of a source, its key where the name is not known."""
        if key not in self._names:
            # a source whose file is gone keeps its key; a new file is read within a minute
            now = monotonic()
            if now >= self._read_again_at:
                self._read_again_at = now + _HOLDS_SECONDS
                self._names = dict(self._read())
        return self._names.get(key, key)

    def _read(self) -> list[tuple[str, str]]:
        files = [file for folder in self._folders for file in sorted(folder.glob("*.yml"))]
        return [named for file in files if (named := _named(file))]


def _named(file: Path) -> tuple[str, str] | None:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            return None
        told = YAML(typ="safe", pure=True).load(file)
    except (OSError, YAMLError, ValueError):
        return None
    if not isinstance(told, dict) or not isinstance(told.get("name"), str):
        return None
    return str(told.get("key") or file.stem), told["name"]
