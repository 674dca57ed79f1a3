"""Words that hint at a wild origin."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("wild", strengths=("medium", "weak"))
def wild_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("wild_maybe", reading.words("wild", strengths=("medium", "weak")))
