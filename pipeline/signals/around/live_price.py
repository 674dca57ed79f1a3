"""The price asked is what a live bird of that kind fetches. Orders, never decides."""

from decimal import Decimal

from pipeline.reading import Reading, Signal, listens_to

_LOWEST, _HIGHEST = Decimal(10), Decimal(30000)


@listens_to("bird", "code")
def live_price(reading: Reading) -> Signal | None:
    """Fire when a named bird is asked for with a sum that somebody means."""
    price = reading.listing.price
    if price.yuan is None or price.is_placeholder or not _LOWEST <= price.yuan <= _HIGHEST:
        return None
    if not reading.words("bird", "code", strengths=("strong", "medium")):
        return None
    return Signal("live_price", quote=price.raw)
