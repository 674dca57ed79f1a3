"""Somebody swaps."""

from pipeline.reading import Reading, Signal


def swapped(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("swapped", reading.words("swap"))
