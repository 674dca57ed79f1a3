"""Liaoning and its flyway. Orders, never decides."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("place")
def near_place(reading: Reading) -> Signal | None:
    """Fire on places of the province, and where birds are sold."""
    near = [hit for hit in reading.words("place") if not hit.species]  # 内蒙 tells which bird
    return Signal.on("near_place", near[:1])
