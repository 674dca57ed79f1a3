"""Snapshots keep the manners of the crawl: so many seconds between two pages of one source."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest

from evidence.keeping import Wanted


class Pace:
    """Spaces the starts of captures, each source by its own measure.

    Args:
        seconds_between: source key -> seconds from one start to the next; a source that is
            not named, and a bare address, waits for nobody.
    """

    def __init__(self, seconds_between: Mapping[str, float]) -> None:
        self._seconds = seconds_between
        self._next: dict[str, float] = {}

    async def turn(self, source: str) -> None:
        """Wait until this source may be asked again."""
        now = asyncio.get_running_loop().time()
        starts = max(now, self._next.get(source, now))
        self._next[source] = starts + self._seconds.get(source, 0)
        await asyncio.sleep(starts - now)


def in_turns(wanted: Sequence[Wanted]) -> list[Wanted]:
    """Return them one source after the other, so that no source keeps the others waiting."""
    by_source: defaultdict[str, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_source[one.source].append(one)
    rounds = zip_longest(*by_source.values())
    return [one for one in chain.from_iterable(rounds) if one is not None]
