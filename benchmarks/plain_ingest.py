"""The plain way to keep listings: sqlite-utils, full text by trigram, kept by triggers.

Written before ours and never slowed: jieba over every text, one ``upsert`` a
listing as an item pipeline does; or, to be fair to it, one ``upsert_all`` a batch.
"""

from pathlib import Path
from typing import Any, cast

import sqlite_utils

from benchmarks.plain_match import PlainWay
from pipeline.listing import Listing


class PlainStore:
    """A table, its full-text table, and triggers between the two."""

    def __init__(self, path: Path, matcher: PlainWay) -> None:
        self._matcher = matcher
        self._db = cast("Any", sqlite_utils.Database(path))
        self._db.enable_wal()
        self._db["listings"].create(
            {
                "id": str,
                "source": str,
                "title": str,
                "text": str,
                "seller": str,
                "place": str,
                "price": str,
                "seen_at": str,
                "is_suspicious": int,
            },
            pk="id",
        )
        self._db["listings"].enable_fts(["title", "text"], create_triggers=True, tokenize="trigram")

    def ingest(self, batch: list[Listing]) -> None:
        """Judge and keep listings one by one, each on disk before the next."""
        for one in batch:
            self._db["listings"].upsert(self._rows([one])[0], pk="id")

    def ingest_at_once(self, batch: list[Listing]) -> None:
        """Judge and keep a batch in one transaction."""
        self._db["listings"].upsert_all(self._rows(batch), pk="id")

    def _rows(self, batch: list[Listing]) -> list[dict[str, Any]]:
        flags = self._matcher.flags([f"{one.title}\n{one.text}" for one in batch])
        return [
            {
                "id": one.id,
                "source": one.source,
                "title": one.title,
                "text": one.text,
                "seller": one.seller.name,
                "place": one.place.raw,
                "price": one.price.raw,
                "seen_at": one.seen_at.isoformat(),
                "is_suspicious": int(flag),
            }
            for one, flag in zip(batch, flags, strict=True)
        ]
