"""One listing as the desk shows it: what was said, why it is here, what is to be decided."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi.responses import HTMLResponse

from casework import history, queue
from casework.history import Known
from casework.history import asked as price_asked
from casework.reasons import Call
from casework.reasons import load as load_reasons
from casework.verdicts import Papers
from desk import asked as asked_of
from desk import beside, kept, steps
from desk.asked import Asked
from desk.birds import LEVELS
from desk.kept import Shown
from desk.language import mark as _
from desk.marking import Span, shorten
from desk.parts import AtDesk
from desk.wording import (
    CALLS,
    FIELDS,
    KINDS,
    LISTING_KINDS,
    MEANINGS,
    STATUSES,
    STRENGTHS,
    VIAS,
)
from pipeline.base.clock import beijing_day, stamp, unstamp
from pipeline.contacts import masked

LONGEST_TEXT = 12_000
"""Characters of a text that a page shows; the rest is in the snapshot."""

_MOST_CARDS = 3
_MOST_NAMES = 30
_BAR = 84
_KEPT_NOTES = {
    "": _("这条信息没有进入队列，未固定页面。"),
    "wanted": _("等待固定：今夜会打开原页并封存。"),
    "failed": _("固定未成。"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A named text of a listing with the places of its hits."""

    name: str
    text: str
    spans: list[Span]


@dataclass(frozen=True, slots=True)
class Found:
    """A hit and the sentence that says why it counts."""

    number: int
    surface: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Pull:
    """A signal as a bar; ``width`` is of the strongest one's 84."""

    points: float
    shown: str
    because: str
    quote: str
    width: float


def show(
    desk: AtDesk,
    listing_id: str,
    asked: Asked,
    *,
    template: str = "stage.html",
    status: int = 200,
    revealed: str = "",
    **more: Any,
) -> HTMLResponse:
    """Render a listing, as a whole page or as the part that htmx swaps in.

    ``revealed``: the one field whose contacts are shown this once; all else is masked.

    Raises:
        NotFound: there is no such listing.
    """
    view = _view(desk, history.known(desk.db, listing_id), asked, revealed)
    calls = [
        {
            "name": call.value,
            "shown": desk.say(word),
            "meaning": desk.say(MEANINGS[call]),
            "reasons": [
                {"code": each.code, "shown": each.in_language(desk.language)}
                for each in load_reasons()[call]
                if each.offered
            ],
        }
        for call, word in CALLS.items()
    ]
    told = {
        "conflict": None,
        "problem": "",
        "note": "",
        "papers": Papers(),
        "said": "",
        "is_undoable": False,
        "reveal_problem": "",
        **more,
    }
    return desk.page(
        template, status=status, view=view, calls=calls, once_key=desk.new_key(), **told
    )


def _view(desk: AtDesk, known: Known, asked: Asked, revealed: str) -> dict[str, Any]:
    stored, listing = known.stored, known.listing
    judgement = known.judgement
    of_version = [each for each in known.judgements if each.version == stored.version]
    hits = of_version[-1].hits if of_version else ()
    texts = {
        name: (text if name == revealed else masked(text))[:LONGEST_TEXT]
        for name, text in listing.words().items()
    }
    spans = spans_of(hits)
    law_on = beijing_day(unstamp(stored.content_at))
    wanted = desk.wanted(asked)
    # what somebody else has before him is passed over
    free = replace(
        wanted, free_for=desk.session.name if desk.session else "", now=stamp(desk.clock.now())
    )
    below = queue.next_up(desk.db, stored.listing_id, wanted=free)
    above = queue.above(desk.db, queue.Place(stored.score, stored.listing_id), wanted=wanted)
    left = queue.count(desk.db, wanted)
    return {
        "listing_id": stored.listing_id,
        "back": asked.query,
        "queue_url": asked.address("/queue"),
        "verdict_url": asked_of.listing_path(stored.listing_id) + "/verdict",
        "position": desk.say("%(list)s · 共 %(n)d 条")
        % {"list": desk.say(STATUSES[asked.status]), "n": left},
        "next_url": asked.listing(below.listing_id) if below else "",
        "previous_url": asked.listing(above.listing_id) if above else "",
        "title": shorten(texts.get("title", "") or masked(stored.title), 2000),
        "text": texts.get("text", ""),
        "spans": {"title": spans.get("title", []), "text": spans.get("text", [])},
        "parts": [
            Part(desk.say(FIELDS[name]), texts[name], spans.get(name, []))
            for name in ("tags", "ocr", "comments", "reviews", "suggestions")
            if name in texts
        ],
        "text_note": _text_note(desk, known),
        "score": stored.score,
        "lexicon": judgement.lexicon if judgement else stored.lexicon,
        "seen_version": stored.seen_version,
        "postpone_url": asked_of.listing_path(stored.listing_id) + "/postpone",
        "may_postpone": stored.state in {"waiting", "postponed"},
        "may_judge": _may_judge(desk),
        "send_back_url": asked_of.listing_path(stored.listing_id) + "/send-back",
        "sent_back": next(
            (
                {"by": each.by, "note": each.note}
                for each in reversed(known.notes)
                if each.did == "sent_back" and stored.state == "waiting"
            ),
            None,
        ),
        "call": stored.call,
        "call_name": desk.say(CALLS[Call(stored.call)]) if stored.call else "",
        "kind_name": desk.say(LISTING_KINDS[listing.kind]) if listing.kind in LISTING_KINDS else "",
        "is_damaged": listing.is_damaged,
        "gone_at": stored.gone_at,
        "price": shorten(texts.get("price", "") or masked(price_asked(listing.price)), 60),
        "place": shorten(texts.get("region", ""), 60),
        "seller": shorten(texts.get("seller", ""), 40),
        "source_name": desk.source_name(stored.source),
        "posted_at": listing.posted_at,
        "posted_raw": shorten(listing.posted_raw, 40),
        "first_seen_at": stored.first_seen_at,
        "last_seen_at": stored.last_seen_at,
        "sightings": stored.sightings,
        "address": shorten(stored.url, 2000),
        "hits": _found(desk, hits, revealed),
        "reveal": beside.hidden(desk, listing, revealed),
        "same_seller": beside.same_seller(desk, stored),
        "pictures": desk.person.pictures if desk.person else "plain",
        "signals": _pulls(desk, judgement.signals if judgement else ()),
        "levels": _levels(desk, stored.species),
        "law_on": law_on,
        "cards": desk.birds.cards(stored.species[:_MOST_CARDS], on=law_on, language=desk.language),
        "more_cards": "、".join(stored.species[_MOST_CARDS:_MOST_NAMES]),
        "history": steps.of(desk, known),
        "kept": kept_of(desk, known),
        "kept_note": desk.say(_KEPT_NOTES.get(stored.snapshot, _KEPT_NOTES[""])),
    }


def _may_judge(desk: AtDesk) -> bool:
    return desk.may("verdict.give")


def _levels(desk: AtDesk, names: Sequence[str]) -> list[str]:
    found = {desk.birds.named(name).level for name in names}
    return [level for level in LEVELS if level in found]


def _text_note(desk: AtDesk, known: Known) -> str:
    listing = known.listing
    if known.stored.state == "faded":
        return desk.say("内容已按期限删除")
    if known.stored.is_stripped:
        return desk.say("卖家与联系方式已去除")
    if len(listing.text) > LONGEST_TEXT:
        return desk.say("共 %(n)d 字，此处显示前 %(shown)d 字") % {
            "n": len(listing.text),
            "shown": LONGEST_TEXT,
        }
    return desk.say("%(n)d 字") % {"n": len(listing.text)}


def spans_of(hits: Sequence[dict[str, Any]]) -> dict[str, list[Span]]:
    """Return the places of hits by the field they are in."""
    found: dict[str, list[Span]] = {}
    for number, hit in enumerate(hits, start=1):
        found.setdefault(hit["field"], []).append(Span(hit["start"], hit["end"], number))
    return found


def _found(desk: AtDesk, hits: Sequence[dict[str, Any]], revealed: str) -> list[Found]:
    return [
        Found(
            number,
            hit["surface"] if hit["field"] == revealed else masked(hit["surface"]),
            _sentence(desk, hit),
        )
        for number, hit in enumerate(hits, start=1)
    ]


def _sentence(desk: AtDesk, hit: dict[str, Any]) -> str:
    kind = desk.say(KINDS.get(hit["kind"], hit["kind"]))
    parts = [f"{kind}“{hit['term']}”" if hit["surface"] != hit["term"] else kind]
    if hit["species"]:
        named = "、".join(hit["species"][:4])
        more = "…" if len(hit["species"]) > 4 else ""  # noqa: PLR2004 - as many as fit on a line
        parts.append(desk.say("指%(birds)s") % {"birds": named + more})
    via = VIAS.get(hit["via"], hit["via"])
    if via:
        parts.append(desk.say(via))
    if hit["strength"] in STRENGTHS:
        parts.append(desk.say(STRENGTHS[hit["strength"]]))
    parts.append(desk.say(FIELDS[hit["field"]]) if hit["field"] in FIELDS else hit["field"])
    return " · ".join(parts)


def _pulls(desk: AtDesk, signals: Sequence[dict[str, Any]]) -> list[Pull]:
    most = max((abs(float(each["points"])) for each in signals), default=1.0) or 1.0
    ordered = sorted(signals, key=lambda each: -float(each["points"]))
    return [_pull(desk, each, most) for each in ordered]


def _pull(desk: AtDesk, signal: dict[str, Any], most: float) -> Pull:
    because, quote = masked(signal["because"]), masked(signal.get("quote", ""))
    weight = desk.house.weights.signals.get(signal["name"])
    if desk.language == "en" and weight is not None:
        # the sentence is kept in Chinese as it was judged; English is told from today's words
        because = weight.en.replace("{quote}", quote)
    points = float(signal["points"])
    points = points if math.isfinite(points) else 0.0
    width = round(abs(points) / most * _BAR, 1)
    return Pull(
        points=points,
        shown=f"{points:+.1f}".replace("-", "−"),
        because=because,
        quote="" if quote in because else quote,
        width=width,
    )


def kept_of(desk: AtDesk, known: Known) -> Shown | None:
    """Return the snapshot that is shown beside a listing: the last that is sealed."""
    sealed = [each for each in known.snapshots if each.state == "sealed"]
    return (
        kept.shown(desk, sealed[-1] if sealed else known.snapshots[-1]) if known.snapshots else None
    )
