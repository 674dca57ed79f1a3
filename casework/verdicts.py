"""Verdicts: given, never changed. An undo is a row of its own."""

from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from casework import people, reasons, rights
from casework.reasons import Call
from casework.rights import Action
from pipeline.base.clock import BEIJING, Clock, stamp, unstamp
from pipeline.base.errors import BadInput, Conflict, NotFound
from pipeline.base.language import _
from pipeline.listing import ListingId
from pipeline.store import audit, listings
from pipeline.store.listings import Stored
from pipeline.store.open import Database
from pipeline.store.text import storable

LONGEST_NOTE = 4000
LONGEST_PAPER = 120

UNDO_REACHES = 20
"""How many of a person's own decisions can be taken back, newest first; what was decided
together is one."""

_COLUMNS = """
    v.verdict_id, v.listing_id, v.version, v.call, v.reason, v.note, v.given_by, v.at,
    u.given_by, u.at, v.state_before, v.call_before
"""
_FROM = "from verdicts as v left join verdicts as u on u.undoes = v.verdict_id"
_OF = f"""
    select {_COLUMNS} {_FROM}
     where v.listing_id = ? and v.undoes is null order by v.verdict_id
"""
_STANDING = f"""
    select {_COLUMNS} {_FROM}
     where v.listing_id = ? and v.undoes is null and u.verdict_id is null
     order by v.verdict_id desc limit 1
"""
_LAST_BY = f"""
    select {_COLUMNS} {_FROM} left join bulk_verdicts as b on b.verdict_id = v.verdict_id
     where v.given_by = ? and v.undoes is null
       and (b.verdict_id is null or not exists (
            select 1 from bulk_verdicts as later
             where later.bulk_key = b.bulk_key and later.verdict_id > b.verdict_id))
     order by v.verdict_id desc limit {UNDO_REACHES}
"""  # noqa: S608 - constants of ours, no value
_ONE = f"select {_COLUMNS} {_FROM} where v.verdict_id = ?"
_ONCE = "select coalesce(undoes, verdict_id), undoes from verdicts where once_key = ?"
_ADD = """
    insert into verdicts (listing_id, version, call, reason, note, given_by, at, undoes,
                          once_key, state_before, call_before)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning verdict_id
"""
_ADD_PAPERS = "insert into verdict_papers (verdict_id, permit, ring, breeder) values (?, ?, ?, ?)"
_PAPERS_OF = """
    select v.verdict_id, p.permit, p.ring, p.breeder
      from verdicts as v join verdict_papers as p on p.verdict_id = v.verdict_id
     where v.listing_id = ?
"""
_JUDGED = """
    update listings set state = 'judged', call = ?, seen_version = seen_version + 1
     where listing_id = ?
"""
_BACK = """
    update listings set state = ?, call = ?, seen_version = seen_version + 1
     where listing_id = ?
"""


@dataclass(frozen=True, slots=True)
class Papers:
    """What shows that a trade is lawful, as far as it was seen: numbers as they are written."""

    permit: str = ""
    ring: str = ""
    breeder: str = ""

    @property
    def is_any(self) -> bool:
        """Whether anything was noted."""
        return self != Papers()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person decides about a listing; ``reason`` is a code of ``data/reasons.yml``."""

    listing_id: ListingId
    call: Call
    reason: str
    by: str
    note: str = ""
    papers: Papers = Papers()


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict as it was given; ``version`` is of the content that was on the screen."""

    verdict_id: int
    listing_id: ListingId
    version: int
    call: Call
    reason: str
    note: str
    by: str
    at: datetime
    undone_by: str
    undone_at: datetime | None
    state_before: str
    call_before: str

    @property
    def is_undone(self) -> bool:
        """True where it was taken back."""
        return self.undone_at is not None


@dataclass(frozen=True, slots=True)
class _Row:
    call: str
    by: str
    at: str
    once_key: str
    reason: str = ""
    note: str = ""
    undoes: int | None = None


class Overtaken(Conflict):
    """Somebody decided, or the page changed, after this person looked.

    ``standing`` is the verdict that stands now, None where the page changed.
    """

    def __init__(self, where: str, what: str, standing: Given | None, mend: str = "") -> None:
        self.standing = standing
        super().__init__(where, what, mend or _("请重新查看后再决定"))


def give(
    db: Database, verdict: Verdict, *, seen_version: int, clock: Clock, once_key: str = ""
) -> Given:
    """Give a verdict on the listing as it was on the screen: verdict, state, audit at once.

    Args:
        db: the store.
        verdict: what was decided.
        seen_version: ``seen_version`` of the listing that was on the screen.
        clock: tells when.
        once_key: made with the form; the same key again gives the same verdict, not another.

    Raises:
        BadInput: no such listing, person or reason, or that person gives no verdicts.
        Overtaken: the listing is no longer what was on the screen.
    """
    reason = reasons.check(verdict.call, verdict.reason)
    note = storable(verdict.note.strip())
    if len(note) > LONGEST_NOTE:
        raise BadInput("--note", _("备注过长"), _("不超过 {most} 个字符").format(most=LONGEST_NOTE))
    with db.atomic():
        before = _once(db, once_key)
        if before is not None:
            return _same(before, verdict)
        judge = people.who_judges(db, verdict.by)
        listing = listings.get(db, verdict.listing_id)
        rights.check(judge, Action.JUDGE, listing, listing.listing_id)
        if listing.state == "faded":
            raise BadInput(
                listing.listing_id, _("内容已按期限删除，无法研判"), _("等它再次被采集到")
            )
        if listing.seen_version != seen_version:
            raise _overtaken(db, listing)
        now = stamp(clock.now())
        row = _Row(verdict.call, verdict.by, now, once_key, reason=reason.code, note=note)
        number = _append(db, listing, row)
        papers = _papers(verdict)
        if papers.is_any:
            db.conn.execute(_ADD_PAPERS, (number, papers.permit, papers.ring, papers.breeder))
        db.conn.execute(_JUDGED, (verdict.call, listing.listing_id))
        db.conn.execute("delete from holds where listing_id = ?", (listing.listing_id,))
        audit.write(
            db,
            clock=clock,
            who=verdict.by,
            did="verdict.given",
            what=listing.listing_id,
            details={
                "verdict_id": number,
                "call": verdict.call,
                "reason": reason.code,
                "version": listing.version,
                **({"papers": asdict(papers)} if papers.is_any else {}),
            },
        )
        return _one(db, number)


def undo(db: Database, *, by: str, clock: Clock, once_key: str = "") -> Given:
    """Take back the last verdict of a person that still stands; the row stays, marked.

    The listing goes back to where it was before, unless the page has changed since and it
    already waits again. Called again, the one before it is taken back, twenty at most.

    Raises:
        NotFound: there is none left to take back.
        Overtaken: somebody else has judged that listing since.
    """
    with db.atomic():
        before = _once(db, once_key)
        if before is not None:
            return before[0]
        last = next((given for given in last_of(db, by) if not given.is_undone), None)
        if last is None:
            raise NotFound(by, _("没有可撤销的研判结论"))
        return take_back(db, last, by=by, clock=clock, once_key=once_key)


def take_back(db: Database, given: Given, *, by: str, clock: Clock, once_key: str = "") -> Given:
    """Take back one verdict, which must be the one that stands.

    Raises:
        Overtaken: somebody else has judged that listing since.
    """
    with db.atomic():
        judge = people.who_judges(db, by)
        listing = listings.get(db, given.listing_id)
        rights.check(judge, Action.JUDGE, listing, listing.listing_id)
        standing_now = standing(db, given.listing_id)
        if standing_now is None or standing_now.verdict_id != given.verdict_id:
            raise _overtaken(db, listing)
        row = _Row("undone", by, stamp(clock.now()), once_key, undoes=given.verdict_id)
        _append(db, listing, row)
        if listing.state == "judged":
            db.conn.execute(_BACK, (given.state_before, given.call_before, given.listing_id))
        audit.write(
            db,
            clock=clock,
            who=by,
            did="verdict.undone",
            what=given.listing_id,
            details={"verdict_id": given.verdict_id, "call": given.call},
        )
        return _one(db, given.verdict_id)


def one(db: Database, verdict_id: int) -> Given:
    """Return one verdict by its number."""
    return _one(db, verdict_id)


def of(db: Database, listing_id: str) -> list[Given]:
    """Return every verdict on a listing, oldest first, those taken back too."""
    return [_given(row) for row in db.conn.execute(_OF, (storable(listing_id),))]


def standing(db: Database, listing_id: str) -> Given | None:
    """Return the last verdict on a listing that was not taken back."""
    row = db.conn.execute(_STANDING, (storable(listing_id),)).fetchone()
    return _given(row) if row else None


def papers_of(db: Database, listing_id: str) -> dict[int, Papers]:
    """Return what papers were noted with the verdicts on a listing, by the verdict's number."""
    rows = db.conn.execute(_PAPERS_OF, (storable(listing_id),))
    return {number: Papers(*told) for number, *told in rows}


def last_of(db: Database, by: str) -> list[Given]:
    """Return the verdicts of a person that an undo can reach, newest first."""
    return [_given(row) for row in db.conn.execute(_LAST_BY, (storable(by),))]


def _papers(verdict: Verdict) -> Papers:
    """Return the papers fit to be kept; only what is found lawful has any."""
    if verdict.call is not Call.LAWFUL:
        return Papers()
    told = astuple(verdict.papers)
    return Papers(*(storable(" ".join(each.split()))[:LONGEST_PAPER] for each in told))


def _append(db: Database, listing: Stored, row: _Row) -> int:
    values = (
        listing.listing_id,
        listing.version,
        row.call,
        row.reason,
        row.note,
        row.by,
        row.at,
        row.undoes,
        row.once_key or None,
        listing.state,
        listing.call,
    )
    (number,) = db.conn.execute(_ADD, values).fetchone()
    return int(number)


def _once(db: Database, once_key: str) -> tuple[Given, bool] | None:
    """Return what was done under a key, and whether it was an undo."""
    if not once_key:
        return None
    row = db.conn.execute(_ONCE, (once_key,)).fetchone()
    return (_one(db, row[0]), row[1] is not None) if row else None


def _same(before: tuple[Given, bool], verdict: Verdict) -> Given:
    given, was_undo = before
    told = (given.listing_id, given.call, given.reason, given.by)
    if was_undo or told != (verdict.listing_id, verdict.call, verdict.reason, verdict.by):
        raise Overtaken(verdict.listing_id, _("这张表单已经用过"), given)
    return given


def _overtaken(db: Database, listing: Stored) -> Overtaken:
    given = standing(db, listing.listing_id)
    if given is not None and listing.state == "judged":
        what = _("{by} 已于 {at} 判为“{call}”").format(
            by=given.by,
            at=given.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"),
            call=given.call.shown,
        )
        return Overtaken(listing.listing_id, what, given)
    return Overtaken(listing.listing_id, _("在您查看之后有了变化"), None)


def _one(db: Database, verdict_id: int) -> Given:
    return _given(db.conn.execute(_ONE, (verdict_id,)).fetchone())


def _given(row: tuple[Any, ...]) -> Given:
    number, listing_id, version, call, reason, note, by, at, undone_by, undone_at, *was = row
    return Given(
        number,
        listing_id,
        version,
        Call(call),
        reason,
        note,
        by,
        unstamp(at),
        undone_by or "",
        unstamp(undone_at) if undone_at else None,
        *was,
    )
