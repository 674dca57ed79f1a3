"""What is remembered of a page that was read, and what a page remembered means tonight."""

from dataclasses import replace

from crawlers.deliver import Yield
from crawlers.pages.base import Fetched
from pipeline.base.clock import Clock
from pipeline.fingerprint import fingerprint_of
from pipeline.listing import Listing
from pipeline.store.ledger import Due
from pipeline.store.listings import from_json, to_json
from pipeline.store.remembered import LARGEST_BODY, Remembered


def remembering(given: Yield, due: Due, page: Fetched) -> Yield:
    """Return what a page gave, with what is to be remembered of it.

    A list is remembered where its server can be asked whether it has changed; the page of a
    listing always, for its card says as much. What could not be read is not remembered.
    """
    if given.page is None or given.page.state != "done" or not _OK <= page.status < _NOT_OK:
        return given
    if due.kind == "index":
        is_whole = page.headers.get("etag") or page.headers.get("last-modified")
        if not is_whole or given.lost or len(page.body) > LARGEST_BODY:
            return given
        return replace(given, remember=_as_it_is(due, page, card="", body=page.body))
    if "lead" in due.meta or "thread" in due.meta or not given.listings:
        return given
    card = due.meta.get("card")
    mark = fingerprint_of(from_json(card)) if card else ""
    return replace(given, remember=_as_it_is(due, page, card=mark, body=None))


def as_of_now(given: Yield, clock: Clock) -> Yield:
    """Return what a remembered list gives, its listings seen tonight; its dates stay as read."""
    now = clock.now()

    def seen(listing: Listing) -> Listing:
        return replace(listing, seen_at=now)

    found = [
        replace(one, meta={**one.meta, "card": to_json(seen(from_json(one.meta["card"])))})
        if "card" in one.meta
        else one
        for one in given.found
    ]
    finished = replace(given.page, status=304, size_bytes=0) if given.page else None
    return replace(
        given, page=finished, found=found, listings=[seen(one) for one in given.listings]
    )


def _as_it_is(due: Due, page: Fetched, *, card: str, body: bytes | None) -> Remembered:
    return Remembered(
        key=due.key,
        etag=page.headers.get("etag", ""),
        last_modified=page.headers.get("last-modified", ""),
        card=card,
        fetched_at=page.seen_at,
        content_type=page.content_type,
        body=body,
    )


_OK, _NOT_OK = 200, 300
