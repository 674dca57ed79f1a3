"""Specimens, feathers, bones, claws; a word that may mean one counts beside a bird's name."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("part")
def body_part(reading: Reading) -> Signal | None:
    """Fire on parts of birds, one piece each."""
    parts = reading.words("part", strengths=("strong",))
    if not parts and reading.words("bird", "code"):
        parts = reading.words("part", strengths=("medium",))[:1]
    return Signal.on("body_part", parts)
