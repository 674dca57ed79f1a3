"""Papers or marks are named that a lawful breeder shows."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("lawfulmark")
def mark_named(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("mark_named", reading.words("lawfulmark"))
