"""Birds bred in the house for ages and in no list: canaries, budgerigars, cockatiels."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("domestic")
def domestic(reading: Reading) -> Signal | None:
    """Fire on such birds, where no other bird is named for sure."""
    if reading.words("bird", "code", strengths=("strong",)):
        return None
    return Signal.on("domestic", reading.words("domestic"))
