"""A bird is named, and nothing is said to be done with it."""

from pipeline.reading import Reading, Signal, listens_to

_LOOSE = {
    *("sell", "buy", "swap", "ship", "hunt", "wild", "release", "fight", "nopapers", "hush"),
    *("keep", "hawk", "part", "egg", "meat", "gear", "lure", "contact", "life", "anybird", "gift"),
}


@listens_to("bird", "code")
def nothing_done(reading: Reading) -> Signal | None:
    """Fire on names alone: those who watch, ask and report name birds too."""
    if any(kind in _LOOSE for kind, _ in reading.kinds):
        return None
    if reading.is_priced:
        return None
    return Signal.on("nothing_done", reading.words("bird", "code")[:1])
