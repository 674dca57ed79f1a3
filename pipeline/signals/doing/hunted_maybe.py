"""Words of hunting that may mean other game."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("hunt", strengths=("medium", "weak"))
def hunted_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("hunted_maybe", reading.words("hunt", strengths=("medium", "weak")))
