"""The parts of a source file: shapes, and the rules that concern one key alone.

:class:`crawlers.source.Source` puts them together; ``docs/sources.md`` explains the words.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

FieldName = Literal[
    "site_id", "url", "title", "text", "price", "place", "posted",
    "seller", "seller_id", "seller_url", "images", "tags", "kind",
    "comments", "reviews", "suggestions",
]  # fmt: skip
"""What a rule may read."""

KnownName = Literal[
    "site_id", "url", "title", "text", "price_yuan", "place", "place_code", "posted_at",
    "seller", "images",
]  # fmt: skip
"""What ``expect`` may speak of: the fields as they are kept."""


class Written(BaseModel):
    """One mapping of a source file: frozen, and an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Rule(Written):
    """How one field is read out of a row, a page or a JSON item.

    Attributes:
        at: in HTML a CSS selector (what it shows is taken; ``::attr(name)`` gives an attribute,
            ``::text`` the node's own text, ``::html`` its markup); in JSON a path of keys
            (``data.item.price[].text``; ``[]`` walks a list); ``@url`` is the page's address.
        match: a pattern; its first group, or all it matched, is kept.
        make: a template into which the value goes at ``{}``.
        drop: a CSS selector of what is no part of the text (HTML alone).
        join: what several values are joined with.
        html: the value is HTML itself (微博's text): what it shows is taken.
        within: a price or a place is looked for inside a longer text.
        until: the value is cut where this text begins (a site's own last sentence).
        first: only the first place that the selector finds counts.
    """

    at: str = Field(min_length=1, max_length=500)
    match: str = Field("", max_length=200)
    make: str = Field("", max_length=500)
    drop: str = Field("", max_length=500)
    join: str = Field("", max_length=10)
    html: bool = False
    within: bool = False
    until: str = Field("", max_length=200)
    first: bool = False


def _rules(value: Any) -> Any:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple({"at": one} if isinstance(one, str) else one for one in values)


Rules = Annotated[tuple[Rule, ...], BeforeValidator(_rules), Field(min_length=1, max_length=8)]
"""One rule or several: the first that gives something wins."""


def _several(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Words = tuple[Annotated[str, Field(min_length=1, max_length=200)], ...]


class ScriptPart(Written):
    """Where in the scripts of a page its JSON stands.

    Attributes:
        at: a CSS selector of the script: ``script#sf-item-list-data``.
        after: the words of a script after which it begins: ``window.__INITIAL_STATE__=``.
    """

    at: str = Field("script", min_length=1, max_length=200)
    after: str = Field("", max_length=200)


class Section(Written):
    """What is common to ``list`` and ``detail``.

    ``urls`` are globs of the addresses of such pages; one that begins with / is a path of the
    source's own host. ``script`` is for pages that carry their data inside a script.
    """

    written_as: Literal["html", "json"] | None = Field(None, alias="as")
    urls: Words = ()
    script: ScriptPart | None = None


class ListSection(Section):
    """How an index page, or a JSON answer, is cut into listings.

    Attributes:
        rows: where the listings stand: a CSS selector, or a path to a list; or several, all used.
        skip: rows that match this are adverts or pinned notices; in JSON a path that is
            truthy there.
        next: the address of the next page.
        more: JSON alone: the path that says whether there is more.
        cursor: JSON alone: the path of what goes into ``{cursor}`` of the next address.
        ok: JSON alone: path -> values of an answer that is good; anything else is a refusal.
        empty: words by which the site itself says that there is nothing.
        sentinel: words or markup that stand on every page of the list that we understand, be
            it empty; without one of them on it, no page counts as empty.
    """

    rows: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=500)], ...],
        BeforeValidator(_several),
        Field(min_length=1, max_length=8),
    ]
    skip: str = Field("", max_length=500)
    next: Rules | None = None
    more: str = Field("", max_length=500)
    cursor: str = Field("", max_length=500)
    ok: dict[str, tuple[str, ...]] = {}
    empty: Words = ()
    sentinel: Words = ()
    fields: dict[FieldName, Rules]


class DetailSection(Section):
    """How the page of one listing is read; without fields: by its structured data.

    Attributes:
        hidden_images: a selector of what the page shows in place of pictures that only members
            see: noted, so that no picture seen is not read as none there.
    """

    hidden_images: str = Field("", max_length=500)
    fields: dict[FieldName, Rules] = {}


class RepliesPart(Written):
    """The answers on a thread's page: one that sells is a listing of its own.

    Attributes:
        rows: where the posts stand, the opener among them.
        skip: posts that match this (or hold it) are none: the opener, in most programs.
        next: the thread's next page.
        pages: pages of one thread read at most.
        fields: as in ``list``; ``site_id`` is the post's own number.
    """

    rows: str = Field(min_length=1, max_length=500)
    skip: str = Field("", max_length=500)
    next: Rules | None = None
    pages: int = Field(3, ge=1, le=50)
    fields: dict[FieldName, Rules]


class SearchPart(Written):
    """Where a run begins.

    Attributes:
        url: an address with ``{term}``, ``{place}`` and ``{page}`` where the site has them.
        terms: words to look for, or the name of a list of ``data/search-terms.yml``.
        places: our name of a place -> the site's own code of it.
        pages: index pages read for each word and place, at most.
        first_page, page_step: how ``{page}`` counts (贴吧: 0 and 50).
        encoding: how words are encoded in the address (1688: gbk).
        until: ``end``, or ``known`` for a list in order of time: it is read no further than a
            whole page of listings that are known and as they were.
        per_day: words looked for in one day; the others have their turn on the days after.
            0: all of them every day.
    """

    url: str = Field(min_length=8, max_length=2000)
    terms: Words | Annotated[str, Field(min_length=1, max_length=60)] = ()
    places: dict[str, str] = {}
    pages: int = Field(1, ge=1, le=1000)
    first_page: int = Field(1, ge=0, le=1)
    page_step: int = Field(1, ge=1, le=1000)
    encoding: Literal["utf-8", "gbk", "gb18030", "big5"] = "utf-8"
    until: Literal["end", "known"] = "end"
    per_day: int = Field(0, ge=0, le=10_000)


class AnswersPart(Written):
    """The JSON answers that an app page asks for itself, and we listen to.

    Attributes:
        url: a glob of their address: ``https://h5api.m.goofish.com/h5/*search*``.
        scrolls: how often the page is scrolled to its end for more, at most.
        wait_seconds: how long an answer may take after a scroll.
    """

    url: str = Field(min_length=1, max_length=500)
    scrolls: int = Field(10, ge=0, le=500)
    wait_seconds: float = Field(8.0, gt=0, le=120)


class Manners(Written):
    """How we behave there.

    Attributes:
        seconds_between: pause between two requests to one host.
        at_once: requests in flight to one host.
        hours: when the site may be read, ``"22:00-06:00"`` in Asia/Shanghai; empty: any time.
        robots: ``obey``, or ``override`` with a reason that is recorded in every run.
        reason: why the pace or robots.txt is not the usual one.
        user_agent: how we present ourselves; empty: the product's own name.
    """

    seconds_between: float = Field(4.0, gt=0, le=3600)
    at_once: int = Field(1, ge=1, le=16)
    hours: str = Field("", pattern=r"^$|^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
    robots: Literal["obey", "override"] = "obey"
    reason: str = Field("", max_length=500)
    user_agent: str = Field("", max_length=300)


class Expect(Written):
    """What a healthy night gives, so that a site that changed is seen the same night.

    Attributes:
        listings: floor and ceiling of listings of one run.
        always: fields that no listing lacks.
        usually: field -> the share of listings that have it.
    """

    listings: tuple[
        Annotated[int, Field(ge=1, le=10_000_000)], Annotated[int, Field(ge=1, le=10_000_000)]
    ]
    always: tuple[KnownName, ...] = ("site_id",)
    usually: dict[KnownName, Annotated[float, Field(ge=0, le=1)]] = {}

    @field_validator("listings")
    @classmethod
    def _floor_below_ceiling(cls, pair: tuple[int, int]) -> tuple[int, int]:
        if pair[0] > pair[1]:
            raise ValueError("the floor is above the ceiling")
        return pair


class Limits(Written):
    """Where a run stops whatever the site says.

    ``night_pages``, ``night_bytes`` and ``browser_minutes`` are what one host is asked for in one
    night, by all runs and all sources of it together.
    """

    pages: int = Field(500, ge=1, le=1_000_000)
    bytes: int = Field(20_000_000, ge=1_000, le=1_000_000_000)
    unpacked_bytes: int = Field(40_000_000, ge=1_000, le=1_000_000_000)
    seconds: float = Field(30.0, gt=0, le=600)
    run_seconds: float = Field(3600.0, gt=0, le=86_400)
    night_pages: int = Field(5_000, ge=1, le=1_000_000)
    night_bytes: int = Field(2_000_000_000, ge=1_000, le=1_000_000_000_000)
    browser_minutes: float = Field(120.0, gt=0, le=1_440)
    depth: int = Field(50, ge=1, le=10_000)
    redirects: int = Field(5, ge=0, le=20)


class Needs(Written):
    """What an operator must have before this source can work: shown in the catalogue."""

    session: str = Field("", max_length=300)
    interface: str = Field("", max_length=300)
    note: str = Field("", max_length=500)


class Checked(Written):
    """When, and against what, the selectors were last seen to work.

    ``live``: it was a page of the site itself, that day; else a recorded shape.
    """

    on: str = Field("", pattern=r"^$|^\d{4}-\d\d-\d\d$")
    against: str = Field("", max_length=300)
    live: bool = False
