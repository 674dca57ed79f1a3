"""What the room gives back: a bird, and a place in a text where a word of the trade stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Species:
    """A bird as the lists name it.

    Attributes:
        name, latin: Chinese and Latin names as the list prints them.
        order, family: Chinese names of order and family.
        level: "I", "II" (national key list), "sanyou" (三有), or "none".
        list_name: the list in words, empty where it is on none.
        list_on: the day of the announcement.
        note: what limits the entry (only wild stock, CITES stand-in, inferred), in Chinese.
        cites: appendix "I", "II", "III" or empty.
        liaoning: seen in Liaoning; a hint for ranking, never a filter.
        traded: known in the cage, falconry, food or specimen trade.
        group: what traders would call its kind: songbird, raptor, owl, parrot, water ...
        lawful: "domestic" (bred for ages, no papers asked), "marked" (lawful with mark and
            number), "farmed" (lawful as farm stock, not when wild), or empty.
        provenance: where the row comes from, in words a lawyer can read.
        is_inferred: the row was completed by inference and must be checked first.
        trade_names: other names under which it is offered.
        members: for a group name ("猫头鹰"), the birds it may be; empty for a species.
    """

    name: str
    latin: str
    order: str
    family: str
    level: str
    list_name: str
    list_on: date | None
    note: str
    cites: str
    liaoning: bool
    traded: bool
    group: str
    lawful: str
    provenance: str
    is_inferred: bool
    trade_names: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class Hit(NamedTuple):
    """A word of the lexicon in one field of a listing.

    Attributes:
        term: the word as the lexicon has it.
        surface: what the seller typed.
        field: the field it stands in.
        start, end: offsets in the field as given; ``surface == field[start:end]``.
        via: by which way it was found ("plain", "traditional", "inner", "pinyin" ...).
        kind: what the word says: "bird", "sell", "gear", "lawful" ...
        species: Chinese names of the birds it may mean; empty for other words.
        strength: "strong", "medium" or "weak", for the word alone.
    """

    term: str
    surface: str
    field: str
    start: int
    end: int
    via: str
    kind: str
    species: tuple[str, ...]
    strength: str


Fields = Mapping[str, str]
"""A listing's texts by the name of their field."""
