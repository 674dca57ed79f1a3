"""Birds sold for release: caught for the purpose."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("release")
def released(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("released", reading.words("release"))
