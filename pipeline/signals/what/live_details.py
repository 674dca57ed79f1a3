"""What one says of a live animal: what it eats, that it sings, that it is tame."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("keep", strengths=("medium", "weak"))
def live_details(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("live_details", reading.words("keep", strengths=("medium", "weak")))
