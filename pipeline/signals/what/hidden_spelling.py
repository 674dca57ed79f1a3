"""A word of the trade in disguise: who hides it knows why."""

from keywords.hits import Hit
from pipeline.reading import Reading, Signal, listens_to

_HIDDEN = {
    *("inner", "zero_width", "fancy", "fullwidth"),
    *("emoji", "pinyin", "initials", "split", "homophone"),
}
_BY_CHANCE = {"homophone", "initials"}
_NAMES = {"bird", "code", "keep", "anybird"}


@listens_to(*_NAMES)
def hidden_spelling(reading: Reading) -> Signal | None:
    """Fire when a name was found by another way than as it is written."""
    hidden = [hit for hit in reading.hits if hit.via in _HIDDEN and _is_name(hit, reading)]
    return Signal.on("hidden_spelling", hidden)


def _is_name(hit: Hit, reading: Reading) -> bool:
    """Return whether a name hides there; a short word of the same sound may be chance."""
    return hit.kind in _NAMES and (hit.via not in _BY_CHANCE or reading.is_name(hit))
