"""Whose page is this? Found by its address, else by marks in its markup, else by its own data."""

from collections.abc import Iterable
from dataclasses import replace

from crawlers.families import reader_of
from crawlers.pages.base import DetailPage, Fetched, IndexPage
from crawlers.pages.described import DescribedShown
from crawlers.pages.listing import ListingFields
from crawlers.pages.shown import parse_html
from crawlers.source import DetailSection, Expect, ListSection, Rule, SearchPart, Source
from pipeline.base.urls import canonical
from pipeline.page import NORMAL, PageKind, PageSeen, PageVerdict, json_of, judge

_HEAD = 20_000


def source_of(fetched: Fetched, sources: Iterable[Source]) -> Source | None:
    """Return the source that reads this page; None where no file speaks of it."""
    best: tuple[int, Source] | None = None
    for source in sources:
        length = source.reads_as_well_as(fetched.url)
        if length and (best is None or length > best[0]):
            best = length, source
    if best:
        return best[1]
    head = fetched.text[:_HEAD]
    marked = (one for one in sources if one.marks and all(mark in head for mark in one.marks))
    return next(marked, None)


def read_unknown(fetched: Fetched, *, may_guess: bool = True) -> DetailPage:
    """Read a page that no source speaks of: by its structured data, then by how it looks."""
    verdict = judge(
        PageSeen(
            url=fetched.url,
            status=fetched.status,
            content_type=fetched.content_type,
            text=fetched.text,
            headers=fetched.headers,
        )
    )
    if verdict.kind is not PageKind.NORMAL and verdict.is_sure:
        return DetailPage(fetched=fetched, verdict=verdict)
    shown = DescribedShown(parse_html(fetched.text), fetched.url)
    is_html = json_of(fetched.text) is None and "<" in fetched.text
    if not is_html or not (shown.is_product or (may_guess and shown.is_listing)):
        # a good page may well be no listing: of that, only a source can say it has changed
        because = "no source speaks of this page, and it does not describe itself"
        unknown = PageVerdict(kind=PageKind.NORMAL, because=because, cause="unknown")
        is_normal = verdict.kind is PageKind.NORMAL
        return DetailPage(fetched=fetched, verdict=unknown if is_normal else verdict)
    listing = ListingFields(shown, fetched, NOBODY).listing()
    if not listing.url:
        listing = replace(listing, url=canonical(fetched.url))
    return DetailPage(fetched=fetched, verdict=NORMAL, read=listing)


def read_any(fetched: Fetched, sources: Iterable[Source]) -> tuple[Source, IndexPage | DetailPage]:
    """Read a page of which nothing is known but its address."""
    known = list(sources)
    source = source_of(fetched, known)
    if source is None:
        return NOBODY, read_unknown(fetched)
    page = reader_of(source).either(fetched)
    if not page.listings and page.verdict.cause == "layout":
        # another site may have addresses like these: its own data still says what it is
        own = read_unknown(fetched, may_guess=source.reads(fetched.url) == "detail")
        if own.listings:
            return NOBODY, own
    return source, page


NOBODY = Source(
    key="unknown",
    name="未登记的页面",
    family="classifieds",
    base_url="https://example.org/",
    search=SearchPart(url="https://example.org/"),
    list=ListSection(rows=("html",), fields={"site_id": (Rule(at="@url"),)}),
    detail=DetailSection(),
    expect=Expect(listings=(1, 1)),
)
"""Stands for the source of a page that no file speaks of."""
