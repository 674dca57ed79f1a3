"""Everyday words of talking elsewhere."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("hush", "contact", strengths=("medium", "weak"))
def hushed_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("hushed_maybe", reading.words("hush", "contact", strengths=("medium", "weak")))
