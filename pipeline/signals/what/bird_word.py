"""The bare word 鸟, or one that holds it."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("anybird")
def bird_word(reading: Reading) -> Signal | None:
    """Fire on the weakest words for birds."""
    return Signal.on("bird_word", reading.words("anybird", strengths=("weak",)))
