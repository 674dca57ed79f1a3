"""A word that may name a bird, and what it is told with says that one is meant."""

from pipeline.counting import stands_counted
from pipeline.reading import Reading, Signal, listens_to

_TELLING = ("hawk", "egg", "nopapers", "wild", "hunt", "release", "gift")


@listens_to("bird", "code", "emoji", strengths=("weak",))
def bird_meant(reading: Reading) -> Signal | None:
    """Fire where no surer name stands, and the hint is counted or told of as birds are."""
    if reading.words("bird", "code", strengths=("strong", "medium")) or reading.lookalikes:
        return None
    texts = reading.fields
    told = bool(reading.words(*_TELLING, strengths=("strong", "medium"))) or bool(
        reading.words("keep", strengths=("strong",))
    )
    meant = [
        hit
        for hit in reading.words("bird", "code", "emoji", strengths=("weak",))
        if reading.is_name(hit)
        and (told or stands_counted(texts.get(hit.field, ""), hit.start, hit.end))
    ]
    return Signal.on("bird_meant", meant[:1])
