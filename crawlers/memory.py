"""How much memory a crawl may take: its own, not that of whoever started it."""

import re
from contextlib import suppress
from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

_STATUS = Path("/proc/self/status")
_PEAK = re.compile(r"^VmHWM:\s*(\d+) kB", re.MULTILINE)


class OwnMemory(MemoryUsage):
    """Scrapy's watch over memory, held against the peak of this program alone.

    ``ru_maxrss`` is handed on by fork and exec: a crawl that a desk of two gigabytes starts
    would be over its limit before its first page.
    """

    def get_virtual_size(self) -> int:
        """Return the peak of resident memory since this program was begun, in bytes."""
        with suppress(OSError):
            told = _PEAK.search(_STATUS.read_text(encoding="ascii"))
            if told:
                return int(told[1]) * 1024
        return super().get_virtual_size()
