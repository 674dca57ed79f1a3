"""Places, firms, teams, persons."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("org", "sport", "person")
def place_or_firm(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    words = reading.words("org", "sport", "person")
    return Signal.on("place_or_firm", words[:1] if reading.is_offer_of_a_bird else words)
