"""What pages were when they were last fetched, so that an unchanged one costs little.

A server that gave validators is asked whether the page has changed (a 304 has no body); a
listing whose card on the list is as it was is not asked for at all until its time has come.
Both only as long as the page is read with the same rules.
"""

import zlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.base.clock import Clock, stamp, unstamp
from pipeline.fingerprint import fingerprint_of
from pipeline.listing import Listing
from pipeline.store.open import Database
from pipeline.store.text import storable

LARGEST_BODY = 1_000_000
"""A longer list is fetched again each night rather than kept."""

_LONGEST_VALIDATOR = 300

_OF = """
    select key, etag, last_modified, card, filled, is_flagged, fetched_at, look_again_at, body
      from remembered_pages where source = ? and key = ? and rules = ?
"""
_KEEP = """
    insert into remembered_pages
        (source, key, rules, etag, last_modified, card, filled, is_flagged, fetched_at,
         look_again_at, body)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (source, key) do update
       set rules = excluded.rules, etag = excluded.etag, last_modified = excluded.last_modified,
           card = excluded.card, filled = excluded.filled, is_flagged = excluded.is_flagged,
           fetched_at = excluded.fetched_at, look_again_at = excluded.look_again_at,
           body = excluded.body
"""
_LOOKED = "update remembered_pages set look_again_at = ? where source = ? and key = ?"
_IS_UP = """
    select fingerprint from listings
     where source = ? and site_id = ? and gone_at is null and state <> 'faded'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One page as it was.

    Attributes:
        key: as in the ledger: a canonical address, or ``item:`` and the site's id.
        etag, last_modified: what the server gave, to be sent back as it is.
        card: fingerprint of the card that led to it.
        filled: names of the fields that were read.
        content_type, body: of a list alone: what a 304 stands for.
    """

    key: str
    etag: str = ""
    last_modified: str = ""
    card: str = ""
    filled: tuple[str, ...] = ()
    is_flagged: bool = False
    fetched_at: datetime
    look_again_at: datetime | None = None
    content_type: str = ""
    body: bytes | None = None

    @property
    def validators(self) -> dict[str, str]:
        """The headers that ask whether the page has changed."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of one source's pages.

    Attributes:
        rules: hash of the rules that pages are read with; read with others, all is new.
        look_again: how long a page whose card is unchanged is left alone, at most.
    """

    db: Database
    source: str
    rules: str
    look_again: timedelta
    clock: Clock

    def of(self, key: str) -> Remembered | None:
        """Return what a page was; None where it is not known, or was read by other rules."""
        row = self.db.conn.execute(_OF, (self.source, storable(key), self.rules)).fetchone()
        if row is None:
            return None
        content_type, body = _unpacked(row[8])
        return Remembered(
            key=row[0],
            etag=row[1],
            last_modified=row[2],
            card=row[3],
            filled=tuple(row[4].split()),
            is_flagged=bool(row[5]),
            fetched_at=unstamp(row[6]),
            look_again_at=unstamp(row[7]) if row[7] else None,
            content_type=content_type,
            body=body,
        )

    def unchanged(self, card: Listing) -> Remembered | None:
        """Return the page behind a card that is as it was, and whose listing is still up."""
        page = self.of(f"item:{card.site_id}")
        if page is None or page.card != fingerprint_of(card) or self._up(card.site_id) is None:
            return None
        return page

    def has_same(self, card: Listing) -> bool:
        """Return whether a listing that has no page of its own is as it is kept."""
        return self._up(card.site_id) == fingerprint_of(card)

    def may_rest(self, page: Remembered) -> bool:
        """Return whether it is not yet time to look at a page again."""
        return page.look_again_at is not None and page.look_again_at > self.clock.now()

    def keep(self, page: Remembered) -> None:
        """Remember a page, inside the caller's transaction."""
        self.db.conn.execute(
            _KEEP,
            (
                self.source,
                storable(page.key),
                self.rules,
                page.etag[:_LONGEST_VALIDATOR],
                page.last_modified[:_LONGEST_VALIDATOR],
                page.card,
                " ".join(page.filled),
                int(page.is_flagged),
                stamp(page.fetched_at),
                self._next_look(page),
                _packed(page),
            ),
        )

    def looked(self, page: Remembered) -> None:
        """Note that a page was looked at again and is as it was."""
        again = self._next_look(page)
        self.db.conn.execute(_LOOKED, (again, self.source, storable(page.key)))

    def _next_look(self, page: Remembered) -> str:
        if page.body is not None or not page.key.startswith("item:"):
            return ""
        # spread over the days, or what was found in one night is looked at again in one night
        share = 0.6 + 0.4 * (zlib.crc32(page.key.encode("utf-8", "replace")) % 100) / 100
        return stamp(self.clock.now() + self.look_again * share)

    def _up(self, site_id: str) -> str | None:
        row = self.db.conn.execute(_IS_UP, (self.source, storable(site_id))).fetchone()
        return None if row is None else str(row[0])


def _packed(page: Remembered) -> bytes | None:
    if page.body is None or len(page.body) > LARGEST_BODY:
        return None
    head = page.content_type.encode("latin-1", "replace").replace(b"\n", b" ")
    return zlib.compress(head + b"\n" + page.body, 6)


def _unpacked(packed: bytes | None) -> tuple[str, bytes | None]:
    if packed is None:
        return "", None
    with suppress(zlib.error):  # a damaged row is no reason to lose the night: it is fetched
        head, _, body = zlib.decompress(packed).partition(b"\n")
        return head.decode("latin-1"), body
    return "", None
