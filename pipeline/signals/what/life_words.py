"""Loose words of living things: 公, 手养, 羽冠."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("life")
def life_words(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("life_words", reading.words("life"))
