"""Wild birds as food."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("meat", strengths=("strong",))
def meat(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("meat", reading.words("meat", strengths=("strong",)))
