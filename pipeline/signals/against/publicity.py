"""Publicity for the law and for birds."""

from pipeline.reading import Reading, Signal


def publicity(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("publicity", reading.words("public"))
