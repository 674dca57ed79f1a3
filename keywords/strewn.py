"""What stands between the characters of a form: strewn to hide it, or a text of its own."""

from keywords.normalise import is_han
from keywords.scan import Scan

_STOPS = frozenset("，,。.！!？?；;：:、\n\r（）()【】[]《》<>“”\"'…")
_FRAMES = frozenset({"】【", "）（", ")(", "][", "」「", "』『", "》《", "〕〔", "”“"})
"""What stands between characters that are framed one by one: 【八】【哥】."""
_SHORT = 2
_COMBINING = range(0x0300, 0x0370)


def is_noise(scan: Scan, start: int, end: int) -> bool:
    """Return whether what stands between the characters of a form is strewn, not written.

    ``红.子`` and ``画 眉 鸟`` are names taken apart; ``粉红 子母扣`` and ``红，子`` are not.
    """
    text, at = scan.text, scan.at
    gaps = [text[at[place] + 1 : at[place + 1]] for place in range(start, end - 1)]
    seen = [gap for gap in gaps if gap and not _is_silent(gap)]
    everywhere = len(seen) == len(gaps)
    if not seen or (everywhere and all(gap in _FRAMES for gap in seen)):
        return True
    if not everywhere and len({gap.strip() for gap in seen}) > 1:
        return False
    if everywhere and _goes_on(text, at, start, end, seen):
        return True
    if (not everywhere or end - start <= _SHORT or "\n" in "".join(seen)) and _stops(seen):
        return False
    if everywhere and end - start > _SHORT:
        return True
    # tai ping niao: whole words of Latin letters are told apart before
    return scan.folded[start:end].isascii() or not _is_attached(scan, start, end)


def _stops(gaps: list[str]) -> bool:
    return any(character in _STOPS and character not in ".。" for gap in gaps for character in gap)


def _is_attached(scan: Scan, start: int, end: int) -> bool:
    """Return whether a Chinese character stands right before or right behind the span."""
    at, text = scan.at, scan.folded
    left = at[start - 1] + 1 == at[start] and is_han(text[start - 1])
    right = at[end - 1] + 1 == at[end] and is_han(text[end])
    return left or right


def _goes_on(text: str, at: list[int], start: int, end: int, gaps: list[str]) -> bool:
    """Return whether the mark between the characters stands before or behind the form too.

    灰…机…两…只 is one strewn line; 红，子，is a list.
    """
    mark = gaps[0]
    if set(gaps) != {mark}:
        return False
    behind = [
        text[at[place] + 1 : at[place + 1]] for place in range(end - 1, min(end + 1, len(at) - 1))
    ]
    before = [text[at[place] + 1 : at[place + 1]] for place in range(max(start - 2, 0), start)]
    return [mark, mark] in (behind, before)


def _is_silent(gap: str) -> bool:
    return all(not character.isprintable() and character != "\n" for character in gap) or all(
        ord(character) in _COMBINING for character in gap
    )
