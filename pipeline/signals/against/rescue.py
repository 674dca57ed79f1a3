"""Somebody helps a bird and hands it over."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("rescue")
def rescue(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("rescue", reading.words("rescue"))
