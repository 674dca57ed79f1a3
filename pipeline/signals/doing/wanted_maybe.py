"""Everyday words of buying."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("buy", strengths=("weak",))
def wanted_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("wanted_maybe", reading.words("buy", strengths=("weak",)))
