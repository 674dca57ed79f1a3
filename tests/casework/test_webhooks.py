"""Receivers of new listings: signed, sent again, never to where we do not go, told when dead."""

import json

import pytest

from casework import people, webhooks
from casework.posting import Postman
from pipeline.base.clock import stamp
from pipeline.base.errors import FetchRefused
from pipeline.base.urls import gate_for
from pipeline.store import audit

OURS = "alerts.example:443"
URL = "https://alerts.example/shouyi"


class Receiver:
    """Takes posts, or answers what it is told to."""

    def __init__(self):
        self.status = 200
        self.taken = []

    def __call__(self, url, body, headers):
        """Take one post."""
        if self.status is None:
            raise ConnectionError("refused")
        self.taken.append((url, json.loads(body), headers, body))
        return self.status


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def told(db, clock, receiver):
    """Add a receiver for an operator; return how to deliver to it."""
    people.add(db, "qian", role="operator", password="correct-horse-9", clock=clock)  # noqa: S106
    gate = gate_for([OURS])
    hook = webhooks.add(
        db, URL, owner=people.get(db, "qian"), score_from=60, gate=gate, clock=clock
    )

    def deliver():
        return webhooks.deliver(db, gate=gate, post=receiver, clock=clock)

    deliver.hook = hook
    return deliver


def found(db, clock, n, *, score=90, start=0):
    """Put listings straight into the queue with a score."""
    now = stamp(clock.now())
    with db.atomic():
        for number in range(start, start + n):
            db.table("listings").insert(
                {
                    "listing_id": f"huapiao:{number}",
                    "source": "huapiao",
                    "site_id": str(number),
                    "url": f"https://huapiao.example/{number}",
                    "state": "waiting",
                    "title": "出画眉 电话13804001234",
                    "score": score,
                    "species": '["画眉"]',
                    "lexicon": "t",
                    "read_at": now,
                    "first_seen_at": now,
                    "last_seen_at": now,
                    "content_at": now,
                    "fingerprint": "",
                    "content": "",
                }
            )


def test_each_new_listing_is_posted_once_and_signed(db, clock, told, receiver):
    """Low scores stay at home, contacts are covered, and the signature is over time and body."""
    found(db, clock, 2)
    found(db, clock, 1, score=40, start=10)

    assert {"sent": 2, "failed": 0} == told()
    assert {"sent": 0, "failed": 0} == told()

    url, body, headers, raw = receiver.taken[0]
    assert (URL, "listing.found", 90) == (url, body["event"], body["score"])
    assert "13804001234" not in raw.decode()
    at = headers["X-Shouyi-Timestamp"]
    assert webhooks.signature(told.hook.secret, at, raw) == headers["X-Shouyi-Signature"]


def test_what_is_not_taken_is_sent_again_later(db, clock, told, receiver):
    """A minute, then five: the same listing, until it is taken."""
    found(db, clock, 1)
    receiver.status = 503

    assert {"sent": 0, "failed": 1} == told()
    assert {"sent": 0, "failed": 0} == told()
    clock.move(minutes=1)
    assert {"sent": 0, "failed": 1} == told()
    receiver.status = 204
    clock.move(minutes=5)
    assert {"sent": 1, "failed": 0} == told()
    assert 3 == len(receiver.taken)


def test_a_dead_receiver_is_told_of_and_left_alone(db, clock, told, receiver):
    """Ten in a row not taken: it is in the log and on the list, and gets no more."""
    found(db, clock, 12)
    receiver.status = None

    assert {"sent": 0, "failed": 10} == told()
    assert {"sent": 0, "failed": 0} == told()

    (hook,) = webhooks.all_of(db)
    assert ("dead", 10) == (hook.state, hook.failures)
    assert "ConnectionError" in hook.because
    assert 1 == db.execute("select count(*) from audit where did = 'webhook.died'").fetchone()[0]
    assert [] == audit.verify(db)


def test_no_more_than_so_many_a_minute(db, clock, told, receiver):
    """The rest waits for the next minute; none is lost."""
    found(db, clock, webhooks.A_MINUTE + 5)

    assert webhooks.A_MINUTE == told()["sent"]
    assert 0 == told()["sent"]
    clock.move(minutes=1.1)
    assert 5 == told()["sent"]
    assert webhooks.A_MINUTE + 5 == len({each[1]["listing_id"] for each in receiver.taken})


def test_a_name_that_leads_home_today_is_not_followed(monkeypatch):
    """The address is judged at the moment of connecting, each time."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 443))])
    postman = Postman(gate_for([]))

    with pytest.raises(FetchRefused):
        postman("https://alerts.example/x", b"{}", {})
    postman.close()
