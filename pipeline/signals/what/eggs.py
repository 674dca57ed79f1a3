"""Eggs of wild birds, or eggs to hatch."""

from pipeline.reading import Reading, Signal


def eggs(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("eggs", reading.words("egg"))
