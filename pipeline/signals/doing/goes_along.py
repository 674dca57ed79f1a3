"""The bird goes along with the cage that is sold: 住户白给, 笼带鸟."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("gift")
def goes_along(reading: Reading) -> Signal | None:
    """Fire on an occupant; on everyday words of giving only beside cage or keepers' words."""
    words = reading.words("gift", strengths=("strong",))
    if not words and reading.words("cage", "keep"):
        words = reading.words("gift", strengths=("medium", "weak"))[:1]
    return Signal.on("goes_along", words)
