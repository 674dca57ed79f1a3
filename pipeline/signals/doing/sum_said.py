"""A sum of money in the words themselves, beside something alive: 三百一对, 八千不还价."""

from pipeline.offering import SUM
from pipeline.reading import Reading, Signal, listens_to


@listens_to("bird", "code", "emoji", "keep", "hawk", "egg", "part", "release", "meat", "anybird")
def sum_said(reading: Reading) -> Signal | None:
    """Fire on a sum. Not on the price field: it stands beside honest goods just as often."""
    seen = SUM.search(reading.text)
    return Signal("sum_said", quote=seen.group().strip(" ，,、。；;！!：:\n")) if seen else None
