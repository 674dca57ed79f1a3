"""Shops: a sitemap, a list that describes its products, or links to their pages.

A shop's own page is read by its structured data, and by what it shows where that falls short.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from crawlers.pages.base import Fetched, IndexPage
from crawlers.pages.feeds import parse_xml
from crawlers.pages.reader import PageReader
from crawlers.pages.rules import css
from crawlers.pages.shown import parse_html, text_of
from crawlers.pages.structured import products_of

_MOST_LINKS = 5_000
_NEXT = "a[rel~='next'], a.next, .next > a, .pagination-next a"


class ShopReader(PageReader):
    """Reads shops; everything behind the first step is as for any JSON answer."""

    def answer_of(self, fetched: Fetched) -> Any:
        """Return what a sitemap or a page of a shop lists."""
        if "<urlset" in fetched.text[:5_000] or "<sitemapindex" in fetched.text[:5_000]:
            return {
                "items": [{"url": url} for url in self._in_sitemap(fetched) if self._is_ours(url)]
            }
        root = parse_html(fetched.text)
        items = list(products_of(root, fetched.url))
        known = {item["url"] for item in items}
        items += [item for item in self._links(root, fetched.url) if item["url"] not in known]
        following = [node.get("href", "") for node in css(_NEXT).found(root)]
        return {"items": items, "next": next(filter(None, following), "")}

    def index(self, fetched: Fetched) -> IndexPage:
        """Read a list; a sitemap of sitemaps names further lists."""
        page = super().index(fetched)
        if "<sitemapindex" not in fetched.text[:5_000]:
            return page
        return replace(page, further=tuple(self._in_sitemap(fetched)))

    def _in_sitemap(self, fetched: Fetched) -> list[str]:
        root = parse_xml(fetched.text)
        if root is None:
            return []
        places = list(root.iter("{*}loc"))[:_MOST_LINKS]
        return [urljoin(fetched.url, (node.text or "").strip()) for node in places]

    def _links(self, root: Any, url: str) -> Iterator[dict[str, Any]]:
        seen: dict[str, str] = {}
        for node in css("a[href]").found(root)[:_MOST_LINKS]:
            try:
                address = urljoin(url, node.get("href").strip())
            except ValueError:
                continue
            if address != url and self._is_ours(address):
                seen[address] = max(seen.get(address, ""), " ".join(text_of(node).split()), key=len)
        for address, words in seen.items():
            yield {"url": address, "shown": words}

    def _is_ours(self, url: str) -> bool:
        return self.source.reads(url) == "detail"
