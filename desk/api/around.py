"""What stands around the listings: the token itself, sources and runs, and words looked up."""

from datetime import date

from fastapi import APIRouter

from casework import sources
from desk.api.door import Answer, Caller
from desk.api.shapes import MatchBody, Matched, Me, RunTold, SourceTold
from pipeline.base.clock import beijing_iso, unstamp
from pipeline.base.errors import BadInput
from pipeline.base.language import _
from pipeline.listing import Listing
from pipeline.score import Reader
from pipeline.store import crawls

router = APIRouter(prefix="/api/v1", default_response_class=Answer)


@router.get("/me", tags=["令牌"], summary="这个令牌是谁的、能做什么")
def me(desk: Caller) -> Me:
    """The token of this call."""
    assert desk.person is not None, "a token has an owner"
    token = desk.request.state.token
    return Me(
        owner=desk.person.name,
        role=desk.person.role,
        cities=[*desk.person.cities],
        label=token.label,
        scopes=[*token.scopes],
        ends_at=beijing_iso(unstamp(token.ends_at)),
    )


@router.get("/sources", tags=["来源"], summary="每个来源最近一次运行")
def all_sources(desk: Caller) -> list[SourceTold]:
    """Every source that ever ran, the worst first."""
    return [
        SourceTold(
            source=each.source,
            name=desk.source_name(each.source),
            light=each.light,
            state=each.state,
            cause=each.cause,
            because=each.because,
            at=each.at,
            night_on=each.night_on,
        )
        for each in sources.standings(desk.db)
    ]


@router.get("/runs", tags=["来源"], summary="某一夜的运行")
def runs(desk: Caller, night_on: str, source: str = "") -> list[RunTold]:
    """The runs of one night; ``counts`` only for who works for the whole province."""
    assert desk.person is not None, "a token has an owner"
    try:
        night = date.fromisoformat(night_on)
    except ValueError as error:
        raise BadInput("night_on", _("日期不合适"), _("写成 2026-03-10")) from error
    return [
        RunTold(
            run_id=run.run_id,
            source=run.source,
            night_on=run.night_on,
            state=run.state,
            cause=run.cause,
            because=run.because,
            started_at=run.started_at,
            ended_at=run.ended_at,
            counts={} if desk.person.cities else dict(run.counts),
        )
        for run in crawls.runs_of_night(desk.db, night)
        if source in {"", run.source}
    ]


@router.post("/match", tags=["查词"], summary="一段文字会怎样判读")
def match(desk: Caller, body: MatchBody) -> Matched:
    """Read a text as if it were listed; nothing is kept."""
    reader: Reader = desk.request.app.state.reader
    listing = Listing(
        source="api", site_id="0", seen_at=desk.clock.now(), title=body.title, text=body.text
    )
    read = reader.read(listing)
    return Matched.model_validate(
        {
            "score": read.score,
            "is_suspicious": read.is_suspicious,
            "species": [*read.species],
            "hits": [
                {
                    **{
                        name: getattr(hit, name)
                        for name in ("term", "surface", "field", "start", "end", "via", "kind")
                    },
                    "species": [*hit.species],
                }
                for hit in read.hits
            ],
            "signals": [
                {
                    "name": each.name,
                    "points": each.points,
                    "because": each.because,
                    "quote": each.quote,
                }
                for each in read.signals
            ],
            "lexicon": read.lexicon,
        }
    )
