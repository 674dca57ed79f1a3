"""The plain way to crawl: a Scrapy spider with CSS selectors, and nothing else.

``python -m benchmarks.bare_spider URL AT_ONCE``. Nothing is judged, stored or asked of
robots.txt; logging is off, which is kinder to it than its default. Never made slower.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response


class BareSpider(scrapy.Spider):
    """Follows the list, its next pages and its items."""

    name = "bare"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    async def start(self) -> AsyncIterator[Any]:
        """Begin with the first list page."""
        await asyncio.sleep(0)
        yield scrapy.Request(self.url)

    def parse(self, response: Response, **_: Any) -> Iterator[Any]:
        """Follow each card, and the next page."""
        page: Any = response
        for card in page.css("ul.infolist > li.info"):
            yield page.follow(card.css("a.tit::attr(href)").get(), self.parse_item)
        after = page.css("a.next::attr(href)").get()
        if after:
            yield page.follow(after)

    def parse_item(self, response: Response) -> Iterator[dict[str, Any]]:
        """Read the fields that ours reads, with the same selectors."""
        page: Any = response
        yield {
            "site_id": page.css(".detail::attr(data-id)").get(),
            "title": page.css("h1.bt::text").get(),
            "text": " ".join(page.css(".content ::text").getall()),
            "price": page.css(".price::text").get(),
            "place": page.css(".area::text").get(),
            "posted": page.css(".time::attr(title)").get(),
            "seller": page.css("a.seller::text").get(),
            "seller_url": page.css("a.seller::attr(href)").get(),
            "images": page.css(".photos img::attr(src)").getall(),
            "url": page.url,
        }


if __name__ == "__main__":
    process = AsyncCrawlerProcess(
        {
            "CONCURRENT_REQUESTS": int(sys.argv[2]),
            "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[2]),
            "LOG_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(BareSpider, url=sys.argv[1])
    process.start()
