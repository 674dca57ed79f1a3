"""Something alive and something done with it, and nothing that speaks for an honest reading."""

from pipeline.reading import Reading, Signal, listens_to

_ALIVE = ("bird", "code", "emoji", "keep", "hawk", "egg")
_DONE = ("sell", "buy", "swap", "ship", "hunt", "wild", "release", "fight", "nopapers", "gift")
_AGAINST = (
    *("domestic", "farm", "lawfulmark", "cage", "deter", "fishing", "toy", "art", "media"),
    *("wares", "sport", "org", "person", "news", "rescue", "birding", "public", "ask", "rule"),
)


@listens_to(*_ALIVE)
def alive_and_traded(reading: Reading) -> Signal | None:
    """Fire when both parts of an offer are there and no third speaks against it."""
    if reading.lookalikes or reading.words(*_AGAINST):
        return None
    done = reading.words(*_DONE, strengths=("strong", "medium"))
    alive = reading.words(*_ALIVE, strengths=("strong", "medium"))
    if not done or not alive:
        return None
    return Signal.on("alive_and_traded", [alive[0], done[0]])._replace(pieces=1)  # type: ignore[union-attr]
