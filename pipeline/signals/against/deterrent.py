"""Scaring birds off, keeping them out."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("deter")
def deterrent(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("deterrent", reading.words("deter"))
