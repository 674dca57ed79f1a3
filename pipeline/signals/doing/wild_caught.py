"""The bird is said to come from the wild."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("wild", strengths=("strong",))
def wild_caught(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("wild_caught", reading.words("wild", strengths=("strong",)))
