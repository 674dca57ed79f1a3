"""Toys and models."""

from pipeline.reading import Reading, Signal


def toy(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("toy", reading.words("toy"))
