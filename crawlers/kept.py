"""Pages that could not be read, kept as they came, so that a person can see why.

``<home>/logs/unread/<source>/<time>-<page>.html`` beside a ``.json`` that says what it is.
The folder is bounded: the oldest give way.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from crawlers.pages.base import Fetched
from pipeline.base.clock import stamp
from pipeline.store.ledger import Due

MOST_PAGES = 20
"""Pages kept of one source."""

MOST_BYTES = 5_000_000
"""Bytes kept of one page."""


@dataclass(frozen=True, slots=True)
class KeptPages:
    """The folder of pages that could not be read; None keeps nothing (a dry run)."""

    folder: Path | None

    def keep(self, source: str, due: Due, page: Fetched, why: str) -> None:
        """Keep the bytes of a page, and in words what it was."""
        if self.folder is None:
            return
        folder = self.folder / source
        name = f"{stamp(page.seen_at).replace(':', '')}-{due.page_id}"
        body = page.body or page.text.encode("utf-8", "replace")
        said = {"url": page.url, "asked": due.url, "kind": due.kind, "status": page.status}
        more = {"why": why, "bytes": len(body), "headers": dict(page.headers)}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.html").write_bytes(body[:MOST_BYTES])
            text = json.dumps(said | more, ensure_ascii=False, indent=1)
            (folder / f"{name}.json").write_bytes(text.encode("utf-8", "replace"))
            _make_room(folder)
        except OSError:
            return  # a keepsake: a full disk is told by the store, which matters more


def _make_room(folder: Path) -> None:
    for old in sorted(folder.glob("*.json"))[:-MOST_PAGES]:
        old.with_suffix(".html").unlink(missing_ok=True)
        old.unlink(missing_ok=True)
