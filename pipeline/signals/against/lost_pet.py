"""A pet that flew away or was found."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("lost")
def lost_pet(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("lost_pet", reading.words("lost"))
