"""Every name of a bird in it is part of a word that means something else."""

from pipeline.reading import LOOKALIKE, Reading, Signal, listens_to


@listens_to(LOOKALIKE)
def only_lookalikes(reading: Reading) -> Signal | None:
    """Fire when nothing is left once the look-alikes are taken out."""
    if reading.words("bird", "code"):
        return None
    if reading.words("gift", strengths=("strong",)):
        return None  # 百灵笼 and the one who lives in it
    if reading.words("gear", "lure", "hunt", "hawk", "part", "wild", strengths=("strong",)):
        return None  # a caller named after a bird is still a caller
    return Signal.on("only_lookalikes", list(reading.lookalikes))
