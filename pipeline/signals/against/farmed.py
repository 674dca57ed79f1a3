"""Farm stock and poultry."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("farm")
def farmed(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("farmed", reading.words("farm"))
