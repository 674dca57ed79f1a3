"""Source: all that one source file says. The words are explained in ``docs/sources.md``.

Its parts stand in :mod:`crawlers.source_parts`; what concerns a whole file (a private
address, a robots override, a floor) is judged in :mod:`crawlers.sources`.
"""

import hashlib
from datetime import date
from itertools import product
from typing import Literal, NamedTuple
from urllib.parse import quote, urlsplit

from pydantic import Field

from crawlers.patterns import is_like
from crawlers.source_parts import (
    AnswersPart,
    Checked,
    DetailSection,
    Expect,
    FieldName,
    KnownName,
    Limits,
    ListSection,
    Manners,
    Needs,
    RepliesPart,
    Rule,
    ScriptPart,
    SearchPart,
    Section,
    Words,
    Written,
)

__all__ = [
    "AnswersPart",
    "Checked",
    "DetailSection",
    "Expect",
    "FieldName",
    "KnownName",
    "Limits",
    "ListSection",
    "Manners",
    "Needs",
    "RepliesPart",
    "Rule",
    "ScriptPart",
    "SearchPart",
    "Section",
    "Source",
    "Start",
    "Words",
    "Written",
]

KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Family = Literal["classifieds", "forum", "app", "json", "embedded", "shop", "feed", "search"]
"""Ways of reading: :mod:`crawlers.families` tells them apart."""

IN_JSON = frozenset({"app", "json", "embedded"})
"""Families whose lists are JSON, unless the file says otherwise."""


class Start(NamedTuple):
    """One word in one place: where an index begins."""

    term: str
    place: str
    code: str


class Source(Written):
    """One source file, checked.

    ``marks`` are pieces of markup by which a page is recognised whose address says nothing;
    ``like`` names a shape of ``data/shapes/`` that the file was completed from. ``look_again``
    is how long the page of a listing is left alone whose card on the list is as it was.
    """

    key: str = Field(pattern=KEY, max_length=40)
    name: str = Field(min_length=1, max_length=60)
    platform: str = Field("", max_length=60)
    family: Family
    like: str = Field("", max_length=40)
    enabled: bool = False
    basis: str = Field("", max_length=500)
    base_url: str = Field(min_length=8, max_length=500)
    page: str = Field("", max_length=60)
    browser: bool = False
    every: str = Field("1d", pattern=r"^[1-9]\d{0,3}[hdw]$")
    look_again: str = Field("7d", pattern=r"^(?:0|[1-9]\d{0,3})[hd]$")
    report_url: str = Field("", max_length=500)
    marks: Words = ()
    search: SearchPart
    answers: AnswersPart | None = None
    list: ListSection
    detail: DetailSection | None = None
    replies: RepliesPart | None = None
    manners: Manners = Manners()
    allow_private: Words = ()
    expect: Expect
    limits: Limits = Limits()
    needs: Needs = Needs()
    checked: Checked = Checked()

    def starts(self, day: date | None = None) -> tuple[Start, ...]:
        """Return each word in each place, in the order of the file.

        On a ``day``, no more words than ``search.per_day`` allows: each has its turn.
        """
        terms = self.search.terms if isinstance(self.search.terms, tuple) else ()
        most = self.search.per_day
        if day is not None and 0 < most < len(terms):
            first = day.toordinal() * most % len(terms)
            terms = (terms + terms)[first : first + most]
        places = tuple(self.search.places.items()) or (("", ""),)
        return tuple(
            Start(term, *place)
            for place, term in product(places, terms or ("",))
        )  # fmt: skip

    def index_url(self, start: Start, page: int = 0, cursor: str = "") -> str:
        """Return the address of an index page; ``page`` counts from 0.

        Empty where the address holds no ``{page}`` (or ``{cursor}``, and none is given) and
        ``page`` is not 0: then the next page is only known from the page before
        (:attr:`crawlers.pages.base.IndexPage.next_url`).
        """
        if page and "{page}" not in self.search.url and not cursor:
            return ""
        if page and "{cursor}" in self.search.url and not cursor:
            return ""
        number = self.search.first_page + page * self.search.page_step
        term = quote(start.term, safe="", encoding=self.search.encoding, errors="ignore")
        return (
            self.search.url.replace("{term}", term)
            .replace("{place}", quote(start.code, safe=""))
            .replace("{page}", str(number))
            .replace("{cursor}", quote(cursor, safe=""))
        )

    def reads(self, url: str) -> str:
        """Return "detail" or "list" for an address whose pages this source reads, else ""."""
        for name, section in (("detail", self.detail), ("list", self.list)):
            if section and any(is_like(url, self._glob(one)) for one in section.urls):
                return name
        return ""

    def reads_as_well_as(self, url: str) -> int:
        """Return how closely the best glob of this source describes an address; 0: not at all."""
        globs = [*self.list.urls, *(self.detail.urls if self.detail else ())]
        own = [self._glob(one) for one in globs]
        return max((len(one.replace("*", "")) for one in own if is_like(url, one)), default=0)

    def _glob(self, written: str) -> str:
        host = urlsplit(self.base_url).netloc
        return f"{host}{written}" if written.startswith("/") else written

    @property
    def list_is_json(self) -> bool:
        """Whether the index is JSON: an app's answers are, unless the file says otherwise."""
        return (self.list.written_as or ("json" if self.family in IN_JSON else "html")) == "json"

    @property
    def detail_is_json(self) -> bool:
        """Whether the page of one listing is JSON."""
        return self.detail is not None and (
            self.detail.written_as == "json" or self.detail.script is not None
        )

    @property
    def rules(self) -> str:
        """A hash of all that decides what is read from a page."""
        parts = {"base_url", "family", "page", "answers", "list", "detail", "replies"}
        return hashlib.sha256(self.model_dump_json(include=parts).encode()).hexdigest()[:16]

    @property
    def look_again_seconds(self) -> int:
        """How long an unchanged page is left alone."""
        return int(self.look_again[:-1]) * {"h": 3600, "d": 86_400}[self.look_again[-1]]

    @property
    def interval_seconds(self) -> int:
        """How often it is to be patrolled."""
        return int(self.every[:-1]) * {"h": 3600, "d": 86_400, "w": 604_800}[self.every[-1]]
