"""Pages as the spider knows them.

::

    reader = families.reader_of(source)       # once a run: selectors are compiled here
    page = reader.index(fetched)              # or reader.detail(fetched), reader.either(fetched)
    page.verdict                              # judge this before anything else
    page.cards, page.lost, page.next_url      # of an index page or a JSON answer
    page.listing(card)                        # of the page of one listing

A card is a thin :class:`~pipeline.listing.Listing`: its id, its address and whatever the index
shows of it. A field that breaks is empty, with its reason in ``notes``; a card without an id
is counted in ``lost``; neither loses the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawlers.decode import decode
from crawlers.pages.merging import merged
from pipeline.base.errors import PageChanged
from pipeline.listing import Listing
from pipeline.page import PageVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A response, whoever fetched it: Scrapy, a browser's ear, or a file.

    Attributes:
        url: the final address, after redirects.
        headers: names in lower case.
        body: the bytes, unpacked.
        text: the body decoded; in a browser, the page as rendered.
        is_damaged: some bytes could not be decoded and stand as U+FFFD in ``text``.
        seen_at: when the response came, UTC. Relative times on the page count from here.
    """

    url: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    text: str = ""
    is_damaged: bool = False
    seen_at: datetime

    @property
    def content_type(self) -> str:
        """The header, empty where there is none."""
        return self.headers.get("content-type", "")


def fetched(
    url: str,
    body: bytes,
    *,
    seen_at: datetime,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Return a response with its text decoded, whatever the labels claim."""
    named = {name.lower(): value for name, value in (headers or {}).items()}
    decoded = decode(body, named.get("content-type", ""))
    return Fetched(
        url=url,
        status=status,
        headers=named,
        body=body,
        text=decoded.text,
        is_damaged=decoded.is_damaged,
        seen_at=seen_at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPage:
    """An index page, or one JSON answer of an app page.

    Attributes:
        verdict: what the page is. No cards and no word of the site that there are none:
            kind ``error``, cause ``layout``.
        cards: its listings, in order, adverts left out, each id once.
        lost: why rows that should be listings are not among ``cards``.
        next_url: absolute address of the next page; empty where there is none.
        has_more: what the answer says of itself; None where it does not.
        cursor: what the answer gives for its place in the list, for the next address.
        further: addresses of more lists that this one names: a sitemap of sitemaps.
        has_details: False where the cards are all there is, and no page of their own is read.
    """

    fetched: Fetched
    verdict: PageVerdict
    cards: tuple[Listing, ...] = ()
    lost: tuple[str, ...] = ()
    next_url: str = ""
    has_more: bool | None = None
    cursor: str = ""
    further: tuple[str, ...] = ()
    has_details: bool = False

    @property
    def listings(self) -> tuple[Listing, ...]:
        """What stands on this page, for trying it out."""
        return self.cards


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailPage:
    """The page of one listing.

    Attributes:
        replies: answers on it that are listings of their own; their ids begin with its own.
        next_url: the next page of a thread.
    """

    fetched: Fetched
    verdict: PageVerdict
    read: Listing | None = None
    replies: tuple[Listing, ...] = ()
    next_url: str = ""

    def listing(self, card: Listing | None = None) -> Listing:
        """Return the listing; what the page does not show is taken from its card.

        Raises:
            PageChanged: the page is not the page of a listing (see :attr:`verdict`).
        """
        if self.read is None:
            what = f"is no listing: {self.verdict.kind} ({self.verdict.because})"
            raise PageChanged(self.fetched.url, what)
        return merged(card, self.read) if card is not None else self.read

    @property
    def listings(self) -> tuple[Listing, ...]:
        """What stands on this page, for trying it out."""
        return (self.read, *self.replies) if self.read else ()
