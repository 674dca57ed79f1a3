"""WooCommerce: sums are whole numbers of the smallest unit.

Source: developer.woocommerce.com, Store API, ``prices.currency_minor_unit``.
"""

from decimal import Decimal, InvalidOperation

from web_poet.fields import field

from crawlers.fields import price_of
from crawlers.pages.listing import ListingFields
from crawlers.pages.shown import JsonShown, scalar
from pipeline.listing import Price

_YUAN = frozenset({"", "CNY"})
_LONGEST = 20


class WooProduct(ListingFields):
    """A product of the Store API."""

    @field
    def price(self) -> Price:
        """``price`` in fen where ``currency_minor_unit`` is 2."""
        written = self.first("price")
        unit, currency = self._said("currency_minor_unit") or "2", self._said("currency_code")
        if not written.isdecimal() or len(written) > _LONGEST or not unit.isdecimal():
            return price_of(written)
        try:
            amount = Decimal(written).scaleb(-int(unit[:1]))
        except InvalidOperation:
            return Price(raw=written, note="unreadable")
        return price_of(f"{amount:f}" if currency in _YUAN else f"{amount:f} {currency}")

    def _said(self, name: str) -> str:
        if not isinstance(self.shown, JsonShown):
            return ""
        return next(iter(scalar(one) for one in self.shown.get(f"prices.{name}")), "")
