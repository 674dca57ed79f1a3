"""The talk of people who keep singing birds: 净口, 压口, 打笼唱笼."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("keep", strengths=("strong",))
def keepers_talk(reading: Reading) -> Signal | None:
    """Fire on the words of this reason, one piece each."""
    return Signal.on("keepers_talk", reading.words("keep", strengths=("strong",)))
