"""Somebody asks for one."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("buy", strengths=("strong", "medium"))
def wanted(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("wanted", reading.words("buy", strengths=("strong", "medium")))
