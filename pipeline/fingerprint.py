"""What a change of a listing is: a short hash of each part that matters.

A page is never the same twice: counters of views, "3天前" and signed picture addresses
move each night and mean nothing. They are taken out (``data/volatile.yml``) before a part
is hashed, so that a change is a change.
"""

import hashlib
import re
import unicodedata
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from pipeline.base.settings import shipped
from pipeline.listing import Listing

PARTS = ("title", "text", "ocr", "tags", "price", "images", "seller", "place")
"""In the order in which a fingerprint holds them, with a dot between."""

WORDS_AND_PRICE = frozenset({"title", "text", "ocr", "tags", "price"})
"""A change of one of these asks for a new verdict; the rest is recorded."""

_WIDTH = 12


def fingerprint_of(listing: Listing) -> str:
    """Return the fingerprint of a listing: 12 hex digits of SHA-256 for each of ``PARTS``."""
    price = listing.price
    sum_asked = (
        f"{price.yuan.normalize():f}/{price.high_yuan}/{price.per}"
        if price.yuan is not None
        else _steady(price.raw)
    )
    parts = (
        _steady(listing.title),
        _steady(listing.text),
        _steady(listing.ocr),
        _steady(" ".join(sorted(listing.tags))),
        sum_asked,
        "\n".join(sorted(map(_picture, listing.images))),
        f"{listing.seller.site_id}\n{_steady(listing.seller.name)}",
        _steady(listing.place.raw),
    )
    return ".".join(_short(part) for part in parts)


def changed(before: str, after: str) -> tuple[str, ...]:
    """Return the names of the parts in which two fingerprints differ."""
    if before == after:
        return ()
    pairs = zip(PARTS, before.split("."), after.split("."), strict=True)
    return tuple(name for name, old, new in pairs if old != new)


def _short(part: str) -> str:
    if not part:
        return "-"
    return hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:_WIDTH]


def _picture(address: str) -> str:
    """Return the part of a picture's address that stays: its path.

    Hosts of picture networks take turns (img01, img02 ...), and signed queries run out.
    """
    beyond_scheme = address.partition("//")[2] or address
    path = beyond_scheme.partition("/")[2] or beyond_scheme
    return path.partition("?")[0].partition("#")[0]


def _steady(text: str) -> str:
    if not text:
        return ""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(_volatile().sub("", plain).split())


@cache
def _volatile(file: Path | None = None) -> re.Pattern[str]:
    read = YAML(typ="safe", pure=True).load(file or shipped("volatile.yml"))
    return re.compile("|".join(f"(?:{pattern})" for pattern in read["patterns"]))
