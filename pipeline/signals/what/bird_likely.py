"""A bird is named by a word that seldom means anything else."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("bird", "code", strengths=("medium",))
def bird_likely(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("bird_likely", reading.words("bird", "code", strengths=("medium",)))
