"""A bird is named by a word that means nothing else."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("bird", "code", strengths=("strong",))
def bird_named(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("bird_named", reading.words("bird", "code", strengths=("strong",)))
