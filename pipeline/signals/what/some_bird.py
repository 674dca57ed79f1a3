"""A bird, without saying which: 雏鸟, 猛禽, 小鸟."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("anybird")
def some_bird(reading: Reading) -> Signal | None:
    """Fire on words for live birds of no named kind."""
    return Signal.on("some_bird", reading.words("anybird", strengths=("strong", "medium")))
