"""Specimens, feathers, bones, claws."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("part")
def body_part(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("body_part", reading.words("part", strengths=("strong",)))
