"""Cages, food and covers."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("cage")
def cage_ware(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    words = reading.words("cage")
    return Signal.on("cage_ware", words[:1] if reading.is_offer_of_a_bird else words)
