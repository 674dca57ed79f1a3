"""What drafting gives: all that a source file needs, before it is written."""

from collections.abc import Mapping
from dataclasses import dataclass

from crawlers.drafting.choose import Chosen
from crawlers.drafting.detail import Found
from crawlers.drafting.pager import Search


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was found out about a site.

    Attributes:
        shape: "rows", "forum", "answer" (JSON), "embedded", "feed", "shop": what was recognised.
        family, like: as the source file names them.
        script: where in the page's scripts its JSON stands: selector, and words before it.
        written_as: "html" or "json".
        fields: field -> column of the list.
        detail: field -> place on the page of one listing; None: no such page was looked at;
            empty: it describes itself (schema.org, Open Graph).
        links: addresses of listings, to look at one of them.
        notes: what a person should know before enabling it.
    """

    url: str
    name: str
    shape: str
    family: str = "classifieds"
    like: str = ""
    script: tuple[str, str] = ("", "")
    written_as: str = "html"
    search: Search
    rows: str
    skip: str = ""
    next: str = ""
    more: str = ""
    fields: Mapping[str, Chosen]
    detail: Mapping[str, Found] | None = None
    detail_urls: str = ""
    links: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
