"""The benign list as people keep it: added with a reason and an end, counted, looked over.

What an entry does to a reading is in :mod:`pipeline.benign`. Each week a sample of what it took
out of the queue is put before a person: a verdict "confirmed" on one of them is the entry's
mistake, and is counted beside it.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from casework.rights import Action
from casework.words.life import check_actor, checked_why
from pipeline.base.clock import Clock, beijing_day, stamp
from pipeline.base.errors import BadInput, Conflict, NotFound
from pipeline.base.language import _
from pipeline.benign import KINDS, PHRASE, SELLER, SOURCE, Entry, plain
from pipeline.store import audit, listings
from pipeline.store.open import Database
from pipeline.store.text import storable

__all__ = ["KINDS", "Kept", "Sampled", "add", "all_of", "end_expired", "retire", "sample"]

LONGEST_DAYS = 366
USUAL_DAYS = 180
SAMPLE = 10
_SHORTEST_PHRASE, _LONGEST_VALUE = 4, 120
_ADD = """
    insert into benign (kind, value, reason, made_by, made_at, until_on)
    values (?, ?, ?, ?, ?, ?) returning benign_id
"""
_THERE = "select benign_id from benign where kind = ? and value = ? and ended_at is null"
_QUEUED = """
    select listing_id, content from listings
     where state = 'waiting' and content <> '' and :source in ('', source)
"""
_READ_AGAIN = "update listings set lexicon = '' where listing_id = ?"
_KEPT = """
    select b.benign_id, b.kind, b.value, b.reason, b.until_on, b.made_by, b.made_at, b.ended_at,
           b.ended_by, b.ended_why, count(h.listing_id), coalesce(sum(h.is_hidden), 0),
           coalesce(sum(h.is_hidden and l.call = 'confirmed'), 0), coalesce(max(h.at), '')
      from benign as b
      left join benign_hits as h on h.benign_id = b.benign_id
      left join listings as l on l.listing_id = h.listing_id
     where :benign_id in (0, b.benign_id)
     group by b.benign_id order by b.ended_at is not null, b.benign_id desc
"""
_EXPIRED = "select benign_id from benign where ended_at is null and until_on < ?"
_END = "update benign set ended_at = ?, ended_by = ?, ended_why = ? where benign_id = ?"
_TO_SAMPLE = """
    select h.benign_id, h.listing_id from benign_hits as h join listings as l using (listing_id)
     where h.is_hidden = 1 and h.at >= ? and h.sampled_on = '' and l.state = 'below'
"""
_SAMPLED = """
    select h.listing_id, h.benign_id, b.reason, l.title, h.score_before, h.score, l.call
      from benign_hits as h join benign as b using (benign_id) join listings as l using (listing_id)
     where h.sampled_on = ? order by h.score_before desc, h.listing_id
"""
_MARK = "update benign_hits set sampled_on = ? where benign_id = ? and listing_id = ?"


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry with what it did.

    Attributes:
        state: "working", "expired" or "retired".
        lowered: listings it lowered; ``hidden`` of them left the queue.
        mistakes: hidden ones that a person then found confirmed.
        last_at: when it last did anything, UTC as stamped; "" where never.
    """

    entry: Entry
    state: str
    made_by: str
    made_at: str
    ended_at: str
    ended_by: str
    ended_why: str
    lowered: int
    hidden: int
    mistakes: int
    last_at: str


@dataclass(frozen=True, slots=True)
class Sampled:
    """A listing that an entry took out of the queue, put before a person this week.

    ``call`` is the verdict given on it, "" where none is yet.
    """

    listing_id: str
    benign_id: int
    reason: str
    title: str
    score_before: int
    score: int
    call: str


def add(
    db: Database,
    *,
    kind: str,
    value: str,
    reason: str,
    by: str,
    clock: Clock,
    until_on: date | None = None,
) -> tuple[Kept, int]:
    """Add an entry; return it with how many queued listings it speaks of.

    Those are marked to be read again (:func:`pipeline.rescore.rescore`).

    Args:
        db: the store.
        kind: "seller" ("huapiao:u77"), "source" ("huapiao") or "phrase" (words of the text).
        value: what it speaks of.
        reason: why it is honest: the permit's number, what the shop sells.
        by: who says so.
        clock: tells when.
        until_on: the last Beijing date on which it works; half a year ahead where not said.

    Raises:
        BadInput: it speaks of too much or of nothing, or ends too late.
        Conflict: it is there already.
    """
    check_actor(db, by, Action.DECIDE_WORDS)
    reason = checked_why(reason, option="--reason")
    today = beijing_day(clock.now())
    until = until_on or today + timedelta(days=USUAL_DAYS)
    _check_end(today, until)
    value = _checked_value(kind, storable(value.strip()))
    with db.atomic():
        there = db.conn.execute(_THERE, (kind, value)).fetchone()
        if there:
            raise Conflict(f"benign {there[0]}", _("已在白名单里"), _("先停用它，再另加"))
        now = stamp(clock.now())
        row = (kind, value, reason, by, now, until.isoformat())
        (number,) = db.conn.execute(_ADD, row).fetchone()
        entry = Entry(number, kind, value, reason, until.isoformat())
        touched = _to_be_read_again(db, entry)
        details = {"kind": kind, "value": value, "reason": reason, "until_on": until.isoformat()}
        audit.write(
            db, clock=clock, who=by, did="benign.added", what=f"benign {number}", details=details
        )
    return _kept(db, number, today), touched


def retire(db: Database, benign_id: int, *, by: str, why: str, clock: Clock) -> Kept:
    """End an entry; what it lowered is read again at the next :func:`rescore`.

    Raises:
        BadInput: there is no such entry at work.
    """
    check_actor(db, by, Action.DECIDE_WORDS)
    why = checked_why(why)
    today = beijing_day(clock.now())
    with db.atomic():
        kept = _kept(db, benign_id, today)
        if kept.ended_at:
            raise BadInput(f"benign {benign_id}", _("早已停用"))
        _end(db, benign_id, by=by, why=why, clock=clock, did="benign.retired")
    return _kept(db, benign_id, today)


def end_expired(db: Database, *, clock: Clock) -> list[int]:
    """End the entries whose last day has passed, each with a row in the log; return which.

    They stopped working with that day; this says so.
    """
    today = beijing_day(clock.now())
    with db.atomic():
        gone = [number for (number,) in db.conn.execute(_EXPIRED, (today.isoformat(),)).fetchall()]
        for number in gone:
            _end(db, number, by="night", why="expired", clock=clock, did="benign.expired")
    return gone


def all_of(db: Database, *, clock: Clock) -> list[Kept]:
    """Return every entry with its counts: those at work first, newest first."""
    today = beijing_day(clock.now())
    return [_row(row, today) for row in db.conn.execute(_KEPT, {"benign_id": 0})]


def sample(db: Database, *, clock: Clock, most: int = SAMPLE) -> list[Sampled]:
    """Return this week's sample of what was taken out of the queue; the same all week.

    Drawn at the first call of a week from the seven days before, by a hash of week and
    listing: nobody can choose what is looked at.
    """
    today = beijing_day(clock.now())
    monday = (today - timedelta(days=today.weekday())).isoformat()
    with db.atomic():
        if not db.conn.execute(_SAMPLED, (monday,)).fetchone():
            since = stamp(clock.now() - timedelta(days=7))
            rows = db.conn.execute(_TO_SAMPLE, (since,)).fetchall()
            drawn = sorted(rows, key=lambda row: _lot(monday, row[1]))[:most]
            db.conn.executemany(_MARK, [(monday, *row) for row in drawn])
            if drawn:
                details = {"listings": [listing_id for _benign, listing_id in drawn]}
                audit.write(
                    db,
                    clock=clock,
                    who="sample",
                    did="benign.sampled",
                    what=monday,
                    details=details,
                )
    return [Sampled(*row) for row in db.conn.execute(_SAMPLED, (monday,))]


def _lot(monday: str, listing_id: str) -> str:
    return hashlib.sha256(f"{monday}\0{listing_id}".encode()).hexdigest()


def _end(db: Database, benign_id: int, *, by: str, why: str, clock: Clock, did: str) -> None:
    db.conn.execute(_END, (stamp(clock.now()), by, why, benign_id))
    audit.write(db, clock=clock, who=by, did=did, what=f"benign {benign_id}", details={"why": why})


def _check_end(today: date, until: date) -> None:
    if not today <= until <= today + timedelta(days=LONGEST_DAYS):
        raise BadInput(
            "--until",
            _("到期日 {until} 不行").format(until=until.isoformat()),
            _("从今天起，最长 {most} 天").format(most=LONGEST_DAYS),
        )


def _checked_value(kind: str, value: str) -> str:
    if kind not in KINDS:
        raise BadInput("KIND", _("没有“{kind}”这一类").format(kind=kind), ", ".join(KINDS))
    if not value or len(value) > _LONGEST_VALUE:
        raise BadInput("VALUE", _("为空或过长"), _("写明是谁、哪个来源或什么字句"))
    if kind == SELLER and not all(value.partition(":")[::2]):
        raise BadInput("VALUE", _("“{value}”不是卖家").format(value=value), "huapiao:u77")
    if kind == SOURCE and ":" in value:
        raise BadInput("VALUE", _("“{value}”不是来源").format(value=value), "huapiao")
    if kind == PHRASE and len(plain(value)) < _SHORTEST_PHRASE:
        raise BadInput(
            "VALUE",
            _("“{value}”太短，会放过太多").format(value=value),
            _("至少 {least} 个字").format(least=_SHORTEST_PHRASE),
        )
    return value


def _to_be_read_again(db: Database, entry: Entry) -> int:
    source = "" if entry.kind == PHRASE else entry.value.partition(":")[0]
    rows = db.conn.execute(_QUEUED, {"source": source}).fetchall()
    meant = [
        (listing_id,)
        for listing_id, content in rows
        if entry.speaks_of(listings.from_json(content))
    ]
    db.conn.executemany(_READ_AGAIN, meant)
    return len(meant)


def _kept(db: Database, benign_id: int, today: date) -> Kept:
    row = db.conn.execute(_KEPT, {"benign_id": benign_id or -1}).fetchone()
    if row is None:
        raise NotFound(f"benign {benign_id}", _("白名单里没有这一条"), "shouyi lexicon benign list")
    return _row(row, today)


def _row(row: tuple[Any, ...], today: date) -> Kept:
    number, kind, value, reason, until, by, at, ended, ended_by, why, *counts = row
    is_over = until < today.isoformat()
    state = (
        "retired" if ended and why != "expired" else "expired" if is_over or ended else "working"
    )
    entry = Entry(number, kind, value, reason, until)
    return Kept(entry, state, by, at, ended or "", ended_by, why, *counts)
