"""A word that only looks like a bird: 画眉笔, 八哥犬, 孔雀鱼."""

from pipeline.reading import LOOKALIKE, Reading, Signal, listens_to


@listens_to(LOOKALIKE)
def lookalike(reading: Reading) -> Signal | None:
    """Fire on look-alikes beside a bird that stays a bird."""
    if not reading.words("bird", "code"):
        return None
    return Signal.on("lookalike", list(reading.lookalikes))
