"""Trade and hushed talk, but nothing alive in it, nothing of a bird, nothing that catches one."""

from keywords.kinds import KINDS, Part
from pipeline.reading import Reading, Signal, listens_to

_DONE_TO_BIRDS = {"hunt", "wild", "release", "fight", "gift", "bird"}
_AROUND = ("hush", "sell", "buy", "swap", "ship", "nopapers", "contact")


@listens_to(*_AROUND)
def nothing_alive(reading: Reading) -> Signal | None:
    """Fire where every word is of trade: phones are sold to those in the know as well."""
    for kind, strength in reading.kinds:
        if kind in _DONE_TO_BIRDS and strength != "weak":
            return None
        if kind == "ship" and strength == "strong":
            return None  # 活体托运, 捎鸟
        if kind in KINDS and KINDS[kind] is Part.WHAT:
            return None
    return Signal.on("nothing_alive", reading.words(*_AROUND)[:1])
