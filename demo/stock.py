"""What the five shops hold: one JSON object a line in ``listings/``, nights in ``nights.jsonl``.

All of it is written for practice; people, handles and numbers are made up.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

SHOPS = ("classifieds", "app", "forum", "feed", "shop")
"""The five shops, in the order of their ports."""

NIGHTS = (1, 2, 3)
"""The nights that ``nights.jsonl`` tells of."""

Wall = Literal["challenge", "login"]

_LISTINGS = Path(__file__).parent / "listings"
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Picture:
    """How a picture is drawn: what it shows, in which colour, with which words on it."""

    of: str
    colour: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer under a forum thread; ``quotes`` holds the words it repeats."""

    by: str
    text: str
    quotes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ware:
    """One listing of one shop, as its seller wrote it.

    Attributes:
        price: as printed, empty where the seller names none.
        age: how long before its first night it was posted.
        first_night: the night from which it is there.
        is_pinned: kept on top of the list by the shop.
        is_suspicious, why, species: the truth, which no page tells.
    """

    shop: str
    id: str
    title: str
    text: str
    price: str = ""
    place: str = ""
    seller: str
    age: timedelta
    pictures: tuple[Picture, ...] = ()
    kind: str = "offer"
    section: str = ""
    replies: tuple[Reply, ...] = ()
    first_night: int = 1
    is_pinned: bool = False
    is_suspicious: bool
    why: str
    species: tuple[str, ...] = ()

    @property
    def seller_id(self) -> str:
        """The shop's own number for this seller: the same handle has the same number."""
        return str(100_000 + _number(self.shop + self.seller) % 900_000)

    @property
    def phone(self) -> str:
        """A made-up number: the exchange 1380000 belongs to nobody."""
        return f"1380000{_number(self.seller) % 10_000:04d}"

    @property
    def views(self) -> int:
        """How often the shop claims it was looked at."""
        return 11 + _number(self.id + self.title) % 900

    def says(self, words: str) -> bool:
        """Tell whether the shop's own search finds it: every word stands in it somewhere."""
        text = f"{self.title} {self.text} {self.place}".casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one shop shows on one night.

    Attributes:
        shown: newest first, pinned ones before them.
        gone: what was there on an earlier night and is no longer.
        walls: listing id -> the wall that stands before it tonight.
    """

    shop: str
    night: int
    shown: tuple[Ware, ...]
    gone: Mapping[str, Ware] = field(default_factory=dict)
    walls: Mapping[str, Wall] = field(default_factory=dict)

    def ware(self, ware_id: str) -> Ware | None:
        """Return a listing that is there tonight."""
        return next((ware for ware in self.shown if ware.id == ware_id), None)

    def found(self, words: str) -> tuple[Ware, ...]:
        """Return what the shop's search answers; all of it for no words."""
        return tuple(ware for ware in self.shown if ware.says(words))


def shelf(shop: str, night: int) -> Shelf:
    """Return what a shop shows on a night: the stock, and what every night so far changed."""
    wares = {ware.id: ware for ware in read_wares(shop) if ware.first_night <= night}
    gone: dict[str, Ware] = {}
    walls: dict[str, Wall] = {}
    for change in _changes(shop):
        if change["night"] > night:
            continue
        ware_id, does = change["id"], change["does"]
        if does == "edit":
            words = {name: change[name] for name in ("title", "text", "price") if name in change}
            wares[ware_id] = replace(wares[ware_id], **words)
        elif does == "remove":
            gone[ware_id] = wares.pop(ware_id)
        elif does == "return":
            wares[ware_id] = gone.pop(ware_id)
        elif change["night"] == night:
            walls[ware_id] = change["wall"]
    ordered = sorted(wares.values(), key=lambda ware: (not ware.is_pinned, ware.age))
    return Shelf(shop, night, tuple(ordered), gone, walls)


def read_wares(shop: str) -> tuple[Ware, ...]:
    """Return all that a shop ever shows, in the order of its file."""
    return tuple(_ware(line) for line in _lines(f"{shop}.jsonl"))


def _ware(line: Mapping[str, Any]) -> Ware:
    values = dict(line)
    posted = values.pop("posted")
    values["age"] = timedelta(**{_UNITS[posted[-1]]: float(posted[:-1])})
    values["pictures"] = tuple(Picture(*words.split(":")) for words in values.get("pictures", ()))
    values["replies"] = tuple(Reply(*reply) for reply in values.get("replies", ()))
    truth = values.pop("truth")
    values["species"] = tuple(values.get("species", ()))
    return Ware(is_suspicious=truth == "suspicious", **values)


def _changes(shop: str) -> Iterable[Mapping[str, Any]]:
    return sorted(
        (line for line in _lines("nights.jsonl") if line["shop"] == shop),
        key=lambda line: int(line["night"]),
    )


def _lines(name: str) -> Iterable[dict[str, Any]]:
    for line in (_LISTINGS / name).read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _number(text: str) -> int:
    return zlib.crc32(text.encode())
