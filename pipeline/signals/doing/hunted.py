"""Birds are being caught or shot."""

from pipeline.attached import is_caught
from pipeline.reading import Reading, Signal, listens_to


@listens_to("hunt", "bird", "code", "anybird")
def hunted(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each, and on a verb of catching before a name."""
    said = reading.words("hunt", strengths=("strong",))
    if not said and not reading.words("toy", "media", "sport", "fight"):
        texts = reading.fields
        names = reading.words("bird", "code", "anybird", strengths=("strong", "medium"))
        said = [hit for hit in names if is_caught(texts.get(hit.field, ""), hit.start)][:1]
    return Signal.on("hunted", said)
