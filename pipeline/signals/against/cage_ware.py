"""Cages, food and covers."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("cage")
def cage_ware(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("cage_ware", reading.words("cage"))
