"""Ordinary goods and services."""

from pipeline.covers import is_feigned
from pipeline.reading import Reading, Signal, listens_to


@listens_to("wares")
def wares(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    texts = reading.fields
    words = [
        hit
        for hit in reading.words("wares")
        if not is_feigned(texts.get(hit.field, ""), hit.start, hit.end)
    ]
    return Signal.on("wares", words[:1] if reading.is_offer_of_a_bird else words)
