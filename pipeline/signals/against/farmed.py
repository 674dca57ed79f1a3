"""Farm stock and poultry."""

from pipeline.reading import Reading, Signal, listens_to


@listens_to("farm")
def farmed(reading: Reading) -> Signal | None:
    """Fire on words of the farm; it weighs more where only birds of the farm are named.

    Source: 国家畜禽遗传资源目录 (2020) has quail, mallard and pheasant as farm stock; the 三有
    entries of 2023 cover wild stock only.
    """
    words = reading.words("farm")
    birds = reading.birds_of(reading.words("bird", "code"))
    if birds and all(bird.lawful in {"farmed", "domestic"} for bird in birds):
        words = [*words, *words[:1]]
    elif reading.words("nopapers", "wild", strengths=("strong",)) or any(
        bird.level == "I" for bird in birds
    ):
        words = words[:1]  # farm words as a cover
    return Signal.on("farmed", words)
