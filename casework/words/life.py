"""The life of a word: draft -> shadow -> accepted -> rolled back. A person decides each step.

The decision is a row; the files of the own word list follow it (:func:`settle`), so that a
program killed between the two finds what is still to be written. Old judgements stay: what
is stored is read again by :mod:`pipeline.rescore`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from casework import people, rights
from casework.rights import Action
from casework.words.changes import Change, State, get, line_json, lines_of, unwritten
from keywords import changes
from keywords.changes import Line
from keywords.lexicon import Lexicon, LexiconError, load
from keywords.rows import Row
from keywords.tables import form_of
from pipeline.base.clock import Clock, stamp
from pipeline.base.errors import BadInput, Conflict
from pipeline.base.language import _
from pipeline.base.settings import Settings, shipped
from pipeline.score import load_lexicon
from pipeline.store import audit
from pipeline.store.open import Database
from pipeline.store.text import storable

AT_THE_MACHINE = "command line"
"""Who drafts on the command line without a name; to decide takes one."""
_LONGEST_WHY = 500
_ADD = """
    insert into lexicon_changes (state, origin, lines, because, made_by, made_at, state_at)
    values ('draft', ?, ?, ?, ?, ?, ?) returning change_id
"""
_STEP = "insert into lexicon_steps (change_id, at, who, did, why) values (?, ?, ?, ?, ?)"
_DECISIONS = """
    select coalesce(max(step_id), 0) from lexicon_steps where did in ('accepted', 'rolled_back')
"""
_LATER = """
    select c.change_id, c.lines from lexicon_changes as c
     where c.state = 'accepted' and c.change_id <> :change_id
       and (select max(step_id) from lexicon_steps as s
             where s.change_id = c.change_id and s.did = 'accepted')
         > (select max(step_id) from lexicon_steps as s
             where s.change_id = :change_id and s.did = 'accepted')
"""

_FROM: dict[State, frozenset[State]] = {
    State.SHADOW: frozenset({State.DRAFT}),
    State.ACCEPTED: frozenset({State.DRAFT, State.SHADOW}),
    State.REFUSED: frozenset({State.DRAFT, State.SHADOW}),
    State.ROLLED_BACK: frozenset({State.ACCEPTED}),
}


def check(rows: Sequence[Row], settings: Settings) -> tuple[tuple[Line, ...], str]:
    """Return the lines of a change, and the version of the lexicon that it would make.

    Raises:
        BadInput: a line cannot stand, alone or beside the others; nothing was written.
    """
    with _told_as_input():
        now = load_lexicon(settings)
        lines = changes.checked(rows, now)
        return lines, staged_lexicon(lines, settings, now).version


def staged_lexicon(lines: Sequence[Line], settings: Settings, now: Lexicon) -> Lexicon:
    """Return the lexicon as a change would leave it; nothing is written in the home.

    Raises:
        BadInput: the words contradict one another.
    """
    with _told_as_input(), changes.staged(lines, settings.own_lexicon, now.fold) as folder:
        return load(shipped("lexicon"), own=folder, cache=settings.product_cache)


def draft(
    db: Database,
    settings: Settings,
    rows: Sequence[Row],
    *,
    by: str,
    why: str,
    clock: Clock,
    origin: str = "person",
    because: Mapping[str, Any] | None = None,
) -> Change:
    """Keep a proposed change; it touches nothing yet.

    Raises:
        BadInput: a line cannot stand, or that person proposes no words.
    """
    check_actor(db, by, Action.PROPOSE_WORDS)
    why = checked_why(why)
    lines, _version = check(rows, settings)
    now = stamp(clock.now())
    told = storable(json.dumps(dict(because or {}), ensure_ascii=False))
    with db.atomic():
        values = (origin, line_json(lines), told, by, now, now)
        (number,) = db.conn.execute(_ADD, values).fetchone()
        _step(db, number, by=by, did="drafted", why=why, clock=clock, lines=lines)
    return get(db, number)


def edit(
    db: Database,
    settings: Settings,
    change_id: int,
    rows: Sequence[Row],
    *,
    by: str,
    why: str,
    clock: Clock,
) -> Change:
    """Write the lines of a draft anew.

    Raises:
        BadInput: a line cannot stand, or it is no draft any more.
    """
    check_actor(db, by, Action.PROPOSE_WORDS)
    why = checked_why(why)
    lines, _version = check(rows, settings)
    with db.atomic():
        change = get(db, change_id)
        if change.state is not State.DRAFT:
            raise _wrong_state(change)
        sql = "update lexicon_changes set lines = ? where change_id = ?"
        db.conn.execute(sql, (line_json(lines), change_id))
        _step(db, change_id, by=by, did="edited", why=why, clock=clock, lines=lines)
    return get(db, change_id)


def shadow(db: Database, change_id: int, *, by: str, why: str, clock: Clock) -> Change:
    """Let a draft run beside the lexicon: each night counts what it would have done.

    Raises:
        BadInput: there is no such draft, or that person decides no words.
    """
    return _move(db, change_id, State.SHADOW, by=by, why=why, clock=clock)


def refuse(db: Database, change_id: int, *, by: str, why: str, clock: Clock) -> Change:
    """Refuse a change; a proposal comes back only with new evidence.

    Raises:
        BadInput: there is none to refuse, or that person decides no words.
    """
    return _move(db, change_id, State.REFUSED, by=by, why=why, clock=clock)


def accept(
    db: Database, settings: Settings, change_id: int, *, by: str, why: str, clock: Clock
) -> Change:
    """Put a change into the own word list. What is stored is read again by the caller, or tonight.

    Raises:
        BadInput: it can no longer stand beside the lexicon of today.
        Conflict: another change was decided meanwhile.
    """
    check_actor(db, by, Action.DECIDE_WORDS)
    why = checked_why(why)
    settle(db, settings)
    (decided,) = db.conn.execute(_DECISIONS).fetchone()
    change = get(db, change_id)
    _must_be_able(change, State.ACCEPTED)
    with _told_as_input(f"change {change_id}"):
        now = load_lexicon(settings)
        lines = changes.checked([changes.typed(line) for line in change.lines], now)
        made = staged_lexicon(lines, settings, now)
    with db.atomic():
        if db.conn.execute(_DECISIONS).fetchone() != (decided,) or get(db, change_id) != change:
            raise Conflict(f"change {change_id}", _("此间词库有了别的变化"), _("请重试"))
        undo = changes.undoing(lines, settings.own_lexicon, now.fold)
        db.conn.execute(
            "update lexicon_changes set undo = ?, lexicon = ?, is_written = 0 where change_id = ?",
            (line_json(undo), made.version, change_id),
        )
        _moved(db, change, State.ACCEPTED, by=by, why=why, clock=clock, lexicon=made.version)
    settle(db, settings)
    return get(db, change_id)


def roll_back(
    db: Database, settings: Settings, change_id: int, *, by: str, why: str, clock: Clock
) -> Change:
    """Take an accepted change out again; the words are as they were before it.

    Raises:
        BadInput: it was not accepted, or that person decides no words.
        Conflict: a later change speaks of the same word.
    """
    check_actor(db, by, Action.DECIDE_WORDS)
    why = checked_why(why)
    settle(db, settings)
    now = load_lexicon(settings)
    change = get(db, change_id)
    _must_be_able(change, State.ROLLED_BACK)
    staged_lexicon(change.undo, settings, now)
    with db.atomic():
        change = get(db, change_id)
        _must_be_able(change, State.ROLLED_BACK)
        forms = {form_of(line.term, now.fold) for line in change.lines}
        for later, lines in db.conn.execute(_LATER, {"change_id": change_id}):
            shared = [
                line.term for line in lines_of(lines) if form_of(line.term, now.fold) in forms
            ]
            if shared:
                raise Conflict(
                    f"change {change_id}",
                    _("后来的变更 {later} 也涉及“{word}”").format(later=later, word=shared[0]),
                    _("先撤回 {later}").format(later=later),
                )
        sql = "update lexicon_changes set is_written = 0 where change_id = ?"
        db.conn.execute(sql, (change_id,))
        _moved(db, change, State.ROLLED_BACK, by=by, why=why, clock=clock, lexicon=change.lexicon)
    settle(db, settings)
    return get(db, change_id)


def settle(db: Database, settings: Settings) -> int:
    """Write what was decided and is not yet in the files; return how many changes that were.

    Safe to call at any time, and again: writing a change twice is writing it once.
    """
    if not unwritten(db):
        return 0
    fold = load_lexicon(settings).fold
    with db.atomic():
        waiting = unwritten(db)
        for change in waiting:
            lines = change.lines if change.state is State.ACCEPTED else change.undo
            changes.apply(lines, settings.own_lexicon, fold)
            db.conn.execute(
                "update lexicon_changes set is_written = 1 where change_id = ?", (change.change_id,)
            )
    return len(waiting)


def _move(db: Database, change_id: int, state: State, *, by: str, why: str, clock: Clock) -> Change:
    check_actor(db, by, Action.DECIDE_WORDS)
    why = checked_why(why)
    with db.atomic():
        change = get(db, change_id)
        _must_be_able(change, state)
        _moved(db, change, state, by=by, why=why, clock=clock)
    return get(db, change_id)


def _moved(
    db: Database,
    change: Change,
    state: State,
    *,
    by: str,
    why: str,
    clock: Clock,
    lexicon: str = "",
) -> None:
    db.conn.execute(
        "update lexicon_changes set state = ?, state_at = ? where change_id = ?",
        (state, stamp(clock.now()), change.change_id),
    )
    did = "shadowed" if state is State.SHADOW else str(state)
    _step(
        db,
        change.change_id,
        by=by,
        did=did,
        why=why,
        clock=clock,
        lines=change.lines,
        lexicon=lexicon,
    )


def _step(
    db: Database,
    change_id: int,
    *,
    by: str,
    did: str,
    why: str,
    clock: Clock,
    lines: Sequence[Line],
    lexicon: str = "",
) -> None:
    db.conn.execute(_STEP, (change_id, stamp(clock.now()), by, did, why))
    audit.write(
        db,
        clock=clock,
        who=by,
        did=f"words.{did}",
        what=f"change {change_id}",
        details={"why": why, "lines": [line.told() for line in lines], "lexicon": lexicon},
    )


def _must_be_able(change: Change, state: State) -> None:
    if change.state not in _FROM[state]:
        raise _wrong_state(change)


def _wrong_state(change: Change) -> BadInput:
    return BadInput(
        f"change {change.change_id}",
        _("现在是“{state}”，不能这样做").format(state=change.state.shown),
        _("另起一个变更"),
    )


def check_actor(db: Database, by: str, action: Action) -> None:
    """Let a person pass who may do this.

    Raises:
        NotFound: there is none of that name.
        BadInput: it is another's task.
    """
    if by == AT_THE_MACHINE and action is Action.PROPOSE_WORDS:
        return
    person = people.get(db, by)
    if not rights.allowed(person, action):
        raise BadInput(
            by,
            _("角色是“{role}”，不能做这件事").format(role=person.role.shown),
            _("采纳、试跑、撤回由负责全省的负责人决定"),
        )


def checked_why(why: str, *, option: str = "--why") -> str:
    """Return a reason fit to be kept.

    Raises:
        BadInput: there is none, or it is too long.
    """
    told = storable(why.strip())
    if not told:
        raise BadInput(option, _("没有写理由"), _("用一句话写明为什么"))
    if len(told) > _LONGEST_WHY:
        raise BadInput(option, _("理由过长"), _("不超过 {most} 字").format(most=_LONGEST_WHY))
    return told


@contextmanager
def _told_as_input(where: str = "") -> Iterator[None]:
    try:
        yield
    except LexiconError as error:
        if "heard.csv:" in error.where:
            raise BadInput(
                where or "TERM",
                _("这是最常交易的鸟名之一，不能停用"),
                _("改写它的 strength，或加形近词"),
            ) from error
        raise BadInput(
            f"{where} {error.where}".strip() if where else error.where, error.what, error.mend
        ) from error
