"""Birds bred in the house for ages and in no list: canaries, budgerigars, cockatiels."""

from pipeline.reading import Reading, Signal


def domestic(reading: Reading) -> Signal | None:
    """Fire on such birds, where no other bird is named for sure."""
    if reading.words("bird", "code", strengths=("strong",)):
        return None
    return Signal.on("domestic", reading.words("domestic"))
