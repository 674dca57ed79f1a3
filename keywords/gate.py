"""Which words are worth a full reading: the rules of the one cheap look at every text.

Nine texts in ten of a night name no bird. They are let go after one look (``Scanner.telling``)
without a thing being made of them.
"""

from keywords.entries import Entry
from keywords.kinds import CONFUSER, KINDS, Part

_SOMETIMES = {"egg", "hawk", "anybird", "gear"}
_INITIALS = 2  # letters
_EVERYDAY = 2  # characters: 活的, 成品
_SPELT = {"bird", "code"}
_HALF = {
    *("keep", "hawk", "gear", "lure", "egg", "part", "meat", "hunt", "wild", "release"),
    *("fight", "nopapers", "hush", "ship", "gift", "swap", "life"),
}
"""Kinds of which two different words in one text are worth a full reading."""
_HALF_WHEN_STRONG = {"contact", "claim", "sell", "buy"}
_NEVER = {"life", "place", "contact", "claim", "swap"}


def half_tells(entry: Entry) -> bool:
    """Return whether a word is worth a full reading beside another such word."""
    if entry.kind in _SPELT and len(entry.form) >= _INITIALS:
        return True
    if entry.kind in _HALF:
        return entry.strength != "weak" and len(entry.form) >= _EVERYDAY
    return entry.kind in _HALF_WHEN_STRONG and entry.strength == "strong"


def tells(entry: Entry) -> bool:
    """Return whether a word alone is worth a full reading."""
    kind = entry.kind
    if entry.via == "initials" and entry.strength == "weak":
        return False
    if kind == CONFUSER or kind in _NEVER or KINDS[kind] is Part.AGAINST:
        return False
    if kind in {"bird", "code", "emoji"}:
        # hm, xy alone are initials of anything
        return not (entry.form.isascii() and len(entry.form) <= _INITIALS)
    if kind in _SOMETIMES:
        return entry.strength != "weak" or kind == "anybird"
    if kind == "keep":
        return entry.strength == "strong" or len(entry.form) > _EVERYDAY
    return entry.strength == "strong"
