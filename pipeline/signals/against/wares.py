"""Ordinary goods and services."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("wares")
def wares(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    words = reading.words("wares")
    return Signal.on("wares", words[:1] if reading.is_offer_of_a_bird else words)
