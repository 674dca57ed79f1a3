"""Books, films, songs, games, poems."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("media")
def media(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("media", reading.words("media"))
