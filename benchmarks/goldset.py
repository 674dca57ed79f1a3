"""The gold set: its rows read into one shape, as listings, and judged."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from keywords.hits import Species
from pipeline.listing import Listing, Place, Price, Seller
from pipeline.reading import Ranked
from pipeline.score import Reader

FOLDER = Path(__file__).resolve().parent.parent / "data" / "gold"
TUNED = ("listings", "fresh-1", "fresh-2", "fresh-3")
"""Sets whose rows were looked at while words were added and points fitted."""
UNSEEN = ("fresh-4", "fresh-5", "fresh-6", "fresh-7")
"""Sets of which only totals were ever looked at: the honest figure."""

NO_TRICK = "none"
"""What stands for the trick of a row that is clear."""

_AT = datetime(2026, 3, 10, tzinfo=UTC)
_TRICKS = {
    "spaces": ("spaced", "spaces", "punct", "zero_width", "split_fields", "reversed", "acrostic"),
    "other script": ("traditional", "fullwidth", "full_width", "fancy_unicode"),
    "split": ("split", "split_char"),
    "pinyin": ("pinyin", "initials"),
    "latin": ("latin", "mixed_lang"),
    "picture only": ("ocr_only", "picture_only"),
    "code word": ("code_word", "quoted"),
    "excuse": ("excuse", "gift_cloak", "negative_cloak", "fake_legal", "evasion"),
    "slang": ("slang", "slang_only", "falconry", "price_code"),
    "homophone": ("homophone",),
    "emoji": ("emoji",),
}
_CLASS = {way: trick for trick, ways in _TRICKS.items() for way in ways}


class Row(NamedTuple):
    """One labelled listing.

    Attributes:
        trick: how it is said, one of a dozen classes; "plain" where it hides nothing.
        birds: the birds meant, standard names or groups.
    """

    listing: Listing
    of: str
    platform: str
    is_suspicious: bool
    trick: str
    birds: tuple[str, ...]
    difficulty: int


class Judged(NamedTuple):
    """A row and what the reading says of it."""

    row: Row
    ranked: Ranked

    @property
    def is_right(self) -> bool:
        """Whether the reading says what the label says."""
        return self.row.is_suspicious == self.ranked.is_suspicious


def rows_of(*names: str) -> list[Row]:
    """Return the rows of these sets, those that are there."""
    files = [FOLDER / f"{name}.jsonl" for name in names]
    return [
        _row(json.loads(line), file.stem)
        for file in files
        if file.is_file()
        for line in file.read_text(encoding="utf-8").splitlines()
    ]


def judge(rows: Iterable[Row], reader: Reader) -> list[Judged]:
    """Read every row."""
    kept = list(rows)
    read = reader.read_many([row.listing for row in kept])
    return [Judged(row, ranked) for row, ranked in zip(kept, read, strict=True)]


def level_of(row: Row, species: dict[str, Species]) -> str:
    """Return the strictest protection among the birds of a row, "unnamed" where there is none."""
    levels = [species[bird].level for bird in row.birds if bird in species]
    return next((level for level in ("I", "II", "sanyou", "none") if level in levels), "unnamed")


def group_of(row: Row, species: dict[str, Species]) -> str:
    """Return the kind of bird a row is about first."""
    return next((species[bird].group for bird in row.birds if bird in species), "unnamed")


def _row(told: dict[str, Any], of: str) -> Row:
    way = told.get("trick") or told.get("way") or "plain"
    suspicious = told.get("suspicious", told.get("label") == "suspicious")
    return Row(
        _listing(told),
        of,
        told["platform"],
        suspicious,
        _CLASS.get(way, "plain") if suspicious else NO_TRICK,
        tuple(told.get("species") or told.get("birds") or ()),
        told["difficulty"],
    )


def _listing(told: dict[str, Any]) -> Listing:
    return Listing(
        source="gold",
        site_id=told["id"],
        seen_at=_AT,
        title=told.get("title", ""),
        text=told.get("text", ""),
        ocr=told.get("ocr", ""),
        tags=tuple(told.get("tags", ())),
        price=Price(raw=told.get("price", "")),
        place=Place(raw=told.get("region", "")),
        seller=Seller(name=told.get("seller", "")),
    )
