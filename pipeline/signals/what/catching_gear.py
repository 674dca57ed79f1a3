"""What birds are caught with."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("gear", strengths=("strong",))
def catching_gear(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("catching_gear", reading.words("gear", strengths=("strong",)))
