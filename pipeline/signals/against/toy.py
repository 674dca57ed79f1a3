"""Toys and models."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("toy")
def toy(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("toy", reading.words("toy"))
