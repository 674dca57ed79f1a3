"""A bird of the national key list, class I or II."""

from pipeline.reading import Reading, Signal, listens_to

_KEY = {"I", "II"}


@listens_to("bird", "code")
def protected_bird(reading: Reading) -> Signal | None:
    """Fire when a name that is more than a hint may mean a bird of class I or II."""
    named = [
        hit
        for hit in reading.words("bird", "code", strengths=("strong", "medium"))
        if any(bird.level in _KEY for bird in reading.birds_of([hit]))
    ]
    return Signal.on("protected_bird", named[:1])
