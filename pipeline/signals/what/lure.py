"""Callers, decoys and songs that bring birds to the net."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("lure", strengths=("strong",))
def lure(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("lure", reading.words("lure", strengths=("strong",)))
