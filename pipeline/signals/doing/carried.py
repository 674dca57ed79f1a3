"""Live animals are sent or carried."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("ship", strengths=("strong", "medium"))
def carried(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("carried", reading.words("ship", strengths=("strong", "medium")))
