"""Birds are named and told of, but none is traded, caught or kept."""

from pipeline.reading import Reading, Signal, listens_to

_ACTS = {
    *("sell", "buy", "swap", "ship", "hunt", "wild", "release", "fight", "nopapers", "hush"),
    *("hawk", "part", "egg", "meat", "gear", "lure", "gift"),
}
_TRADE = {("keep", "strong"), ("sell", "weak"), ("buy", "weak")}


@listens_to("bird", "code")
def only_watched(reading: Reading) -> Signal | None:
    """Fire on names without an act said in words that mean it."""
    if any(kind in _ACTS and strength != "weak" for kind, strength in reading.kinds):
        return None
    if not _TRADE.isdisjoint(reading.kinds):
        return None
    if reading.is_priced:
        return None
    return Signal.on("only_watched", reading.words("bird", "code")[:1])
