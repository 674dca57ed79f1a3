"""Liaoning and its flyway. Orders, never decides."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("place")
def near_place(reading: Reading) -> Signal | None:
    """Fire on places of the province, and where birds are sold."""
    return Signal.on("near_place", reading.words("place")[:1])
