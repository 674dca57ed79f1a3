"""What changed between two texts, word by word."""

import difflib
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["same", "removed", "added"]

LONGEST = 4000
"""Words compared one by one; longer middles are shown as one removed and one added piece,
because difflib's time grows with the square (2 x 4,000 words: 0.6 s at worst)."""

# A number or a Latin word is one word; of Chinese each character is one, so that 画眉 ->
# 画眉鸟 shows what was added, without asking a dictionary.
_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)?|[A-Za-z]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, went, or came."""

    kind: Kind
    text: str


def between(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces that lead from one text to the other, in order.

    The "same" and "removed" pieces together are ``before``; "same" and "added", ``after``.
    """
    if before == after:
        return (Piece("same", before),) if before else ()
    old, new = _WORD.findall(before), _WORD.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces: list[tuple[Kind, list[str]]] = [("same", old[:start])]
    if max(len(middle_old), len(middle_new)) > LONGEST:
        pieces += [("removed", middle_old), ("added", middle_new)]
    else:
        match = difflib.SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        for op, old_from, old_to, new_from, new_to in match.get_opcodes():
            if op == "equal":
                pieces.append(("same", middle_old[old_from:old_to]))
            else:
                pieces.append(("removed", middle_old[old_from:old_to]))
                pieces.append(("added", middle_new[new_from:new_to]))
    pieces.append(("same", old[len(old) - end :]))
    return tuple(_joined(pieces))


def _common(one: list[str], other: list[str]) -> int:
    for place, (here, there) in enumerate(zip(one, other, strict=False)):
        if here != there:
            return place
    return min(len(one), len(other))


def _joined(pieces: list[tuple[Kind, list[str]]]) -> list[Piece]:
    joined: list[Piece] = []
    for kind, words in pieces:
        text = "".join(words)
        if not text:
            continue
        if joined and joined[-1].kind == kind:
            joined[-1] = Piece(kind, joined[-1].text + text)
        else:
            joined.append(Piece(kind, text))
    return joined
