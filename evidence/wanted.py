"""A page that must be kept, and what is known of the way to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A page that must be kept.

    Attributes:
        listing_id, listing_version: the listing it is of; empty and 0 for a bare address.
        asked_by: the schedule, or the person's log-in name.
        title: what the listing is called; looked for on the page.
        fields: the listing as it was read, as JSON values; kept beside the page.
        way: how the crawl came to the page, with its robots decision, pace and legal basis;
            empty where no crawl did.
        session: the log-in that is used, recorded by an operator; None: none.
        beside: file name -> JSON value, kept in the folder with the page.
    """

    url: str
    asked_by: str
    listing_id: str = ""
    listing_version: int = 0
    title: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    way: Mapping[str, Any] = field(default_factory=dict)
    session: Path | None = None
    beside: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The key of its source; empty for a bare address."""
        return self.listing_id.partition(":")[0]
