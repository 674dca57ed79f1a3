"""Everyday words of selling."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("sell", strengths=("weak",))
def offered_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("offered_maybe", reading.words("sell", strengths=("weak",)))
