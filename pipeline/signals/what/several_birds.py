"""More than one kind of bird is named."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("bird", "code", "emoji")
def several_birds(reading: Reading) -> Signal | None:
    """Fire from the second name on, one piece for each further one."""
    named = reading.words("bird", "code", "emoji")
    return Signal.on("several_birds", named[1:])
