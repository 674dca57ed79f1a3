"""Words that may mean a part of a bird: 标本, 爪子."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("part", strengths=("medium", "weak"))
def part_maybe(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("part_maybe", reading.words("part", strengths=("medium", "weak")))
