"""Somebody swaps."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("swap")
def swapped(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("swapped", reading.words("swap"))
