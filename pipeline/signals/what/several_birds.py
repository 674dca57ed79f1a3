"""More than one kind of bird is named, and something is done with them."""

from pipeline.reading import Reading, Signal, listens_to

_TRADE = {"sell", "buy", "swap", "ship", "hunt", "wild", "release", "nopapers", "gift", "keep"}


@listens_to("bird", "code", "emoji")
def several_birds(reading: Reading) -> Signal | None:
    """Fire from the second bird on, one piece for each further one.

    Watchers list birds too: without a word of trade a list says nothing.
    """
    if not any(kind in _TRADE and strength != "weak" for kind, strength in reading.kinds):
        return None
    told: set[str] = set()
    further = []
    for hit in reading.words("bird", "code", "emoji"):
        birds = {hit.term, *hit.species}
        birds |= {member for bird in reading.birds_of([hit]) for member in bird.members}
        if told and told.isdisjoint(birds):
            further.append(hit)
        told |= birds
    return Signal.on("several_birds", further)
