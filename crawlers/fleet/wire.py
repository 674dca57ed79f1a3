"""What workers write to each other, as JSON: pages, what was read on them, what was judged."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from crawlers.deliver import Yield
from crawlers.pages.base import Fetched, IndexPage
from crawlers.source import Source
from keywords.hits import Hit
from pipeline.base.clock import stamp, unstamp
from pipeline.listing import Listing
from pipeline.page import PageKind, PageVerdict
from pipeline.reading import Ranked, Signal
from pipeline.store.ledger import Due, Finished, Settled
from pipeline.store.listings import from_json, to_json
from pipeline.store.remembered import Remembered

_LINE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Yield):
    """What a worker read on a list: the page as it is. What to do with it, the ledger knows."""

    index: IndexPage


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that workers may fetch pages of."""

    run_id: str
    source: Source
    day: date


def run_line(run: OpenRun) -> str:
    """Return a run as workers are told of it."""
    return _LINE({"source": run.source.model_dump(mode="json"), "day": run.day.isoformat()})


def run_of(run_id: str, line: str) -> OpenRun:
    """Return the run that a line tells of."""
    told = json.loads(line)
    source = Source.model_validate_json(_LINE(told["source"]))
    return OpenRun(run_id, source, date.fromisoformat(told["day"]))


def due_line(due: Due) -> str:
    """Return a page that is to be fetched."""
    return _LINE(_due(due))


def due_of(line: str) -> Due:
    """Return the page that a line tells of."""
    return Due(**json.loads(line))


def read_line(due: Due, given: Yield) -> str:
    """Return what a page gave, and enough of the page that the ledger knows it again."""
    told: dict[str, Any] = {
        "due": {**_due(due), "meta": {k: v for k, v in due.meta.items() if k != "card"}},
        "page": asdict(given.page) if given.page else None,
        "listings": [to_json(one) for one in given.listings],
        "settled": [asdict(one) for one in given.settled],
        "found": [_due(page) for page in given.found],
        "gone": list(given.gone),
        "is_recheck": given.is_recheck,
    }
    if given.remember is not None and given.remember.body is None:
        told["remember"] = _remember(given.remember)
    if isinstance(given, Listed):
        index = given.index
        told["index"] = {
            "verdict": asdict(index.verdict),
            "cards": [to_json(card) for card in index.cards],
            "lost": list(index.lost),
            "next_url": index.next_url,
            "has_more": index.has_more,
            "cursor": index.cursor,
            "further": list(index.further),
            "has_details": index.has_details,
        }
    return _LINE(told)


def to_judge(line: str) -> list[Listing]:
    """Return the listings of what was read that are to be judged."""
    told = json.loads(line)
    index = told.get("index")
    cards = index["cards"] if index and not index["has_details"] else ()
    return [from_json(one) for one in (*told["listings"], *cards)]


def judged_line(many: list[Ranked | str]) -> str:
    """Return what was judged, in the order of :func:`to_judge`; words: why it could not be."""
    return _LINE([one if isinstance(one, str) else _ranked(one) for one in many])


@dataclass(frozen=True, slots=True)
class Told:
    """What came back about a page.

    Attributes:
        judged: listing, and what it was judged to be, or why it could not be.
        request: how the page was asked for, as JSON.
    """

    due: Due
    given: Yield
    judged: list[tuple[Listing, Ranked | str]]
    request: str = ""


def told_of(read: str, judged: str, request: str = "") -> Told:
    """Return what these lines tell of a page."""
    told = json.loads(read)
    due = Due(**told["due"])
    page = Finished(**told["page"]) if told["page"] else None
    listings = [from_json(one) for one in told["listings"]]
    common: dict[str, Any] = {
        "page": page,
        "listings": listings,
        "settled": [Settled(**{**one, "filled": tuple(one["filled"])}) for one in told["settled"]],
        "found": [Due(**one) for one in told["found"]],
        "gone": told["gone"],
        "is_recheck": told["is_recheck"],
        "remember": _remembered(told["remember"]) if "remember" in told else None,
    }
    cards: tuple[Listing, ...] = ()
    given = Yield(**common)
    if "index" in told:
        index = _index(due, told["index"])
        given = Listed(**common, index=index)
        cards = () if index.has_details else index.cards
    answers = json.loads(judged) if judged else []
    asked = [*listings, *cards]
    pairs = [
        (listing, answer if isinstance(answer, str) else _ranked_of(listing, answer))
        for listing, answer in zip(asked, answers, strict=True)
    ]
    return Told(due, given, pairs, request)


def _due(due: Due) -> dict[str, Any]:
    return {
        "page_id": due.page_id,
        "key": due.key,
        "url": due.url,
        "kind": due.kind,
        "attempts": due.attempts,
        "meta": dict(due.meta),
    }


def _index(due: Due, told: Mapping[str, Any]) -> IndexPage:
    verdict = {**told["verdict"], "kind": PageKind(told["verdict"]["kind"])}
    return IndexPage(
        fetched=Fetched(url=due.url, seen_at=datetime.fromtimestamp(0, UTC)),  # its text stays away
        verdict=PageVerdict(**verdict),
        cards=tuple(from_json(one) for one in told["cards"]),
        lost=tuple(told["lost"]),
        next_url=told["next_url"],
        has_more=told["has_more"],
        cursor=told["cursor"],
        further=tuple(told["further"]),
        has_details=told["has_details"],
    )


def _remember(page: Remembered) -> dict[str, Any]:
    return {
        "key": page.key,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "card": page.card,
        "fetched_at": stamp(page.fetched_at),
        "content_type": page.content_type,
    }


def _remembered(told: Mapping[str, Any]) -> Remembered:
    fetched_at = unstamp(told["fetched_at"])
    return Remembered(**{**told, "fetched_at": fetched_at, "body": None})


def _ranked(ranked: Ranked) -> dict[str, Any]:
    return {
        "hits": [list(hit) for hit in ranked.hits],
        "species": list(ranked.species),
        "signals": [list(signal) for signal in ranked.signals],
        "score": ranked.score,
        "is_suspicious": ranked.is_suspicious,
        "lexicon": ranked.lexicon,
    }


def _ranked_of(listing: Listing, told: Mapping[str, Any]) -> Ranked:
    return Ranked(
        listing,
        tuple(_hit(one) for one in told["hits"]),
        tuple(told["species"]),
        tuple(Signal(*one) for one in told["signals"]),
        told["score"],
        is_suspicious=told["is_suspicious"],
        lexicon=told["lexicon"],
    )


def _hit(values: list[Any]) -> Hit:
    hit = Hit(*values)
    return hit._replace(species=tuple(hit.species))
