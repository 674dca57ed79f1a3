from contextlib import ExitStack

import httpx
import pytest

from demo.market import Market


class Visitor:
    """Walks through an open market as a plain client does."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.http = httpx.Client(timeout=20)

    def get(self, shop: str, path: str = "", **more) -> httpx.Response:
        """Ask a shop for a path; redirects are not followed unless told."""
        return self.http.get(self.market.shops[shop].url + path, **more)


@pytest.fixture(scope="module")
def visit():
    """Opens a market on free ports, once for each night and layout, and hands out a visitor."""
    with ExitStack() as open_until_the_end:
        seen = {}

        def visit(night: int = 1, *, layout: int = 1) -> Visitor:
            if (night, layout) not in seen:
                market = Market(night, ports={}, layout=layout)
                seen[night, layout] = Visitor(open_until_the_end.enter_context(market))
                open_until_the_end.callback(seen[night, layout].http.close)
            return seen[night, layout]

        yield visit
