"""Lists kept by a name: a person's own, and those that others share."""

from dataclasses import dataclass

from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import BadInput, NotFound
from pipeline.base.language import _
from pipeline.store import audit
from pipeline.store.open import Database
from pipeline.store.text import storable

LONGEST_NAME = 24
MOST_KEPT = 20
"""Of one person: each is counted on every page of the queue."""

_OF = """
    select view_id, owner, name, query, is_shared from saved_views
     where owner = :who or is_shared
     order by owner <> :who, name, view_id limit 40
"""
_SAVE = """
    insert into saved_views (owner, name, query, is_shared, made_at) values (?, ?, ?, ?, ?)
    on conflict (owner, name) do update set query = excluded.query, is_shared = excluded.is_shared
"""
_HAS = "select count(*) from saved_views where owner = ? and name <> ?"
_REMOVE = "delete from saved_views where view_id = ? and owner = ? returning name"


@dataclass(frozen=True, slots=True)
class View:
    """A list by its name; ``query`` is the part of an address that names it."""

    view_id: int
    owner: str
    name: str
    query: str
    is_shared: bool


def of(db: Database, who: str) -> list[View]:
    """Return the lists that somebody kept, then those that others share."""
    rows = db.conn.execute(_OF, {"who": who})
    return [
        View(number, owner, name, query, bool(shared))
        for number, owner, name, query, shared in rows
    ]


def save(
    db: Database, who: str, name: str, query: str, *, clock: Clock, is_shared: bool = False
) -> None:
    """Keep a list under a name; one of that name is written over.

    Raises:
        BadInput: there is no name, it is too long, or too many are kept.
    """
    told = storable(" ".join(name.split()))
    if not told or len(told) > LONGEST_NAME:
        raise BadInput("name", _("名称不合适"), _("写 1 到 {most} 个字").format(most=LONGEST_NAME))
    with db.atomic():
        if db.conn.execute(_HAS, (who, told)).fetchone()[0] >= MOST_KEPT:
            raise BadInput("name", _("保存的列表太多"), _("先删去不用的"))
        db.conn.execute(_SAVE, (who, told, query, is_shared, stamp(clock.now())))
        details = {"query": query, "is_shared": is_shared}
        audit.write(db, clock=clock, who=who, did="view.saved", what=told, details=details)


def remove(db: Database, who: str, view_id: int, *, clock: Clock) -> None:
    """Forget a list of one's own.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    with db.atomic():
        row = db.conn.execute(_REMOVE, (view_id, who)).fetchone()
        if row is None:
            raise NotFound(str(view_id), _("没有这个保存的列表"))
        audit.write(db, clock=clock, who=who, did="view.removed", what=row[0])
