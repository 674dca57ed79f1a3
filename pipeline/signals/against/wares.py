"""Ordinary goods and services."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("wares")
def wares(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("wares", reading.words("wares"))
