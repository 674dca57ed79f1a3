"""One listing read field by field. A site's own class overrides the fields that rules miss.

::

    class HuapiaoListing(ListingFields):
        @field
        def price(self) -> Price:
            # The big number is the deposit (定金); the price sits in data-total (seen 2026-11).
            return price_of(self.shown.css(".price::attr(data-total)")[0])
"""

from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

from web_poet.fields import FieldsMixin, field

from crawlers.fields import (
    Posted,
    clean,
    kind_of,
    line,
    place_in,
    place_of,
    posted_of,
    price_in,
    price_of,
)
from crawlers.pages.base import Fetched
from crawlers.pages.shown import Shown
from crawlers.source import Source
from pipeline.base.urls import canonical
from pipeline.listing import Listing, Place, Price, Seller

_LONGEST_ID = 200
_MOST_IMAGES = 500
_MOST_LINES = 200  # comments and reviews of one listing
NOT_THERE = "not on the page"


class ListingFields(FieldsMixin):
    """The fields of one listing, each read on its own."""

    def __init__(self, shown: Shown, fetched: Fetched, source: Source) -> None:
        self.shown = shown
        self.fetched = fetched
        self.source = source

    def first(self, name: str) -> str:
        """Return the first value of a field; empty where the page shows none."""
        return next(iter(self.shown.given(name).values), "")

    def absolute(self, url: str) -> str:
        """Return a web address as it is reached from this page; empty for anything else."""
        try:
            whole = urljoin(self.fetched.url, url.strip())
        except ValueError:
            return ""
        return whole if whole.lower().startswith(("http://", "https://")) else ""

    @field
    def site_id(self) -> str:
        """The site's own stable id."""
        return line(self.first("site_id"))[:_LONGEST_ID]

    @field
    def url(self) -> str:
        """The canonical address."""
        whole = self.absolute(self.first("url"))
        return canonical(whole) if whole else ""

    @field
    def title(self) -> str:
        """The headline, on one line."""
        return line(self.first("title"))

    @field
    def text(self) -> str:
        """All parts of the text, in order."""
        return "\n".join(clean(part) for part in self.shown.given("text").values)

    @field
    def price(self) -> Price:
        """What is asked."""
        given = self.shown.given("price")
        said = next(iter(given.values), "")
        return price_in(said) if given.is_within else price_of(said)

    @field
    def place(self) -> Place:
        """Where."""
        given = self.shown.given("place")
        said = next(iter(given.values), "")
        return place_in(said) if given.is_within else place_of(said)

    @field
    def posted(self) -> Posted:
        """When first posted."""
        return posted_of(self.first("posted"), self.fetched.seen_at)

    @field
    def seller(self) -> Seller:
        """Who."""
        url = self.first("seller_url")
        return Seller(
            name=line(self.first("seller"))[:_LONGEST_ID],
            site_id=line(self.first("seller_id"))[:_LONGEST_ID],
            url=self.absolute(url) if url else "",
        )

    @field
    def images(self) -> tuple[str, ...]:
        """Addresses of its own pictures, each once."""
        whole = (self.absolute(url) for url in self.shown.given("images").values[:_MOST_IMAGES])
        return tuple(dict.fromkeys(url for url in whole if url))

    @field
    def tags(self) -> tuple[str, ...]:
        """Hashtags and trade words that the site adds."""
        return tuple(dict.fromkeys(line(tag) for tag in self.shown.given("tags").values))

    @field
    def comments(self) -> tuple[str, ...]:
        """What was written below it."""
        return self._lines("comments")

    @field
    def reviews(self) -> tuple[str, ...]:
        """What buyers wrote."""
        return self._lines("reviews")

    @field
    def suggestions(self) -> tuple[str, ...]:
        """What the site proposes to search for."""
        return self._lines("suggestions")

    def _lines(self, name: str) -> tuple[str, ...]:
        said = (line(value) for value in self.shown.given(name).values[:_MOST_LINES])
        return tuple(dict.fromkeys(value for value in said if value))

    @field
    def kind(self) -> str:
        """Whether it offers or wants."""
        return kind_of(self.first("kind"))

    def listing(self) -> Listing:
        """Return the listing; a field that breaks is empty, with its reason in ``notes``."""
        notes: dict[str, str] = {}
        posted: Posted = self._read("posted", Posted(), notes)
        price: Price = self._read("price", Price(), notes)
        listing = Listing(
            source=self.source.key,
            site_id=self._read("site_id", "", notes),
            url=self._read("url", "", notes),
            seen_at=self.fetched.seen_at,
            title=self._read("title", "", notes),
            text=self._read("text", "", notes),
            price=price,
            place=self._read("place", Place(), notes),
            seller=self._read("seller", Seller(), notes),
            posted_at=None if posted.is_bump else posted.at,
            posted_raw=posted.raw,
            images=self._read("images", (), notes),
            tags=self._read("tags", (), notes),
            comments=self._read("comments", (), notes),
            reviews=self._read("reviews", (), notes),
            suggestions=self._read("suggestions", (), notes),
            kind=self._read("kind", "", notes),
        )
        if price.note:
            notes["price"] = price.note
        if posted.is_bump:
            notes["posted_at"] = f"a bump, not the first posting: {posted.raw}"
        elif posted.note:
            notes["posted_at"] = posted.note
        damaged = any("\ufffd" in one for one in (listing.title, listing.text, listing.seller.name))
        return replace(listing, is_damaged=damaged, notes=MappingProxyType(notes))

    def _read(self, name: str, empty: Any, notes: dict[str, str]) -> Any:
        try:
            value = getattr(self, name)
        except Exception as error:  # noqa: BLE001 - one broken field never loses the listing
            notes[name] = f"broken: {type(error).__name__}"
            return empty
        if value == empty and self.shown.has(name):
            notes[name] = NOT_THERE
        return value
