"""Parts of pages that were drawn once and are shown as long as nothing in them has changed."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any


class KeptParts:
    """Drawn parts of pages, the longest unused ones forgotten first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rows: OrderedDict[tuple[Any, ...], str] = OrderedDict()
        self._lock = Lock()

    def find(self, keys: Sequence[tuple[Any, ...]]) -> list[str | None]:
        """Return what is kept under these keys."""
        with self._lock:
            found = [self._rows.get(key) for key in keys]
            for key, row in zip(keys, found, strict=True):
                if row is not None:
                    self._rows.move_to_end(key)
            return found

    def keep(self, drawn: dict[tuple[Any, ...], str]) -> None:
        """Keep what was drawn."""
        with self._lock:
            self._rows.update(drawn)
            while len(self._rows) > self._most:
                self._rows.popitem(last=False)
