"""Second looks: each week some of what was judged is judged again, blind, by another person.

The sample is of the week before, one verdict in ten and five at least, by a hash that nobody
chooses. How far two people agree beyond chance is told as kappa; where they do not, the
supervisor decides.

Source: Cohen, A Coefficient of Agreement for Nominal Scales, 1960.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from casework import reasons, rights
from casework.people import Person
from casework.reasons import Call
from casework.rights import Action
from pipeline.base.clock import BEIJING, Clock, beijing_day, stamp
from pipeline.base.errors import BadInput, Conflict, NotFound
from pipeline.base.language import _
from pipeline.store import audit, listings
from pipeline.store.open import Database
from pipeline.store.text import storable

ONE_IN = 10
FEWEST = 5
MOST = 40
FEWEST_FOR_KAPPA = 5
"""Pairs of verdicts; of fewer, kappa says nothing."""

_HAS_SAMPLE = "select 1 from second_looks where week = ? limit 1"
_GIVEN = """
    select v.listing_id, v.verdict_id from verdicts as v
     where v.at >= :first and v.at < :beyond and v.undoes is null
       and not exists (select 1 from verdicts as u where u.undoes = v.verdict_id)
       and not exists (select 1 from verdicts as later
                        where later.listing_id = v.listing_id and later.undoes is null
                          and later.verdict_id > v.verdict_id)
"""
_DRAW = "insert or ignore into second_looks (listing_id, week, verdict_id) values (?, ?, ?)"
_TO_DO = """
    select s.week, s.listing_id, l.place_code
      from second_looks as s
      join verdicts as v on v.verdict_id = s.verdict_id
      join listings as l on l.listing_id = s.listing_id
     where s.call = '' and v.given_by <> :who and l.content <> ''
     order by s.week desc, s.listing_id
"""
_ONE = """
    select s.call, v.given_by from second_looks as s join verdicts as v using (verdict_id)
     where s.week = ? and s.listing_id = ?
"""
_LOOKED = """
    update second_looks set call = ?, reason = ?, by = ?, at = ? where week = ? and listing_id = ?
"""
_PAIRS = """
    select s.week, v.call, s.call from second_looks as s join verdicts as v using (verdict_id)
     order by s.week desc
"""
_APART = """
    select s.week, s.listing_id, l.title, l.place_code, v.call, v.given_by, s.call, s.by,
           s.settled_by
      from second_looks as s join verdicts as v using (verdict_id)
      join listings as l on l.listing_id = s.listing_id
     where s.call <> '' and s.call <> v.call
     order by s.settled_by <> '', s.week desc, s.listing_id limit 100
"""
_SETTLE = """
    update second_looks set settled_by = ?, settled_at = ?
     where week = ? and listing_id = ? and call <> '' and settled_by = ''
"""


@dataclass(frozen=True, slots=True)
class Look:
    """A listing to look at again; ``week`` is the ISO week of its sample (2026-W11)."""

    week: str
    listing_id: str


@dataclass(frozen=True, slots=True)
class Apart:
    """Two people decided differently; ``settled_by`` is "" until the supervisor has."""

    week: str
    listing_id: str
    title: str
    place_code: str
    first: str
    first_by: str
    second: str
    second_by: str
    settled_by: str


@dataclass(frozen=True, slots=True)
class Week:
    """How a week's sample stands; ``kappa`` is None where too few were looked at again."""

    week: str
    drawn: int
    done: int
    agree: int
    kappa: float | None


def draw(db: Database, *, clock: Clock) -> str:
    """Draw the sample of the week before, if it is not drawn yet; return that week."""
    today = beijing_day(clock.now())
    monday = today - timedelta(days=today.weekday() + 7)
    week = f"{monday:%G-W%V}"
    if db.conn.execute(_HAS_SAMPLE, (week,)).fetchone():
        return week
    first = datetime.combine(monday, time(), BEIJING).astimezone(UTC)
    values = {"first": stamp(first), "beyond": stamp(first + timedelta(days=7))}
    rows = db.conn.execute(_GIVEN, values).fetchall()
    size = min(MOST, max(FEWEST, -(-len(rows) // ONE_IN)))
    if rows:
        with db.atomic():
            for listing_id, verdict_id in sorted(rows, key=lambda row: _lot(week, row[0]))[:size]:
                db.conn.execute(_DRAW, (listing_id, week, verdict_id))
    return week


def next_for(db: Database, person: Person) -> Look | None:
    """Return what somebody could look at next: judged by another, in his cities."""
    for week, listing_id, place_code in db.conn.execute(_TO_DO, {"who": person.name}):
        if rights.is_within(person, place_code):
            return Look(week, listing_id)
    return None


def give(
    db: Database, look: Look, call: Call, reason: str, *, person: Person, clock: Clock
) -> None:
    """Keep what the second person decided. The verdict that stands is not touched.

    Raises:
        NotFound: that is in no sample, or not for this person.
        Conflict: somebody has looked at it again already.
        BadInput: it is this person's own verdict, or the reason fits not.
    """
    checked = reasons.check(call, reason)
    name = storable(look.listing_id)
    with db.atomic():
        row = db.conn.execute(_ONE, (look.week, name)).fetchone()
        if row is None:
            raise NotFound(look.listing_id, _("没有这条待复看的信息"))
        listing = listings.get(db, name)
        rights.check(person, Action.JUDGE, listing, listing.listing_id)
        if row[1] == person.name:
            raise BadInput(name, _("该信息由您判过，不能自己复看"), _("换一个人"))
        if row[0]:
            raise Conflict(name, _("已有人复看"))
        now = stamp(clock.now())
        db.conn.execute(_LOOKED, (call, checked.code, person.name, now, look.week, name))
        details = {"week": look.week, "call": call, "reason": checked.code}
        audit.write(
            db, clock=clock, who=person.name, did="second_look.given", what=name, details=details
        )


def settle(db: Database, look: Look, *, person: Person, clock: Clock) -> None:
    """Note that the supervisor has decided where two disagreed.

    Raises:
        NotFound: there is no such disagreement that is open.
    """
    name = storable(look.listing_id)
    with db.atomic():
        rights.check(person, Action.SETTLE, listings.get(db, name), name)
        values = (person.name, stamp(clock.now()), look.week, name)
        if db.conn.execute(_SETTLE, values).rowcount == 0:
            raise NotFound(name, _("没有这条待复看的信息"))
        audit.write(
            db,
            clock=clock,
            who=person.name,
            did="second_look.settled",
            what=name,
            details={"week": look.week},
        )


def weeks(db: Database) -> list[Week]:
    """Return how each week's sample stands, the newest first."""
    by_week: dict[str, list[tuple[str, str]]] = {}
    for week, first, second in db.conn.execute(_PAIRS):
        by_week.setdefault(week, []).append((first, second))
    found = []
    for week, rows in by_week.items():
        pairs = [(first, second) for first, second in rows if second]
        agree = sum(first == second for first, second in pairs)
        found.append(Week(week, len(rows), len(pairs), agree, kappa(pairs)))
    return found


def apart(db: Database, person: Person) -> list[Apart]:
    """Return where two disagree, in somebody's cities, those that are open first."""
    rows = [Apart(*row) for row in db.conn.execute(_APART)]
    return [row for row in rows if rights.is_within(person, row.place_code)]


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return how far two agree beyond chance: 1 fully, 0 no better than chance.

    None where there are too few pairs; where both always say the same one thing, 1.
    """
    count = len(pairs)
    if count < FEWEST_FOR_KAPPA:
        return None
    seen = sum(first == second for first, second in pairs) / count
    firsts, seconds = Counter(first for first, _s in pairs), Counter(second for _f, second in pairs)
    chance = sum(firsts[each] * seconds[each] for each in firsts) / count**2
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def _lot(week: str, listing_id: str) -> str:
    return hashlib.sha256(f"{week} {listing_id}".encode("utf-8", "replace")).hexdigest()
