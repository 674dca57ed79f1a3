"""The plain way to crawl with a browser: scrapy-playwright as its README shows it.

``python -m benchmarks.plain_browser URL AT_ONCE CHROMIUM``. Nothing is judged or stored; its
defaults are kept. Never made slower.
"""

import os
import sys
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess

from benchmarks.bare_spider import BareSpider


class PlainBrowserSpider(BareSpider):
    """The bare spider, each page in a browser."""

    async def start(self) -> AsyncIterator[Any]:
        """Begin with the first list page."""
        yield scrapy.Request(self.url, meta={"playwright": True})

    def parse(self, response: Any, **_: Any) -> Any:
        """Follow as the bare one does, in the browser."""
        for request in super().parse(response):
            yield request.replace(meta={"playwright": True})


if __name__ == "__main__":
    process = AsyncCrawlerProcess(
        {
            "CONCURRENT_REQUESTS": int(sys.argv[2]),
            "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[2]),
            "LOG_ENABLED": False,
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "DOWNLOAD_HANDLERS": {
                "http": "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
            },
            "PLAYWRIGHT_LAUNCH_OPTIONS": {
                "executable_path": sys.argv[3],
                "args": ["--no-sandbox"] if os.geteuid() == 0 else [],
            },
        }
    )
    process.crawl(PlainBrowserSpider, url=sys.argv[1])
    process.start()
