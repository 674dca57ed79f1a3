"""Who may do what, to which thing. Denied unless it stands here.

One question is asked everywhere, :func:`allowed`: by the desk for each route, by casework for
each verdict. What a person may not see is answered as if it were not there.
"""

from collections.abc import Sequence
from enum import StrEnum

from casework.people import Person, Role
from pipeline.base.clock import Clock
from pipeline.base.errors import NotFound
from pipeline.store import audit
from pipeline.store.listings import Stored
from pipeline.store.open import Database


class Action(StrEnum):
    """What somebody may be allowed to do."""

    OWN = "own.account"
    SEE = "listings.see"
    JUDGE = "verdict.give"
    REVEAL = "contact.reveal"
    COUNT = "figures.see"
    SETTLE = "looks.settle"
    PEOPLE = "people.manage"
    LOG = "log.read"
    PROPOSE_WORDS = "words.propose"
    DECIDE_WORDS = "words.decide"
    HOOKS = "hooks.manage"
    SOURCES = "sources.manage"


_JUDGING = frozenset(
    {Action.OWN, Action.SEE, Action.COUNT, Action.JUDGE, Action.REVEAL, Action.PROPOSE_WORDS}
)
_KEEPING = frozenset({Action.HOOKS, Action.SOURCES})

MAY: dict[Role, frozenset[Action]] = {
    Role.ANALYST: _JUDGING,
    Role.CASE_OFFICER: _JUDGING,
    Role.SUPERVISOR: _JUDGING
    | _KEEPING
    | {Action.SETTLE, Action.PEOPLE, Action.LOG, Action.DECIDE_WORDS},
    Role.OPERATOR: _KEEPING | {Action.OWN, Action.SEE, Action.COUNT, Action.PROPOSE_WORDS},
    Role.AUDITOR: frozenset({Action.OWN, Action.LOG}),
}
"""What each role may do. A new action is nobody's until it is written here."""

WHOLE_PROVINCE = frozenset({Action.LOG, Action.DECIDE_WORDS, Action.SOURCES})
"""Actions whose answer names all cities, or works in all: not for who works for some of them."""

_UNPLACED = ("", "2100")
"""How a place code begins where the page does not say which city it is of."""


def allowed(actor: Person | None, action: Action, thing: Stored | Person | None = None) -> bool:
    """Tell whether a person may do something, to a listing or a person where one is named."""
    if actor is None or actor.is_disabled or action not in MAY[actor.role]:
        return False
    if action in WHOLE_PROVINCE and actor.cities:
        return False
    if isinstance(thing, Person):
        return _is_under(actor, thing)
    return thing is None or is_within(actor, thing.place_code)


class Denied(NotFound):
    """Somebody asked for what he may not have; told as if it were not there."""

    def __init__(self, where: str) -> None:
        super().__init__(where, "库里没有这条信息", "用 `shouyi queue` 查看编号")


def check(actor: Person | None, action: Action, thing: Stored | Person | None, what: str) -> None:
    """Let an allowed action pass.

    Raises:
        Denied: it is not allowed; the same words as where there is no such thing.
    """
    if not allowed(actor, action, thing):
        raise Denied(what)


def refuse(db: Database, actor: Person, *, clock: Clock, what: str) -> None:
    """Write down that somebody asked for what he may not have, or for what is not there.

    Both, for who works for some cities only: the time an answer takes must not tell which.
    """
    with db.atomic():
        audit.write(db, clock=clock, who=actor.name, did="access.refused", what=what[:400])


def cities_of(actor: Person) -> tuple[str, ...]:
    """Return how the place codes that a person may see begin; empty is all of them."""
    if not actor.cities:
        return ()
    here = tuple(dict.fromkeys(code[:4] for code in actor.cities))
    return (*here, *_UNPLACED) if actor.sees_unplaced else here


def may_grant(
    actor: Person, role: Role, cities: Sequence[str], *, sees_unplaced: bool = False
) -> bool:
    """Tell whether somebody may give this role for these cities: no more than he holds."""
    if not allowed(actor, Action.PEOPLE) or (MAY[role] - MAY[actor.role]):
        return False
    if not actor.cities:
        return True
    is_less = {code[:4] for code in cities} <= {code[:4] for code in actor.cities}
    return bool(cities) and is_less and (actor.sees_unplaced or not sees_unplaced)


def may_see_person(actor: Person, other: Person) -> bool:
    """Tell whether a person stands on the list that somebody may change."""
    return allowed(actor, Action.PEOPLE, other)


def _is_under(actor: Person, other: Person) -> bool:
    return may_grant(actor, other.role, other.cities, sees_unplaced=other.sees_unplaced)


def is_within(actor: Person, place_code: str) -> bool:
    """Tell whether a place is of the cities that a person works for."""
    cities = cities_of(actor)
    return not cities or place_code[:4] in cities
