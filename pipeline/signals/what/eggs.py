"""Eggs of wild birds, or eggs to hatch."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("egg")
def eggs(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("eggs", reading.words("egg"))
