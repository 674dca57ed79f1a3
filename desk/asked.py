"""Which list a page speaks of: read from the address, and written back into it.

Every filter lives in the address, so a list can be kept as a bookmark, and the listing
opened from it knows what stands above and below.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request

from casework import cities, queue
from casework.queue import Wanted
from desk.birds import LEVELS
from desk.wording import KINDS, STATUSES, VIAS
from pipeline.store.text import storable

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A list of listings, as its address names it; an empty field asks for all.

    Attributes:
        place: GB/T 2260 code of a city ("210200").
        trick: kind of a word found, or how it was hidden ("code", "zero_width").
        found_from, found_to: first seen on these Beijing dates or between ("2026-03-10").
        assigned_to: whose it is.
        again_by: put off to this Beijing date or before.
        each: "1": each listing has a row, also where its seller has more of them.
    """

    status: str = "waiting"
    source: str = ""
    level: str = ""
    species: str = ""
    words: str = ""
    place: str = ""
    trick: str = ""
    found_from: str = ""
    found_to: str = ""
    assigned_to: str = ""
    again_by: str = ""
    each: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the tab was chosen."""
        return self != Asked(self.status, each=self.each)

    @property
    def has_more(self) -> bool:
        """Whether it is narrowed by what stands under "more conditions"."""
        plain = Asked(
            self.status, self.source, self.level, self.species, self.words, each=self.each
        )
        return self != plain

    @property
    def query(self) -> str:
        """The part of an address that names this list; "" for all that waits."""
        told = [(name, value) for name in _NAMES if (value := getattr(self, name))]
        return urlencode([each for each in told if each != ("status", "waiting")])

    def address(self, path: str) -> str:
        """Return the address of a page about this list."""
        return f"{path}?{self.query}" if self.query else path

    def listing(self, listing_id: str) -> str:
        """Return the address of a listing, opened from this list."""
        return self.address(listing_path(listing_id))

    def wanted(self, birds_of: Callable[[str], tuple[str, ...]]) -> Wanted:
        """Return the same question as casework asks it.

        Args:
            birds_of: level -> the birds on it.
        """
        plain = queue.wanted_by_status(self.status)
        return Wanted(
            state=plain.state,
            call=plain.call,
            source=self.source,
            species=self.species,
            # a level no bird is on must match nothing, not everything
            species_among=(birds_of(self.level) or ("",)) if self.level else (),
            words=self.words,
            place_code=self.place[:4],
            trick=self.trick,
            found_from=_day(self.found_from),
            found_to=_day(self.found_to),
            assigned_to=self.assigned_to,
            again_by=self.again_by,
        )


_NAMES = tuple(each.name for each in fields(Asked))


def listing_path(listing_id: str) -> str:
    """Return the path of a listing's page."""
    return f"/listings/{quote(listing_id, safe=':')}"


def read(values: dict[str, str]) -> Asked:
    """Return the list that some fields name; what makes no sense is left out."""
    status = values.get("status", "")
    level = values.get("level", "")
    place, trick = values.get("place", ""), values.get("trick", "")
    return Asked(
        status=status if status in STATUSES else "waiting",
        source=_text(values, "source"),
        level=level if level in LEVELS else "",
        species=_text(values, "species"),
        words=_text(values, "words"),
        place=place if place in cities.all_of_them() else "",
        trick=trick if trick in KINDS or trick in VIAS else "",
        found_from=_date(values, "found_from"),
        found_to=_date(values, "found_to"),
        assigned_to=_text(values, "assigned_to"),
        again_by=_date(values, "again_by"),
        each="1" if values.get("each") == "1" else "",
    )


def of_request(request: Request) -> Asked:
    """Return the list that the address of a page names."""
    return read(dict(request.query_params))


def of_back(back: str) -> Asked:
    """Return the list that a form was opened from."""
    return read(dict(parse_qsl(back[:2000])))


def _text(values: dict[str, str], name: str) -> str:
    return storable(values.get(name, ""))[:_LONGEST].strip()


def _date(values: dict[str, str], name: str) -> str:
    day = _day(values.get(name, ""))
    return day.isoformat() if day else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
