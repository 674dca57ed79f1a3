"""What a page may ask for: the desk of this request, and the clerk who sits at it."""

import queue
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from casework import people, rights
from casework.people import Person
from casework.queue import Wanted
from casework.rights import Action
from desk import language, security
from desk.asked import Asked
from desk.birds import Birds
from desk.choices import Known
from desk.looks import Looks
from desk.security import NotLoggedIn, Session
from desk.sources import SourceNames
from pipeline.base.clock import Clock
from pipeline.base.settings import Settings
from pipeline.store.open import Database, open_store
from pipeline.weights import Weights


class Connections:
    """Open connections to the store, each lent to one request at a time.

    Opening one reads the whole schema (some 3 ms); a page should take less than that.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.LifoQueue[Database] = queue.LifoQueue()

    @contextmanager
    def lend(self) -> Iterator[Database]:
        """Lend a connection; what its user left open is rolled back."""
        try:
            db = self._idle.get_nowait()
        except queue.Empty:
            # a request may be carried from one thread to the next, never be in two at once
            db = open_store(self._path, create=False, check_thread=False)
        try:
            yield db
        finally:
            if db.conn.in_transaction:
                db.conn.rollback()
            self._idle.put(db)

    def close(self) -> None:
        """Close what lies idle."""
        while not self._idle.empty():
            self._idle.get_nowait().conn.close()


@dataclass(frozen=True)
class House:
    """What all requests of one running desk share."""

    settings: Settings
    clock: Clock
    connections: Connections
    looks: Looks
    birds: Birds
    source_name: SourceNames
    weights: Weights
    choices: Known = field(default_factory=Known)


@dataclass(frozen=True)
class AtDesk:
    """What one request works with.

    Attributes:
        db: its own connection.
        session: the log-in that holds, or None.
        person: who is logged in, with the rights of this very moment, or None.
        language: "zh" or "en".
    """

    request: Request
    house: House
    db: Database
    session: Session | None
    language: str
    person: Person | None = None

    @property
    def clock(self) -> Clock:
        """The time of day."""
        return self.house.clock

    @property
    def settings(self) -> Settings:
        """The settings of this home."""
        return self.house.settings

    @property
    def birds(self) -> Birds:
        """The birds of the lexicon."""
        return self.house.birds

    @property
    def source_name(self) -> SourceNames:
        """The names of sources, by key."""
        return self.house.source_name

    @property
    def is_swap(self) -> bool:
        """Whether htmx asks for a part of the page it already shows."""
        return "hx-request" in self.request.headers

    def may(self, action: str) -> bool:
        """Tell whether the person at the desk may do something (casework/rights.py)."""
        return rights.allowed(self.person, Action(action))

    def wanted(self, asked: Asked) -> Wanted:
        """Return a list as casework asks for it: never more than this person may see."""
        assert self.person is not None, "nobody is at the desk"
        return replace(asked.wanted(self.birds.on_level), cities=rights.cities_of(self.person))

    def say(self, message: str) -> str:
        """Return a message in the language of this request."""
        return language.words(self.language).gettext(message)

    def new_key(self) -> str:
        """Return a key for a form that may be sent once."""
        return secrets.token_urlsafe(16)

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a template with what every page shows."""
        return self.house.looks.page(
            template,
            language=self.language,
            status=status,
            desk=self,
            csrf=self.session.csrf if self.session else "",
            clerk=self.session.name if self.session else "",
            now=self.clock.now(),
            **{"said": "", **values},
        )


# The three that every page passes do not go to a thread and back: each way costs more than the
# question to the store that it carries, and among eight at once a page waited 40 ms for its turn.


async def _at_desk(request: Request) -> AsyncIterator[AtDesk]:
    house: House = request.app.state.house
    with house.connections.lend() as db:
        yield sit_down(request, house, db)


def sit_down(request: Request, house: House, db: Database) -> AtDesk:
    """Return the desk of one request."""
    token = request.cookies.get(security.cookie_name("session", house.settings), "")
    session = security.find(db, token, settings=house.settings, clock=house.clock)
    chosen = language.of_request(request, session, house.settings)
    person = people.get(db, session.name) if session else None
    return AtDesk(request, house, db, session, chosen, person)


Desk = Annotated[AtDesk, Depends(_at_desk)]
SentToken = Annotated[str, Depends(security.sent_token)]


async def _clerk(desk: Desk, sent: SentToken) -> Session:
    if desk.session is None:
        raise NotLoggedIn
    security.check_token(desk.request, sent, desk.session.csrf)
    return desk.session


Clerk = Annotated[Session, Depends(_clerk)]
"""The person at the desk. Asking for one is what locks a page: no log-in, no page."""

LOCKED = [Depends(_clerk)]
"""For a whole file of pages at once."""
