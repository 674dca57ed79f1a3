"""The young of a named bird: 鹰崽, 百灵雏, 鹩哥苗."""

from pipeline.attached import YOUNG, is_behind
from pipeline.reading import Reading, Signal, listens_to


@listens_to("bird", "code", "emoji")
def young(reading: Reading) -> Signal | None:
    """Fire on a name with a word for the young right behind it."""
    texts = reading.fields
    names = reading.words("bird", "code", strengths=("strong", "medium"))
    said = [hit for hit in names if is_behind(YOUNG, texts.get(hit.field, ""), hit.end)]
    return Signal.on("young", said[:1])
