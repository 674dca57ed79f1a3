"""A seller's text, cut into pieces so that a page can mark what was found in it.

Offsets are characters of the text as the listing holds it. Hits may overlap: the text is
cut at every edge, and each piece knows all the hits that cover it. Characters that leave no
trace on paper (zero-width, bidirectional overrides, controls) become pieces of their own,
so that a page can show that they are there.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_ALWAYS_SEEN = frozenset("\n\r\t")
_BLANKS = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u3164\u115f\u1160\uffa0\u180e")
_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EMOJI_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Span:
    """Where one hit stands in a text: ``text[start:end]``, and its number on the page."""

    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is marked in one way.

    Attributes:
        text: what to show; "" for an unseen character, which is told, never sent.
        hits: numbers of the hits that cover it.
        begins: numbers of the hits that begin here.
        unseen: "blank" (takes no room), "turn" (turns the direction of what follows) or
            "control" where the piece is one unseen character, else "".
        code_point: its number, "U+200B".
    """

    text: str
    hits: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    unseen: str = ""
    code_point: str = ""


def pieces(text: str, spans: Sequence[Span] = ()) -> list[Piece]:
    """Cut ``text`` at the edges of its hits and around each unseen character.

    Spans outside the text (of another version of it) are left out, not guessed.
    """
    good = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    unseen = [place for place, char in enumerate(text) if _is_unseen(text, place, char)]
    edges = {0, len(text)}
    edges.update(edge for span in good for edge in (span.start, span.end))
    edges.update(edge for place in unseen for edge in (place, place + 1))
    cuts = sorted(edges)
    hidden = frozenset(unseen)
    return [
        _piece(text, start, end, good, is_unseen=start in hidden) for start, end in pairwise(cuts)
    ]


def shorten(text: str, limit: int) -> str:
    """Return at most ``limit`` characters, ending in "…" where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _piece(text: str, start: int, end: int, spans: list[Span], *, is_unseen: bool) -> Piece:
    covering = [span for span in spans if span.start <= start and end <= span.end]
    shown = text[start:end]
    return Piece(
        "" if is_unseen else shown,
        tuple(span.number for span in covering),
        tuple(span.number for span in covering if span.start == start),
        _unseen(shown) if is_unseen else "",
        f"U+{ord(shown):04X}" if is_unseen else "",
    )


def _unseen(char: str) -> str:
    if char in _BLANKS:
        return "blank"
    return "turn" if char in _TURNS else "control"


def _is_unseen(text: str, place: int, char: str) -> bool:
    if char in _ALWAYS_SEEN or " " <= char <= "~" or "\u4e00" <= char <= "\u9fff":
        return False
    if char == _EMOJI_JOINER and 0 < place < len(text) - 1:
        # inside 👨‍👩‍👧 it joins pictures; between ordinary characters it hides a word
        return not unicodedata.category(text[place + 1]).startswith("S")
    return char in _BLANKS or unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"}
