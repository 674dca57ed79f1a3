"""Words of the kitchen that count only together with a bird."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("meat", strengths=("medium", "weak"))
def meat_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("meat_maybe", reading.words("meat", strengths=("medium", "weak")))
