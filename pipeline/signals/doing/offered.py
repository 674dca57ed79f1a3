"""Somebody sells or gives away."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("sell", strengths=("strong", "medium"))
def offered(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("offered", reading.words("sell", strengths=("strong", "medium")))
