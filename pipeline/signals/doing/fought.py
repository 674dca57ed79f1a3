"""Birds set to fight for a stake."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("fight")
def fought(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("fought", reading.words("fight"))
