"""Ornaments, paintings, stamps."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("art")
def art(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("art", reading.words("art"))
