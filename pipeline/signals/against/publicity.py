"""Publicity for the law and for birds."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("public")
def publicity(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("publicity", reading.words("public"))
