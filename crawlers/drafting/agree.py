"""How well a value agrees with what is already known of a listing."""

from collections.abc import Callable
from datetime import datetime, timedelta

from crawlers.drafting.addresses import absolute
from crawlers.drafting.likeness import time_like
from crawlers.fields import kind_of, line, place_of, posted_of, price_in, price_of
from pipeline.base.urls import canonical
from pipeline.listing import Listing

_CUT = "…. "
_ALIKE = 6
"""Characters by which a cut title is still known."""


def agreement(name: str, value: str, known: Listing, *, url: str, at: datetime) -> float | None:
    """Return how well a value of a field agrees, 0..1; None where nothing is known of it."""
    return _JUDGES[name](value, known, url, at)


def _title(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    return _words(line(value), line(known.title))


def _text(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    return _words(line(value)[:2_000], line(known.text)[:2_000])


def _words(said: str, wanted: str) -> float | None:
    if not wanted:
        return None
    if said == wanted:
        return 1.0
    short, long = sorted((said.rstrip(_CUT), wanted.rstrip(_CUT)), key=len)
    if len(short) >= _ALIKE and long.startswith(short):
        return 0.85
    if len(short) >= _ALIKE and short in long:
        return 0.3 + 0.5 * len(short) / len(long)
    return 0.0


def _price(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    if not known.price.raw:
        return None
    read = price_of(value)
    if known.price.yuan is not None:
        if read.yuan == known.price.yuan:
            return 1.0 if len(value) <= len(known.price.raw) + 12 else 0.6
        return 0.5 if len(value) > 40 and price_in(value).yuan == known.price.yuan else 0.0
    return 1.0 if read.note == known.price.note and read.raw[:20] == known.price.raw[:20] else 0.0


def _place(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    if not known.place.raw:
        return None
    if line(value) == known.place.raw:
        return 1.0
    if len(value) > 30:  # a sentence that names a place
        return 0.0
    code = place_of(value).code
    return 0.9 if code and code == known.place.code else 0.0


def _posted(value: str, known: Listing, _url: str, at: datetime) -> float | None:
    if known.posted_at is None and not known.posted_raw:
        return None
    if line(value) == known.posted_raw:
        return 1.0
    read = posted_of(value, at)
    if read.at is None or known.posted_at is None:
        return 0.0
    apart = abs(read.at - known.posted_at)
    if time_like(value, at) < 0.5:  # it stands somewhere in a longer text
        return 0.3 if apart <= timedelta(minutes=1) else 0.0
    if apart <= timedelta(minutes=1):
        return 1.0
    # "2天前" is known to the day alone
    return 0.8 if apart <= timedelta(days=1, hours=1) else 0.0


def _seller(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    if not known.seller.name:
        return None
    said = line(value)
    if said == known.seller.name:
        return 1.0
    return 0.5 if said.startswith(known.seller.name) and len(said) < 40 else 0.0


def _seller_url(value: str, known: Listing, url: str, _at: datetime) -> float | None:
    if not known.seller.url:
        return None
    return float(absolute(url, value) == known.seller.url)


def _seller_id(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    return float(value == known.seller.site_id) if known.seller.site_id else None


def _url(value: str, known: Listing, url: str, _at: datetime) -> float | None:
    if not known.url:
        return None
    whole = absolute(url, value)
    return float(bool(whole) and canonical(whole) == known.url)


def _site_id(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    return float(line(value) == known.site_id)


def _images(value: str, known: Listing, url: str, _at: datetime) -> float | None:
    return float(absolute(url, value) in known.images) if known.images else None


def _kind(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    if not known.kind:
        return None
    return float(kind_of(value) == known.kind and len(value) <= 8)  # a word


def _tags(value: str, known: Listing, _url: str, _at: datetime) -> float | None:
    return float(line(value) in known.tags) if known.tags else None


_JUDGES: dict[str, Callable[[str, Listing, str, datetime], float | None]] = {
    "title": _title,
    "text": _text,
    "price": _price,
    "place": _place,
    "posted": _posted,
    "seller": _seller,
    "seller_url": _seller_url,
    "seller_id": _seller_id,
    "url": _url,
    "site_id": _site_id,
    "images": _images,
    "kind": _kind,
    "tags": _tags,
}
