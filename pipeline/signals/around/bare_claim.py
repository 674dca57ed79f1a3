"""'有证', '人工繁殖': a claim is not a permit, it clears nothing."""

from pipeline.reading import Reading, Signal, listens_to

_KEY = {"I", "II"}


@listens_to("claim")
def bare_claim(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    words = reading.words("claim")
    if reading.words("lawfulmark", "farm", "domestic"):
        return None
    named = reading.birds_of(reading.words("bird", "code", strengths=("strong", "medium")))
    if any((bird.level in _KEY or bird.cites) and not bird.lawful for bird in named):
        words = [*words, *words[:1]]
    return Signal.on("bare_claim", words[:2])
