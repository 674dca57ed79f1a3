"""'有证', '人工繁殖': a claim is not a permit, it clears nothing."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("claim")
def bare_claim(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("bare_claim", reading.words("claim"))
