"""Everyday words of posting and meeting."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("ship", strengths=("weak",))
def carried_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("carried_maybe", reading.words("ship", strengths=("weak",)))
