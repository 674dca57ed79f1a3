"""One's own account: password, codes, log-ins, how pictures are shown."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import accounts, cities, codes, tokens, webhooks
from casework.guessing import SlowDown
from casework.people import Person
from desk import qr, security
from desk.api.door import SHOWN
from desk.parts import AtDesk, Clerk, Desk
from desk.wording import ROLES
from pipeline.base.errors import BadInput

router = APIRouter()

_ISSUER = "Shouyi"


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)


class PasswordForm(_Closed):
    """The old password, and the new one twice."""

    old: str = Field(max_length=1024)
    new: str = Field(max_length=1024)
    again: str = Field(max_length=1024)


class CodeForm(_Closed):
    """What the telephone shows."""

    code: str = Field(max_length=20)


class ProofForm(_Closed):
    """One's password, once more."""

    password: str = Field(max_length=1024)


class PicturesForm(_Closed):
    """How pictures are shown before they are pointed at."""

    pictures: Literal["plain", "grey", "blur"]


class TokenForm(_Closed):
    """A token that is asked for; the password shows that its owner asks."""

    label: str = Field("", max_length=100)
    days: int = Field(tokens.USUAL_DAYS, ge=1, le=tokens.LONGEST_DAYS)
    scope: list[str] = Field([], max_length=10)
    password: str = Field(max_length=1024)


class TokenEndForm(_Closed):
    """A token that is taken back."""

    token_id: int


class SessionForm(_Closed):
    """Which log-in is ended; empty: all others."""

    handle: str = Field("", max_length=32)


@router.get("/account")
def show(desk: Desk, clerk: Clerk, said: str = "") -> Response:
    """Show the account of whoever is logged in."""
    told = desk.say("已保存。") if said == "saved" else ""
    return _page(desk, clerk, said=told)


@router.post("/account/password")
def set_password(desk: Desk, clerk: Clerk, form: Annotated[PasswordForm, Form()]) -> Response:
    """Set the own password: every log-in ends, this one too."""
    if form.new != form.again:
        return _page(desk, clerk, problem=desk.say("两次输入的新密码不同。"), status=422)
    try:
        accounts.change_own_password(
            desk.db,
            _who(desk),
            old=form.old,
            new=form.new,
            clock=desk.clock,
            address=_address(desk),
        )
    except (BadInput, SlowDown) as error:
        return _page(desk, clerk, problem=f"{error.what}：{error.mend}", status=422)
    return RedirectResponse("/login?next=/account", 303)


@router.post("/account/codes")
def begin_codes(desk: Desk, clerk: Clerk, form: Annotated[_Closed, Form()]) -> Response:
    """Show the secret for an authenticator app."""
    assert isinstance(form, _Closed)
    try:
        secret = accounts.begin_codes(desk.db, _who(desk))
    except BadInput as error:
        return _page(desk, clerk, problem=f"{error.what}：{error.mend}", status=422)
    return _page(desk, clerk, secret=secret)


@router.post("/account/codes/confirm")
def confirm_codes(desk: Desk, clerk: Clerk, form: Annotated[CodeForm, Form()]) -> Response:
    """Ask for codes from now on."""
    try:
        accounts.confirm_codes(desk.db, _who(desk), form.code, clock=desk.clock)
    except BadInput as error:
        secret = "" if _who(desk).has_codes else accounts.begin_codes(desk.db, _who(desk))
        problem = f"{error.what}：{error.mend}"
        return _page(desk, clerk, problem=problem, secret=secret, status=422)
    return RedirectResponse("/account?said=saved", 303)


@router.post("/account/codes/stop")
def stop_codes(desk: Desk, clerk: Clerk, form: Annotated[ProofForm, Form()]) -> Response:
    """Ask for no codes any more."""
    try:
        accounts.stop_codes(
            desk.db,
            _who(desk),
            password=form.password,
            clock=desk.clock,
            address=_address(desk),
        )
    except (BadInput, SlowDown) as error:
        return _page(desk, clerk, problem=f"{error.what}：{error.mend}", status=422)
    return RedirectResponse("/account?said=saved", 303)


@router.post("/account/pictures")
def set_pictures(desk: Desk, clerk: Clerk, form: Annotated[PicturesForm, Form()]) -> Response:
    """Show pictures plain, grey or blurred."""
    assert clerk.name
    accounts.set_pictures(desk.db, _who(desk), form.pictures)
    return RedirectResponse("/account?said=saved", 303)


@router.post("/account/sessions/end")
def end(desk: Desk, clerk: Clerk, form: Annotated[SessionForm, Form()]) -> Response:
    """End one of the own log-ins, or all but this one."""
    who = _who(desk)
    if form.handle:
        accounts.end_session(desk.db, who.name, form.handle, by=who, clock=desk.clock)
    else:
        accounts.end_other_sessions(desk.db, who, clerk.token_hash, clock=desk.clock)
    return RedirectResponse("/account?said=saved", 303)


@router.post("/account/tokens")
def make_token(desk: Desk, clerk: Clerk, form: Annotated[TokenForm, Form()]) -> Response:
    """Make a token for a program; it is shown on this page alone."""
    who = _who(desk)
    try:
        accounts.prove(desk.db, who, form.password, clock=desk.clock, address=_address(desk))
        _made, shown = tokens.add(
            desk.db,
            who.name,
            label=form.label,
            scopes=form.scope,
            days=form.days,
            by=who.name,
            clock=desk.clock,
        )
    except (BadInput, SlowDown) as error:
        return _page(desk, clerk, problem=f"{error.what}：{error.mend}", status=422)
    return _page(desk, clerk, token=shown)


@router.post("/account/tokens/end")
def end_token(desk: Desk, clerk: Clerk, form: Annotated[TokenEndForm, Form()]) -> Response:
    """Take back one of the own tokens."""
    assert clerk.name
    who = _who(desk).name
    tokens.end(desk.db, form.token_id, owner=who, by=who, clock=desk.clock)
    return RedirectResponse("/account?said=saved", 303)


def _page(
    desk: AtDesk,
    clerk: security.Session,
    *,
    problem: str = "",
    secret: str = "",
    token: str = "",
    said: str = "",
    status: int = 200,
) -> Response:
    who = _who(desk)
    address = codes.address_of(secret, name=who.name, issuer=_ISSUER) if secret else ""
    return desk.page(
        "account.html",
        status=status,
        person=who,
        role_name=desk.say(ROLES[who.role]),
        city_names=cities.all_of_them(),
        log_ins=accounts.sessions_of(desk.db, who.name, clock=desk.clock),
        own_token=clerk.token_hash,
        tokens=tokens.of(desk.db, clock=desk.clock, owner=who.name),
        scopes=[(scope.value, desk.say(word)) for scope, word in SHOWN.items()],
        days=tokens.USUAL_DAYS,
        most_days=tokens.LONGEST_DAYS,
        new_token=token,
        hooks=webhooks.all_of(desk.db, who.name),
        problem=problem,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        qr=qr.drawn(address) if secret else None,
        said=said,
    )


def _who(desk: AtDesk) -> Person:
    assert desk.person is not None, "nobody is at the desk"
    return desk.person


def _address(desk: AtDesk) -> str:
    return desk.request.client.host if desk.request.client else ""
