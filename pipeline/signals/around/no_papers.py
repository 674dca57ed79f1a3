"""The seller says that there are no papers."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("nopapers")
def no_papers(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("no_papers", reading.words("nopapers"))
