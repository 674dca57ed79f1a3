"""What a list can be narrowed by: the sources and birds that are there, looked up now and then."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

from casework import queue
from casework.asking import Wanted
from pipeline.store.open import Database

_HOLDS_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Choices:
    """Keys of sources, and names of birds."""

    sources: tuple[str, ...]
    species: tuple[str, ...]


class Known:
    """Choices, kept for a minute: nobody waits for them twice."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], tuple[float, Choices]] = {}
        self._lock = Lock()

    def is_at_hand(self, key: tuple[Any, ...]) -> bool:
        """Tell whether the choices of the whole store need no looking up just now."""
        with self._lock:
            kept = self._kept.get((*key, "all"))
        return kept is not None and monotonic() < kept[0]

    def of(self, db: Database, wanted: Wanted, key: tuple[Any, ...]) -> Choices:
        """Return what stands in a list; of the whole store where one may see all of it."""
        if not wanted.cities:
            key = (*key, "all")
            return self._get(key, lambda: Choices(*queue.choices(db)))
        return self._get(
            (*key, wanted.state, wanted.call, wanted.cities),
            lambda: Choices(
                tuple(queue.sources_of(db, wanted)), tuple(queue.species_of(db, wanted))
            ),
        )

    def _get(self, key: tuple[Any, ...], look_up: Callable[[], Choices]) -> Choices:
        now = monotonic()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and now < kept[0]:
                return kept[1]
            if kept is not None:  # others go on with the old ones while this one looks
                self._kept[key] = (now + _HOLDS_SECONDS, kept[1])
        found = look_up()
        with self._lock:
            self._kept[key] = (now + _HOLDS_SECONDS, found)
        return found
