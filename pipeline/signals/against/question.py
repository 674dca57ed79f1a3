"""A question for knowledge."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("ask")
def question(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("question", reading.words("ask"))
