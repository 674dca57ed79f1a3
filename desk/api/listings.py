"""The queue, a listing, and what is decided of it."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import Response

from casework import history, holds, postponing, queue, verdicts
from casework.queue import Place, Waiting
from casework.verdicts import Verdict
from desk import asked as asked_of
from desk.api.door import Answer, Caller, OnceKey, write_once
from desk.api.shapes import (
    Given,
    Page,
    PostponeBody,
    PullBody,
    Pulled,
    VerdictBody,
    Whole,
)
from desk.asked import Asked, listing_path
from desk.exports import as_atom
from desk.parts import AtDesk
from desk.wording import STATUSES
from pipeline.base.clock import beijing_iso
from pipeline.base.errors import BadInput, Conflict, NotFound
from pipeline.base.language import _
from pipeline.contacts import masked
from pipeline.listing import ListingId

router = APIRouter(prefix="/api/v1", default_response_class=Answer)

_MOST = 200
_FEED_ROWS = 50


@router.get("/queue", tags=["队列"], summary="一页队列，分数高的在前")
def show(
    desk: Caller,
    *,
    status: str = "waiting",
    source: str = "",
    level: str = "",
    species: str = "",
    words: str = "",
    place: str = "",
    trick: str = "",
    found_from: str = "",
    found_to: str = "",
    assigned_to: str = "",
    again_by: str = "",
    after: str = "",
    limit: int = 50,
) -> Page:
    """The same conditions as in the address of the page; ``after`` is the ``next`` given."""
    del status, source, level, species, words, place, trick, found_from, found_to, assigned_to
    del again_by  # read where the page's own are read
    return _page(desk, asked_of.of_request(desk.request), after, limit)


@router.get("/search", tags=["队列"], summary="逐字查找，按分数排列")
def search(
    desk: Caller, words: str, status: str = "waiting", after: str = "", limit: int = 50
) -> Page:
    """Search what was typed, in one status; two characters and up are quick."""
    del status
    if not words.strip():
        raise BadInput("words", _("没有要查的词"), _("至少一个字"))
    return _page(desk, asked_of.of_request(desk.request), after, limit)


@router.get("/queue.atom", tags=["队列"], summary="前五十条，Atom")
def feed(desk: Caller) -> Response:
    """The first fifty of a list as a feed; ``score_from`` leaves out what is lower."""
    asked = asked_of.of_request(desk.request)
    least = desk.request.query_params.get("score_from", "0")
    floor = int(least) if least.isdecimal() and len(least) < 4 else 0  # noqa: PLR2004 - 0..100
    base = str(desk.request.base_url).rstrip("/")
    found = queue.waiting(desk.db, None, _FEED_ROWS, wanted=desk.wanted(asked))
    rows = [row for row in found if row.score >= floor]
    entries = [
        (
            base + listing_path(row.listing_id),
            masked(row.title),
            row.first_seen_at,
            f"{row.score} · {'、'.join(row.species)}",
        )
        for row in rows
    ]
    updated = max((row.first_seen_at for row in rows), default=desk.clock.now())
    title = desk.say("守翼 · %(list)s") % {"list": desk.say(STATUSES[asked.status])}
    told = as_atom(title, base + asked.address("/queue"), updated, entries)
    return Response(told, media_type="application/atom+xml; charset=utf-8")


@router.get("/counts", tags=["队列"], summary="每种状态有多少条")
def counts(desk: Caller) -> dict[str, int]:
    """How many listings there are of each status, within the owner's cities."""
    return {status: queue.count(desk.db, desk.wanted(Asked(status=status))) for status in STATUSES}


@router.post("/queue/pull", tags=["研判"], summary="领取下一条，十分钟内别人领不到")
def pull(desk: Caller, body: PullBody, key: OnceKey = "") -> Pulled:
    """Pull the best listing that nobody else has before him."""
    asked = asked_of.of_back(body.query)

    def do() -> dict[str, object]:
        row = holds.take(desk.db, _who(desk), clock=desk.clock, wanted=desk.wanted(asked))
        return {"row": row_told(row) if row else None}

    return Pulled.model_validate(write_once(desk, key, body.model_dump_json(), do))


@router.post("/listings/{listing_id:path}/verdict", tags=["研判"], summary="给出结论")
def give(desk: Caller, listing_id: str, body: VerdictBody, key: OnceKey = "") -> Given:
    """Give a verdict; 409 where somebody decided, or the page changed, in between."""
    verdict = Verdict(ListingId(listing_id), body.call, body.reason, _who(desk), body.note)

    def do() -> dict[str, object]:
        given = verdicts.give(desk.db, verdict, seen_version=body.seen_version, clock=desk.clock)
        return given_told(given)

    return Given.model_validate(write_once(desk, key, body.model_dump_json(), do))


@router.post("/listings/{listing_id:path}/postpone", tags=["研判"], summary="延期到某一天")
def postpone(desk: Caller, listing_id: str, body: PostponeBody, key: OnceKey = "") -> Pulled:
    """Put a listing off; it comes back that morning."""
    try:
        day = date.fromisoformat(body.look_again_on)
    except ValueError:
        day = date.min

    def do() -> dict[str, object]:
        postponing.postpone(
            desk.db,
            listing_id,
            to=day,
            by=_who(desk),
            seen_version=body.seen_version,
            clock=desk.clock,
            note=body.note,
        )
        (row,) = queue.these(desk.db, [listing_id])
        return {"row": row_told(row)}

    return Pulled.model_validate(write_once(desk, key, body.model_dump_json(), do))


@router.post("/verdicts/undo", tags=["研判"], summary="撤销自己的上一个结论")
def undo(desk: Caller, key: OnceKey = "") -> Given:
    """Take back the owner's last verdict that stands; twenty at most."""

    def do() -> dict[str, object]:
        try:
            return given_told(verdicts.undo(desk.db, by=_who(desk), clock=desk.clock))
        except NotFound as nothing:
            # the address is right: it is the moment that is not
            raise Conflict(nothing.where, nothing.what) from nothing

    return Given.model_validate(write_once(desk, key, "", do))


@router.get("/listings/{listing_id:path}", tags=["队列"], summary="一条信息的全部")
def listing(desk: Caller, listing_id: str) -> Whole:
    """A listing with what was found in it and what was decided."""
    known = history.known(desk.db, listing_id)
    (row,) = queue.these(desk.db, [listing_id])
    judgement = known.judgement
    found = judgement.hits if judgement else ()
    return Whole.model_validate(
        {
            **row_told(row),
            "words": {name: masked(text) for name, text in known.listing.words().items()},
            "hits": [{**hit, "surface": masked(hit["surface"])} for hit in found],
            "signals": [
                {**each, "because": masked(each["because"]), "quote": masked(each["quote"])}
                for each in (judgement.signals if judgement else ())
            ],
            "verdicts": [given_told(each) for each in known.verdicts],
            "versions": len(known.versions),
            "lexicon": judgement.lexicon if judgement else known.stored.lexicon,
        }
    )


def row_told(row: Waiting) -> dict[str, object]:
    """Return a row of a list as it is answered."""
    return {
        "listing_id": row.listing_id,
        "score": row.score,
        "title": masked(row.title),
        "species": [*row.species],
        "source": row.source,
        "url": row.url,
        "state": row.state,
        "call": row.call,
        "place_code": row.place_code,
        "first_seen_at": beijing_iso(row.first_seen_at),
        "last_seen_at": beijing_iso(row.last_seen_at),
        "gone_at": beijing_iso(row.gone_at) if row.gone_at else None,
        "seen_version": row.version,
    }


def given_told(given: verdicts.Given) -> dict[str, object]:
    """Return a verdict as it is answered."""
    return {
        "verdict_id": given.verdict_id,
        "listing_id": given.listing_id,
        "version": given.version,
        "call": given.call.value,
        "reason": given.reason,
        "note": given.note,
        "by": given.by,
        "at": beijing_iso(given.at),
        "is_undone": given.is_undone,
    }


def _page(desk: AtDesk, asked: Asked, after: str, limit: int) -> Page:
    postponing.wake(desk.db, clock=desk.clock)
    many = max(1, min(limit, _MOST))
    place = Place.read(after) if after else None
    found = queue.waiting(desk.db, place, many + 1, wanted=desk.wanted(asked))
    rows = found[:many]
    following = str(rows[-1].place) if len(found) > many else ""
    return Page.model_validate({"rows": [row_told(row) for row in rows], "next": following})


def _who(desk: AtDesk) -> str:
    assert desk.person is not None, "a token has an owner"
    return desk.person.name
