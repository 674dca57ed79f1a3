"""Nets, clips and slings that may be meant for birds."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("gear", strengths=("medium", "weak"))
def gear_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("gear_maybe", reading.words("gear", strengths=("medium", "weak")))
