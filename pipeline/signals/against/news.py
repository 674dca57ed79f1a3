"""News, police reports, courts."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("news")
def news(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("news", reading.words("news"))
