"""Somebody helps a bird and hands it over."""

from pipeline.covers import is_cover
from pipeline.reading import Reading, Signal, listens_to


@listens_to("rescue")
def rescue(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    if is_cover(reading):
        return None  # told by cover_story
    return Signal.on("rescue", reading.words("rescue"))
