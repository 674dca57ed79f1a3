"""Fishing and its nets."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("fishing")
def fishing(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("fishing", reading.words("fishing"))
