"""Birds are being caught or shot."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("hunt", strengths=("strong",))
def hunted(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("hunted", reading.words("hunt", strengths=("strong",)))
