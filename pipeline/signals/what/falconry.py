"""Falconers' gear and talk: 熬鹰, 脚绊, 落手."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("hawk", strengths=("strong", "medium"))
def falconry(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("falconry", reading.words("hawk", strengths=("strong", "medium")))
