"""Receivers who are told of new listings with a high score.

Each post is signed with the receiver's own secret, so that it can be told from a forged one;
its address passes the gate each time, so that a name that leads elsewhere today is not
followed there. What a receiver does not take is sent again, later and later; a receiver that
takes nothing for long is dead: it gets no more, and its owner is told.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from casework import people, rights
from casework.people import Person
from casework.rights import Action
from pipeline.base.clock import Clock, beijing_iso, stamp, unstamp
from pipeline.base.errors import BadInput, FetchRefused, NotFound
from pipeline.base.language import _
from pipeline.base.urls import Gate
from pipeline.contacts import masked
from pipeline.store import audit
from pipeline.store.open import Database
from pipeline.store.text import storable

WAITS_MINUTES = (1, 5, 30, 120, 720)
"""After each try that was not taken; after the last the post is given up."""

DEAD_AFTER = 10
"""Posts in a row that were not taken."""

A_MINUTE = 30
"""Posts to one receiver in a minute; the rest waits."""

MOST = 20
_AT_ONCE = 200

_COLUMNS = "webhook_id, owner, url, secret, score_from, made_at, state, failures, because"
_ALL = f"select {_COLUMNS} from webhooks where state <> 'off' order by webhook_id"  # noqa: S608 - our own columns
_ADD = """
    insert into webhooks (owner, url, secret, score_from, made_at, state_at)
    values (?, ?, ?, ?, ?, ?) returning webhook_id
"""
_OFF = "update webhooks set state = 'off', state_at = ? where webhook_id = ? and state <> 'off'"
_NEW = """
    insert into webhook_posts (webhook_id, listing_id, state, next_at, at)
    select :webhook_id, l.listing_id, 'due', :now, :now from listings as l
     where l.state = 'waiting' and l.score >= :score_from and l.first_seen_at >= :made_at
       and not exists (select 1 from webhook_posts as p
                        where p.webhook_id = :webhook_id and p.listing_id = l.listing_id)
"""
_DUE = """
    select p.listing_id, p.tries, l.score, l.title, l.species, l.source, l.url, l.place_code,
           l.first_seen_at
      from webhook_posts as p join listings as l on l.listing_id = p.listing_id
     where p.webhook_id = ? and p.state = 'due' and p.next_at <= ?
     order by l.score desc, p.listing_id limit ?
"""
_SENT_SINCE = """
    select count(*) from webhook_posts
     where webhook_id = ? and tries > 0 and at > ?
"""
_NOTE = """
    update webhook_posts set state = ?, tries = tries + 1, next_at = ?, at = ?
     where webhook_id = ? and listing_id = ?
"""
_NOT_HIS = """
    update webhook_posts set state = 'failed' where webhook_id = ? and listing_id = ?
"""
_STATE = """
    update webhooks set failures = ?, because = ?, state = ?, state_at = ? where webhook_id = ?
"""
_COUNTS = "select state, count(*) from webhook_posts where webhook_id = ? group by state"

Post = Callable[[str, bytes, dict[str, str]], int]
"""Sends a body to an address; returns the status of the answer, or raises OSError."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver; ``state``: on, dead, off."""

    webhook_id: int
    owner: str
    url: str
    secret: str
    score_from: int
    made_at: str
    state: str
    failures: int
    because: str


def add(
    db: Database, url: str, *, owner: Person, score_from: int, gate: Gate, clock: Clock
) -> Webhook:
    """Add a receiver; it hears of what is found from now on.

    Raises:
        FetchRefused: its address is none that the gate lets pass.
        BadInput: there are too many already.
    """
    address = storable(url.strip())
    gate.check(address)
    now = stamp(clock.now())
    with db.atomic():
        if len(all_of(db)) >= MOST:
            raise BadInput("webhooks", _("接收地址太多"), _("先停用不用的"))
        values = (owner.name, address, secrets.token_urlsafe(32), score_from, now, now)
        (number,) = db.conn.execute(_ADD, values).fetchone()
        details = {"url": address, "score_from": score_from}
        audit.write(
            db,
            clock=clock,
            who=owner.name,
            did="webhook.added",
            what=str(number),
            details=details,
        )
    return next(each for each in all_of(db) if each.webhook_id == number)


def all_of(db: Database, owner: str = "") -> list[Webhook]:
    """Return the receivers of somebody, or of all; those put off are left out."""
    return [Webhook(*row) for row in db.conn.execute(_ALL) if owner in {"", row[1]}]


def counts_of(db: Database, webhook_id: int) -> dict[str, int]:
    """Return how many posts are sent, due, failed."""
    return {"sent": 0, "due": 0, "failed": 0, **dict(db.conn.execute(_COUNTS, (webhook_id,)))}


def remove(db: Database, webhook_id: int, *, by: Person, clock: Clock) -> None:
    """Tell a receiver nothing more.

    Raises:
        NotFound: there is none, or it is another person's.
    """
    with db.atomic():
        if webhook_id not in {each.webhook_id for each in all_of(db, by.name)}:
            raise NotFound(str(webhook_id), _("没有这个接收地址，或者已经停用"))
        db.conn.execute(_OFF, (stamp(clock.now()), webhook_id))
        audit.write(db, clock=clock, who=by.name, did="webhook.removed", what=str(webhook_id))


def deliver(db: Database, *, gate: Gate, post: Post, clock: Clock) -> dict[str, int]:
    """Tell every receiver what is new for it; return how many were sent and how many not.

    Nothing is held locked while a receiver is waited for.
    """
    done = {"sent": 0, "failed": 0}
    for hook in all_of(db):
        owner = people.get(db, hook.owner)
        if hook.state != "on" or not rights.allowed(owner, Action.HOOKS):
            continue
        now = stamp(clock.now())
        with db.atomic():
            db.conn.execute(
                _NEW,
                {
                    "webhook_id": hook.webhook_id,
                    "score_from": hook.score_from,
                    "made_at": hook.made_at,
                    "now": now,
                },
            )
        _deliver(db, hook, owner, gate=gate, post=post, clock=clock, done=done)
    return done


def signature(secret: str, at: str, body: bytes) -> str:
    """Return what stands in ``X-Shouyi-Signature``: HMAC-SHA256 over time, a dot, the body."""
    return (
        "sha256=" + hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    )


def _deliver(
    db: Database,
    hook: Webhook,
    owner: Person,
    *,
    gate: Gate,
    post: Post,
    clock: Clock,
    done: dict[str, int],
) -> None:
    now = clock.now()
    since = stamp(now - timedelta(minutes=1))
    (recent,) = db.conn.execute(_SENT_SINCE, (hook.webhook_id, since)).fetchone()
    left = max(0, A_MINUTE - recent)
    rows = db.conn.execute(_DUE, (hook.webhook_id, stamp(now), min(left, _AT_ONCE))).fetchall()
    failures = hook.failures
    for listing_id, tries, *told in rows:
        if not rights.is_within(owner, told[5]):
            with db.atomic():
                db.conn.execute(_NOT_HIS, (hook.webhook_id, listing_id))
            continue
        because = _sent(hook, listing_id, told, gate=gate, post=post, clock=clock)
        failures = failures + 1 if because else 0
        is_dead = failures >= DEAD_AFTER
        done["failed" if because else "sent"] += 1
        with db.atomic():
            is_over = bool(because) and tries >= len(WAITS_MINUTES)
            state = "failed" if is_over else "due" if because else "sent"
            wait = WAITS_MINUTES[min(tries, len(WAITS_MINUTES) - 1)] if because else 0
            _note(db, hook, listing_id, state, clock, wait_minutes=wait)
            values = (failures, because, "dead" if is_dead else "on", stamp(clock.now()))
            db.conn.execute(_STATE, (*values, hook.webhook_id))
            if is_dead:
                audit.write(
                    db,
                    clock=clock,
                    who="webhooks",
                    did="webhook.died",
                    what=str(hook.webhook_id),
                    details={"because": because, "owner": hook.owner},
                )
        if is_dead:
            return


def _note(
    db: Database, hook: Webhook, listing_id: str, state: str, clock: Clock, *, wait_minutes: int = 0
) -> None:
    now = clock.now()
    following = stamp(now + timedelta(minutes=wait_minutes))
    with db.atomic():
        db.conn.execute(_NOTE, (state, following, stamp(now), hook.webhook_id, listing_id))


def _sent(
    hook: Webhook, listing_id: str, told: list[Any], *, gate: Gate, post: Post, clock: Clock
) -> str:
    """Send one; return why it was not taken, "" where it was."""
    score, title, species, source, url, place_code, first_seen_at = told
    at = beijing_iso(clock.now())
    body = json.dumps(
        {
            "event": "listing.found",
            "at": at,
            "listing_id": listing_id,
            "score": score,
            "title": masked(title),
            "species": json.loads(species),
            "source": source,
            "url": url,
            "place_code": place_code,
            "first_seen_at": beijing_iso(unstamp(first_seen_at)),
        },
        ensure_ascii=False,
    ).encode("utf-8", "replace")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-Shouyi-Timestamp": at,
        "X-Shouyi-Signature": signature(hook.secret, at, body),
        "X-Shouyi-Delivery": f"{hook.webhook_id}:{listing_id}".encode("ascii", "replace").decode(),
    }
    try:
        gate.check(hook.url)
        status = post(hook.url, body, headers)
    except FetchRefused:
        return _("地址不再通过检查")
    except OSError as error:
        return _("连不上：{why}").format(why=type(error).__name__)
    return "" if 200 <= status < 300 else _("对方回答 {status}").format(status=status)  # noqa: PLR2004 - taken
