"""A listing's card and its page, put together."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pipeline.listing import Listing, Place, Price, Seller

FURTHER_WORDS = ("comments", "reviews", "suggestions")


def merged(card: Listing, page: Listing) -> Listing:
    """Return the listing of a page, with what only its card shows taken over."""
    changes: dict[str, Any] = {"site_id": card.site_id, "url": card.url or page.url}
    for name in (*("title", "text", "images", "tags", "kind"), *FURTHER_WORDS):
        changes[name] = getattr(page, name) or getattr(card, name)
    changes["price"] = _fuller(page.price, card.price, lambda price: price.yuan is not None)
    changes["place"] = page.place if page.place.raw else card.place
    changes["seller"] = Seller(
        name=page.seller.name or card.seller.name,
        site_id=page.seller.site_id or card.seller.site_id,
        url=page.seller.url or card.seller.url,
    )
    if page.posted_at is None and card.posted_at is not None:
        changes |= {"posted_at": card.posted_at, "posted_raw": card.posted_raw}
    both = {**card.notes, **page.notes}
    whole = replace(page, **changes, is_damaged=page.is_damaged or card.is_damaged)
    lacking = {name: note for name, note in both.items() if _lacks(whole, name)}
    return replace(whole, notes=MappingProxyType(lacking))


def _fuller(first: Price, second: Price, is_full: Callable[[Price], bool]) -> Price:
    if is_full(first) or not second.raw:
        return first
    return second if is_full(second) or not first.raw else first


def _lacks(listing: Listing, name: str) -> bool:
    if name == "price":
        return listing.price.yuan is None
    value = getattr(listing, name, None)
    return value in (None, "", (), Place(), Seller())
