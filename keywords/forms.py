"""The forms in the order of their code points, with what is asked of each worked out once."""

from keywords.entries import Entries, Entry
from keywords.kinds import CONFUSER, KINDS, Part

_SHORT = 2
_LOOSE_KINDS = frozenset({"bird", "code", "anybird", "domestic"})
_LOOSE_WHEN_MEDIUM = frozenset({"keep", "hawk", "gear", "hunt", "wild", "egg", "part", "meat"})
_CLAUSE_HEADS = frozenset({"sell", "buy", "swap", "ship"})
_SAME_BIRD = {"code": "bird", "emoji": "bird"}
"""Kinds whose overlapping words name one bird: the 眉鸟 of 画眉鸟 is no second one."""
_TAKERS = frozenset({"cage", "toy", "art", "media", "wares", "org", "sport", "person", "deter"})


class Form:
    """One form.

    Attributes:
        says: its kind, the same for kinds that name one bird.
        is_confuser: it only looks like a bird, and takes words inside it back.
        is_loose: short enough to stand by chance in other words.
        is_against, is_around: the part of the lexicon it belongs to.
        can_be_taken: a look-alike around it takes it back.
        takes: words inside it are part of it: the 画眉 of 画眉笼.
        tail: via, kind, species and strength of its hits.
    """

    __slots__ = (
        "can_be_taken",
        "entry",
        "is_against",
        "is_around",
        "is_confuser",
        "is_loose",
        "is_plain",
        "kind",
        "says",
        "tail",
        "takes",
        "term",
    )

    def __init__(self, entry: Entry) -> None:
        kind = entry.kind
        part = None if kind == CONFUSER else KINDS[kind]
        self.entry = entry
        self.kind = kind
        self.term = entry.term
        self.tail = (entry.via, kind, entry.species, entry.strength)
        self.says = _SAME_BIRD.get(kind, kind)
        self.is_plain = entry.via == "plain"
        self.is_confuser = kind == CONFUSER
        self.is_loose = len(entry.form) > 1 and kind != CONFUSER and _is_loose(entry)
        self.is_against = part is Part.AGAINST
        self.is_around = part is Part.AROUND
        self.can_be_taken = part is not Part.AGAINST or kind == "domestic"
        self.takes = kind in _TAKERS


class Forms(dict[int, Form]):
    """Form by its number; made when it is met, for most of 60,000 never are."""

    def __init__(self, entries: Entries) -> None:
        super().__init__()
        self._entries = entries

    def __missing__(self, number: int) -> Form:
        form = self[number] = Form(self._entries[number])
        return form


def is_head(entry: Entry) -> bool:
    """Return whether the word says something only where a clause begins: 出, 收, 求."""
    return len(entry.form) == 1 and entry.kind in _CLAUSE_HEADS


def is_unbroken(entry: Entry) -> bool:
    """Return whether the form stands wherever its characters follow one another."""
    form = entry.form
    return not form[0].isascii() and not form[-1].isascii() and not is_head(entry)


def _is_loose(entry: Entry) -> bool:
    """Return whether a form is short enough to stand by chance in other words."""
    if entry.kind in _LOOSE_KINDS:
        return len(entry.form) <= _SHORT + (entry.strength != "strong")
    return (
        entry.kind in _LOOSE_WHEN_MEDIUM
        and entry.strength != "strong"
        and len(entry.form) <= _SHORT
    )
