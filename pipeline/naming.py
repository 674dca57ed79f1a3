"""Which birds a listing means, surest first: names that stand as names, then words that hint."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from keywords.hits import Hit
from keywords.lexicon import Lexicon
from pipeline.attached import PART, is_behind
from pipeline.counting import stands_counted
from pipeline.offering import stands_on_offer

_NAMES = {"bird", "code", "emoji", "domestic", "anybird"}
_OF_A_BIRD = {"part", "egg", "meat"}
_SURE = {"strong", "medium"}
_CLOSE = 4  # characters between two names of one list: 斑鸠、麻雀 and 喜鹊
_KEPT_ABROAD = "鹦鹉"  # of parrots there are more than a dealer's word lists
_MANY = 3  # birds of one word, from which the group says it better


def birds_meant(hits: Iterable[Hit], texts: Mapping[str, str], lexicon: Lexicon) -> tuple[str, ...]:
    """Return the birds meant; a group only where no bird of it is named.

    Words that may mean a bird by chance name one where they are counted, traded or in a list
    with surer names, or where no surer word stands.
    """
    kept = [hit for hit in hits if hit.species or hit.kind in _OF_A_BIRD]
    names = [hit for hit in kept if hit.kind in _NAMES]
    sure = [hit for hit in names if hit.strength in _SURE]
    of_a_bird = [hit for hit in kept if hit.kind in _OF_A_BIRD and hit.strength in _SURE]
    meant = sorted(
        [*sure, *_in_company(names, texts), *of_a_bird],
        key=lambda hit: hit.strength != "strong",
    )
    hints = [hit for hit in kept if hit.kind not in _NAMES and hit.strength in _SURE]
    for said in (meant, names, hints, kept):
        birds = _of(said, lexicon)
        if birds:
            return _narrowed(birds, kept, lexicon)
    return ()


def _in_company(names: list[Hit], texts: Mapping[str, str]) -> list[Hit]:
    """Return the weak names that stand as names do."""
    weak = [hit for hit in names if hit.strength == "weak" and _stands(hit, texts)]
    ordered = sorted(names, key=lambda hit: (hit.field, hit.start))
    for before, behind in pairwise(ordered):
        if before.field == behind.field and 0 <= behind.start - before.end <= _CLOSE:
            weak += [hit for hit in (before, behind) if hit.strength == "weak"]
    return list(dict.fromkeys(weak))


def _stands(hit: Hit, texts: Mapping[str, str]) -> bool:
    text = texts.get(hit.field, "")
    return (
        stands_counted(text, hit.start, hit.end)
        or stands_on_offer(text, hit.start, hit.end)
        or is_behind(PART, text, hit.end)
    )


def _of(hits: Iterable[Hit], lexicon: Lexicon) -> list[str]:
    """Return the birds of words, each once; the group where one word may mean many of it."""
    names: list[str] = []
    for hit in hits:
        names += _group_of(hit, lexicon) or hit.species
    return list(dict.fromkeys(names))


def _group_of(hit: Hit, lexicon: Lexicon) -> tuple[str, ...]:
    return _group(hit.term, hit.kind, hit.species, lexicon)


@lru_cache(maxsize=4096)
def _group(term: str, kind: str, birds: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """Return the group that a word names (雕翎, 大雁肉), or that all its many birds belong to."""
    if any(bird in term for bird in birds):
        return ()
    if kind in _OF_A_BIRD:
        said = [
            group
            for group in lexicon.members
            if group in term
            and (not birds or len(group) > 1 or any(group in bird for bird in birds))
        ]
        if said:
            return (max(said, key=len),)
    holding = [
        (len(members), group)
        for group, members in lexicon.members.items()
        if len(birds) >= (2 if group.endswith(_KEPT_ABROAD) else _MANY)
        and set(birds) <= set(members)
    ]
    return (min(holding)[1],) if holding else ()


def _narrowed(names: list[str], hits: list[Hit], lexicon: Lexicon) -> tuple[str, ...]:
    """Return the birds without the groups of which one is named, or told by a detail.

    百灵 from 内蒙 is 蒙古百灵; 天鹅 with a yellow bill is 大天鹅.
    """
    once = dict.fromkeys(names)
    single = [hit for hit in hits if len(hit.species) == 1 and not _group_of(hit, lexicon)]
    details = [hit.species[0] for hit in single]
    for name in names:
        members = set(lexicon.members.get(name, ()))
        if not members:
            continue
        told = [bird for bird in details if bird in members]
        if told:
            once.pop(name)
            once |= dict.fromkeys(told)
    return tuple(once)
