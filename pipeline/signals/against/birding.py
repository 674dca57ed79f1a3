"""Watching and photographing birds."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("birding")
def birding(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("birding", reading.words("birding"))
