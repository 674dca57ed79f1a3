"""What one host may be asked for in one night, by all runs and all sources of it together."""

from collections import Counter
from dataclasses import dataclass, field

from crawlers.manners import host_of
from crawlers.source import Limits, Source
from pipeline.store.open import Database

_SPENT = """
    select url, attempts, coalesce(json_extract(nullif(request, ''), '$.received'), size_bytes),
           coalesce(json_extract(nullif(request, ''), '$.browser_seconds'), 0)
      from run_pages join runs using (run_id)
     where night_on = ? and attempts > 0 and url like ? escape '\\'
"""
_MINUTE = 60


@dataclass(slots=True)
class Budget:
    """What hosts were asked for tonight, and how much that may be."""

    limits: Limits
    pages: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    browser_seconds: dict[str, float] = field(default_factory=dict)

    def spend(
        self, host: str, *, pages: int = 1, received: int = 0, browser_seconds: float = 0.0
    ) -> None:
        """Count what was asked of a host."""
        self.pages[host] += pages
        self.bytes[host] += received
        if browser_seconds:
            self.browser_seconds[host] = self.browser_seconds.get(host, 0.0) + browser_seconds

    def why_spent(self, host: str) -> str:
        """Return which limit a host has reached; empty while none."""
        limits = self.limits
        if self.pages[host] >= limits.night_pages:
            return f"limits.night_pages {limits.night_pages}: {host}"
        if self.bytes[host] >= limits.night_bytes:
            return f"limits.night_bytes {limits.night_bytes}: {host}"
        if self.browser_seconds.get(host, 0.0) >= limits.browser_minutes * _MINUTE:
            return f"limits.browser_minutes {limits.browser_minutes:g}: {host}"
        return ""

    def as_json(self) -> dict[str, dict[str, float]]:
        """Return what was spent tonight, host by host, as the run record keeps it."""
        return {
            host: {
                "pages": self.pages[host],
                "bytes": self.bytes[host],
                "browser_minutes": round(self.browser_seconds.get(host, 0.0) / _MINUTE, 2),
            }
            for host in sorted(self.pages)
        }


def budget_of(db: Database, source: Source, night_on: str) -> Budget:
    """Return the budget of a source's hosts, less what was spent this night before."""
    budget = Budget(source.limits)
    for host in {host_of(source.base_url), host_of(source.search.url)} - {""}:
        named = host.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        for url, attempts, received, seconds in db.conn.execute(_SPENT, (night_on, f"%//{named}%")):
            if host_of(url) == host:
                budget.spend(host, pages=attempts, received=received, browser_seconds=seconds)
    return budget
