"""Players and speakers that may be callers."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("lure", strengths=("medium", "weak"))
def lure_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("lure_maybe", reading.words("lure", strengths=("medium", "weak")))
