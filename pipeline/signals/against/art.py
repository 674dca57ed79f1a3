"""Ornaments, paintings, stamps."""

from pipeline.reading import Reading, Signal


def art(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("art", reading.words("art"))
