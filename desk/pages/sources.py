"""Sources, for people who use no command line: how each stands, and what can be done with it."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import catalogue
from desk import children, lights
from desk.api.problems import REFUSED_ADDRESS
from desk.children import Said
from desk.parts import AtDesk, Desk
from pipeline.base.errors import BadInput, Conflict, FetchRefused
from pipeline.base.settings import shipped
from pipeline.base.urls import gate_for
from pipeline.contacts import masked
from pipeline.store import audit

router = APIRouter()

_KEY = r"^[a-z0-9][a-z0-9-]{0,39}$"
_SHOWN = 5


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)


class DraftForm(_Closed):
    """A list page of a site that nobody has described."""

    url: str = Field(max_length=2000)


class KeyForm(_Closed):
    """One source."""

    key: str = Field(max_length=40, pattern=_KEY)


class TryForm(KeyForm):
    """A page to read once, without keeping anything."""

    url: str = Field(max_length=2000)


class MendForm(KeyForm):
    """``accept`` writes what was proposed."""

    accept: str = Field("", max_length=1)


class EnableForm(KeyForm):
    """On what legal basis, how slowly and when."""

    basis: str = Field(max_length=500)
    pace: float = Field(4, ge=0.5, le=3600)
    hours: str = Field("", max_length=11, pattern=r"^(\d\d:\d\d-\d\d:\d\d)?$")


@router.get("/sources")
def show(desk: Desk, said: str = "") -> Response:
    """Show every source with its health, its basis, its pace and its last run."""
    told = {"enabled": desk.say("已启用，下一夜开始采集。"), "disabled": desk.say("已停用。")}
    return _page(desk, said=told.get(said, ""))


@router.post("/sources/draft")
def draft(desk: Desk, form: Annotated[DraftForm, Form()]) -> Response:
    """Draft a source from the address of a list page; it is written, and stays off."""
    refused = _refused(desk, form.url)
    if refused is not None:
        return refused
    return _done(desk, "source.drafted", form.url, "draft", "new", form.url)


@router.post("/sources/try")
def try_out(desk: Desk, form: Annotated[TryForm, Form()]) -> Response:
    """Read one page with a source; nothing is stored."""
    refused = _refused(desk, form.url)
    if refused is not None:
        return refused
    words = ("try", form.url, "--source", form.key)
    return _done(desk, "source.tried", form.key, "try", *words)


@router.post("/sources/mend")
def mend(desk: Desk, form: Annotated[MendForm, Form()]) -> Response:
    """Propose new rules for a site that changed; written only when accepted."""
    words = ("mend", form.key, *(("--accept",) if form.accept else ()))
    did = "source.mended" if form.accept else "source.mend_proposed"
    return _done(desk, did, form.key, "mend", *words)


@router.post("/sources/enable")
def enable(desk: Desk, form: Annotated[EnableForm, Form()]) -> Response:
    """Have a source crawled, on a basis that is written down."""
    words = ("enable", form.key, "--basis", form.basis, "--pace", f"{form.pace:g}")
    more = ("--hours", form.hours) if form.hours else ()
    return _switched(desk, "source.enabled", form.key, form.basis, *words, *more)


@router.post("/sources/disable")
def disable(desk: Desk, form: Annotated[KeyForm, Form()]) -> Response:
    """Have a source crawled no more."""
    return _switched(desk, "source.disabled", form.key, "", "disable", form.key)


def _refused(desk: AtDesk, url: str) -> Response | None:
    """Return the answer to an address that the gate does not let pass, None where it does."""
    allowed = catalogue.allowed_private(_listed(desk))
    try:
        gate_for(allowed).check(url)
    except FetchRefused:
        return _page(desk, problem=desk.say(REFUSED_ADDRESS), status=422)
    return None


def _done(desk: AtDesk, did: str, what: str, kind: str, *words: str) -> Response:
    try:
        said = children.ask(desk.settings, "source", *words, "--json")
    except (BadInput, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(desk, problem=f"{error.what}：{error.mend}", status=status)
    _write_down(desk, did, what, said)
    if said.code and not said.lines:
        return _page(desk, problem=masked(said.sentence), status=422)
    return _page(desk, result={"kind": kind, "what": what, **_shown(said)})


def _switched(desk: AtDesk, did: str, key: str, basis: str, *words: str) -> Response:
    try:
        said = children.ask(desk.settings, "source", *words, "--json")
    except (BadInput, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(desk, problem=f"{error.what}：{error.mend}", status=status)
    if said.code:
        return _page(desk, problem=said.sentence, status=422)
    _write_down(desk, did, key, said, basis=basis)
    return RedirectResponse(f"/sources?said={did.partition('.')[2]}", 303)


def _write_down(desk: AtDesk, did: str, what: str, said: Said, **more: str) -> None:
    assert desk.person is not None, "nobody is at the desk"
    details = {"code": said.code, **more}
    with desk.db.atomic():
        audit.write(
            desk.db,
            clock=desk.clock,
            who=desk.person.name,
            did=did,
            what=what[:400],
            details=details,
        )


def _shown(said: Said) -> dict[str, Any]:
    """Return what a command printed as the page shows it: plain texts, contacts covered."""
    listings = [
        {
            "title": masked(str(line["title"]))[:200],
            "price": masked(str((line.get("price") or {}).get("raw", "")))[:60],
            "place": masked(str((line.get("place") or {}).get("raw", "")))[:60],
            "posted_at": str(line.get("posted_at") or ""),
            "seller": masked(str((line.get("seller") or {}).get("name", "")))[:60],
            "url": str(line.get("url", ""))[:300],
        }
        for line in said.lines
        if "external_id" in line
    ]
    first = next((line for line in said.lines if "draft" in line), {})
    return {
        "listings": listings[:_SHOWN],
        "count": len(listings),
        "draft": first.get("source", ""),
        "notes": [str(note)[:300] for note in first.get("notes", [])],
        "changes": [line for line in said.lines if "read_before" in line],
        "because": next((str(line["because"]) for line in said.lines if line.get("because")), ""),
    }


def _listed(desk: AtDesk) -> list[catalogue.Listed]:
    return catalogue.listed(shipped("sources"), desk.settings.own_sources)


def _page(
    desk: AtDesk,
    *,
    problem: str = "",
    said: str = "",
    result: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    health = {row["source"]: row for row in lights.of(desk)["rows"]}
    rows = [{"told": each, "run": health.get(each.key)} for each in _listed(desk)]
    order = {"red": 0, "amber": 1, "green": 2}
    rows.sort(
        key=lambda row: (
            not row["told"].enabled,  # type: ignore[union-attr]  # told is always there
            order.get(row["run"]["light"], 3) if row["run"] else 3,  # type: ignore[index]
        )
    )
    return desk.page(
        "sources.html", status=status, rows=rows, problem=problem, said=said, result=result
    )
