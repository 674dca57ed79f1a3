"""Specimens, feathers, bones, claws; a word that may mean one counts beside a bird's name."""

from pipeline.attached import PART, is_behind
from pipeline.reading import Reading, Signal, listens_to


@listens_to("part", "bird", "code", "emoji")
def body_part(reading: Reading) -> Signal | None:
    """Fire on parts of birds, one piece each, and on a name with 羽, 爪, 标本 right behind it."""
    parts = reading.words("part", strengths=("strong",))
    names = reading.words("bird", "code", strengths=("strong", "medium"))
    if not parts and reading.words("bird", "code"):
        parts = reading.words("part", strengths=("medium",))[:1]
    if not parts:
        texts = reading.fields
        parts = [hit for hit in names if is_behind(PART, texts.get(hit.field, ""), hit.end)][:1]
    return Signal.on("body_part", parts)
