"""Listing: the one shape every source is read into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NewType

ListingId = NewType("ListingId", str)

TEXT_FIELDS = ("title", "text", "ocr", "tags", "seller", "price", "region")
"""Fields in which words are looked for, by the names that ``shouyi match`` uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What is asked.

    Attributes:
        raw: the words as printed, empty where the page names no price.
        yuan: the sum for one unit, the lower end of a range; None where unknown.
        high_yuan: the upper end of a range.
        per: what one unit is, as printed (只, 对, 枚); empty where not said.
        is_placeholder: a sum nobody means (0, 1, 9999, 99999999): outside every average.
        note: why ``yuan`` is empty ("面议", "unreadable"), empty where it is not.
    """

    raw: str = ""
    yuan: Decimal | None = None
    high_yuan: Decimal | None = None
    per: str = ""
    is_placeholder: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where, as printed, and its GB/T 2260 code ("210100") where that is certain."""

    raw: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Who, as the page shows it: display name, the site's own id, address of the profile."""

    name: str = ""
    site_id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One listing as one source showed it at one moment.

    Attributes:
        source: key of the source file.
        site_id: the site's own stable id, without session tokens.
        url: canonical address of the listing.
        seen_at: time of the response it was read from, UTC.
        title, text: as shown, with control characters and lone surrogates taken out.
        posted_at: when first posted, UTC; never after ``seen_at``.
        posted_raw: the words that said so.
        images: addresses of its own pictures, in order.
        tags: hashtags, category and trade words that the site itself adds.
        ocr: words read out of its pictures.
        comments: what others and the seller wrote below it, in order.
        reviews: what buyers wrote after the deal.
        suggestions: what the site proposes to search for beside it: shown, never evidence.
        kind: "offer", "wanted" or "" where the site does not say.
        is_damaged: some bytes of its text could not be decoded.
        notes: field name -> why it is empty, for fields that should have been there.
    """

    source: str
    site_id: str
    url: str = ""
    seen_at: datetime
    title: str = ""
    text: str = ""
    price: Price = Price()
    place: Place = Place()
    seller: Seller = Seller()
    posted_at: datetime | None = None
    posted_raw: str = ""
    images: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    ocr: str = ""
    comments: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    kind: str = ""
    is_damaged: bool = False
    notes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def id(self) -> ListingId:
        """Its name everywhere: ``"huapiao:991"``."""
        return ListingId(f"{self.source}:{self.site_id}")

    def words(self) -> dict[str, str]:
        """Return the fields in which words are looked for, by name; empty ones left out."""
        fields = {
            "title": self.title,
            "text": self.text,
            "ocr": self.ocr,
            "tags": " ".join(self.tags),
            "comments": "\n".join(self.comments),
            "reviews": "\n".join(self.reviews),
            "suggestions": "\n".join(self.suggestions),
            "seller": self.seller.name,
            "price": self.price.raw,
            "region": self.place.raw,
        }
        return {name: value for name, value in fields.items() if value}
