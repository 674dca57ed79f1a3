"""Eggs of wild birds, or eggs to hatch."""

from pipeline.attached import EGG, is_behind
from pipeline.reading import Reading, Signal, listens_to


@listens_to("egg", "bird", "code", "emoji")
def eggs(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each, and on a name with 蛋 right behind it."""
    said = reading.words("egg")
    if not said:
        texts = reading.fields
        names = reading.words("bird", "code", strengths=("strong", "medium"))
        said = [hit for hit in names if is_behind(EGG, texts.get(hit.field, ""), hit.end)][:1]
    return Signal.on("eggs", said)
