"""Talk for those in the know, against moderation and reporting."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("hush", strengths=("strong",))
def hushed(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("hushed", reading.words("hush", strengths=("strong",)))
