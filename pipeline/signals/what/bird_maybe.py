"""A word that may mean a bird; it counts only together with others."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("bird", "code", "emoji", strengths=("weak",))
def bird_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    words = reading.words("bird", "code", "emoji", strengths=("weak",))
    return Signal.on("bird_maybe", [hit for hit in words if reading.is_name(hit)])
