"""Who works here: added, changed, shut out, given a new password; by those who may."""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from casework import accounts, cities, people, rights
from casework.people import Person, Role
from desk.parts import AtDesk, Desk
from desk.wording import ROLES
from pipeline.base.errors import BadInput, Conflict

router = APIRouter()


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    csrf: str = Field("", max_length=100)


class RightsForm(_Closed):
    """A role, and the cities it holds for; no city is the whole province."""

    role: Role
    city: list[str] = Field(default_factory=list, max_length=20)
    unplaced: bool = False

    @property
    def cities(self) -> tuple[str, ...]:
        """The codes that are cities of ours, each once."""
        return tuple(code for code in cities.all_of_them() if code in self.city)


class NewPerson(RightsForm):
    """Somebody who is added."""

    name: str = Field(max_length=64)
    shown_name: str = Field("", max_length=64)


class SessionForm(_Closed):
    """Which log-in is ended."""

    handle: str = Field(max_length=32)


@router.get("/people")
def show(desk: Desk) -> Response:
    """List those whom this person may change, and the form for one more."""
    return _page(desk)


@router.post("/people")
def add(desk: Desk, form: Annotated[NewPerson, Form()]) -> Response:
    """Add somebody; the password is on the answer, once."""
    by = _by(desk)
    try:
        if not rights.may_grant(by, form.role, form.cities, sees_unplaced=form.unplaced):
            raise accounts.more_than_held(form.name)
        person, secret = people.add(
            desk.db,
            form.name.strip(),
            role=form.role,
            shown_name=form.shown_name,
            cities=form.cities,
            sees_unplaced=form.unplaced,
            clock=desk.clock,
            by=by.name,
        )
    except (BadInput, Conflict) as error:
        return _page(desk, problem=_sentence(error), form=form, status=422)
    return _one(desk, person, secret=secret)


@router.get("/people/{name}")
def one(desk: Desk, name: str) -> Response:
    """Show one person: rights, log-ins, and what can be done."""
    return _one(desk, people.get(desk.db, name))


@router.post("/people/{name}/rights")
def change(desk: Desk, name: str, form: Annotated[RightsForm, Form()]) -> Response:
    """Give another role or other cities."""
    try:
        accounts.change(
            desk.db,
            name,
            role=form.role,
            cities=form.cities,
            sees_unplaced=form.unplaced,
            by=_by(desk),
            clock=desk.clock,
        )
    except BadInput as error:
        return _one(desk, people.get(desk.db, name), problem=_sentence(error), status=422)
    return RedirectResponse(f"/people/{name}", 303)


@router.post("/people/{name}/password")
def reset(desk: Desk, name: str, form: Annotated[_Closed, Form()]) -> Response:
    """Make a new password and show it, once."""
    assert isinstance(form, _Closed)
    try:
        secret = accounts.reset_password(desk.db, name, by=_by(desk), clock=desk.clock)
    except BadInput as error:
        return _one(desk, people.get(desk.db, name), problem=_sentence(error), status=422)
    return _one(desk, people.get(desk.db, name), secret=secret)


@router.post("/people/{name}/disable")
def disable(desk: Desk, name: str, form: Annotated[_Closed, Form()]) -> Response:
    """Shut somebody out at once."""
    assert isinstance(form, _Closed)
    return _switch(desk, name, is_disabled=True)


@router.post("/people/{name}/enable")
def enable(desk: Desk, name: str, form: Annotated[_Closed, Form()]) -> Response:
    """Let somebody in again."""
    assert isinstance(form, _Closed)
    return _switch(desk, name, is_disabled=False)


@router.post("/people/{name}/sessions/end")
def end(desk: Desk, name: str, form: Annotated[SessionForm, Form()]) -> Response:
    """End one log-in of somebody."""
    accounts.end_session(desk.db, name, form.handle, by=_by(desk), clock=desk.clock)
    return RedirectResponse(f"/people/{name}", 303)


def _switch(desk: AtDesk, name: str, *, is_disabled: bool) -> Response:
    try:
        accounts.set_disabled(
            desk.db, name, is_disabled=is_disabled, by=_by(desk), clock=desk.clock
        )
    except BadInput as error:
        return _one(desk, people.get(desk.db, name), problem=_sentence(error), status=422)
    return RedirectResponse(f"/people/{name}", 303)


def _page(
    desk: AtDesk, *, problem: str = "", form: NewPerson | None = None, status: int = 200
) -> Response:
    by = _by(desk)
    seen = [each for each in people.list(desk.db) if rights.may_see_person(by, each)]
    return desk.page(
        "people.html",
        status=status,
        everybody=[{"person": each, "role": desk.say(ROLES[each.role])} for each in seen],
        city_names=cities.all_of_them(),
        problem=problem,
        given=form,
        **_choices(desk, by),
    )


def _one(
    desk: AtDesk, person: Person, *, problem: str = "", secret: str = "", status: int = 200
) -> Response:
    by = _by(desk)
    return desk.page(
        "person.html",
        status=status,
        person=person,
        role_name=desk.say(ROLES[person.role]),
        city_names=cities.all_of_them(),
        is_self=person.name == by.name,
        log_ins=accounts.sessions_of(desk.db, person.name, clock=desk.clock),
        problem=problem,
        secret=secret,
        **_choices(desk, by),
    )


def _choices(desk: AtDesk, by: Person) -> dict[str, Any]:
    """Return what may be given away: no role and no city beyond the giver's."""
    own = by.cities or tuple(cities.all_of_them())
    return {
        "roles": [
            {"name": role.value, "shown": desk.say(word)}
            for role, word in ROLES.items()
            if rights.may_grant(by, role, own)
        ],
        "cities": [{"code": code, "name": cities.name_of(code)} for code in own],
        "is_of_province": not by.cities,
        "may_give_unplaced": not by.cities or by.sees_unplaced,
    }


def _by(desk: AtDesk) -> Person:
    assert desk.person is not None, "nobody is at the desk"
    return desk.person


def _sentence(error: BadInput | Conflict) -> str:
    return f"{error.what}：{error.mend}" if error.mend else error.what
