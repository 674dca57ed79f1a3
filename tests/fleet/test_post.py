"""The post between workers, and the slots of hosts, on a real Redis."""

import pytest

from crawlers.fleet.post import DEAD, MOST_DELIVERIES, READ, Post, connect
from crawlers.fleet.slots import Slots
from pipeline.base.errors import BadInput
from pipeline.base.settings import read_settings

LEASE = 0.05


@pytest.fixture
def post(client):
    """Return the post of a worker of any name; its lease is a moment."""
    return lambda name, lease=LEASE: Post(client, name, lease)


def test_a_letter_that_is_not_given_back_is_taken_over(post, client, until):
    """Killed with it in hand: after the lease somebody else has it, and once only."""
    client.xadd(READ, {"run_id": "r"})
    until(lambda: post("first").take(READ, count=5), "the first has it")

    found = []
    until(lambda: found.extend(post("second").take(READ, count=5)) or found, "the second has it")
    post("second").give_back(found)

    assert ["r"] == [letter.said["run_id"] for letter in found]
    assert 0 == client.xlen(READ)


def test_a_letter_on_which_a_worker_still_works_is_left_to_it(post, client):
    """Its lease is renewed: nobody else is given it."""
    client.xadd(READ, {"run_id": "r"})
    worker = post("first", 3600)
    (letter,) = worker.take(READ, count=1)

    worker.keep(READ, [letter.number])

    assert [] == post("second", 3600).take(READ, count=1)


def test_what_is_handed_on_and_what_is_given_back_are_one(post, client):
    """A transaction that fails leaves the letter where it was."""
    client.xadd(READ, {"run_id": "r"})
    worker = post("first", 3600)
    (letter,) = worker.take(READ, count=1)

    with pytest.raises(Exception, match="wrong number"):
        worker.give_back([letter], also=[("XADD", DEAD)])

    assert 1 == client.xlen(READ)


def test_a_letter_that_kills_whoever_takes_it_is_buried(post, client, until):
    """After so many deaths it goes to the dead letters, with the reason, and never comes back."""
    client.xadd(READ, {"run_id": "r", "url": "http://127.0.0.1/x"})

    for number in range(MOST_DELIVERIES):
        worker = post(f"worker-{number}", 0.001)
        until(lambda worker=worker: worker.take(READ, count=1), "it is taken once more")
    until(lambda: not post("last", 0.001).take(READ, count=1) and client.xlen(DEAD), "buried")

    ((_, said),) = client.xrange(DEAD)
    assert ("http://127.0.0.1/x", "read") == (said["url"], said["job"])
    assert "none came back" in said["because"]
    assert 0 == client.xlen(READ)


def test_a_page_that_is_out_is_not_sent_twice(post, client):
    """Sending again what may be lost is safe: what is not lost stays one."""
    worker = post("ledger")

    worker.publish("run-1", [(1, "{}"), (2, "{}")])
    worker.publish("run-1", [(2, "{}"), (3, "{}")])

    assert 3 == client.xlen("shouyi:pages:run-1")


def test_a_host_is_asked_at_one_pace_by_all(client):
    """Four seconds between pages, whoever asks; another host has its own slot."""
    first, second = Slots(client, "first"), Slots(client, "second")
    pace = {"at_once": 1, "gap_seconds": 4.0, "hold_seconds": 60.0}

    assert 0.0 == first.ask("a:80", 1, **pace)
    first.leave("a:80", 1)

    assert 2.0 < second.ask("a:80", 2, **pace) <= 4.0
    assert 0.0 == second.ask("b:80", 2, **pace)


def test_no_more_at_once_than_the_source_allows_whoever_asks(client):
    """Two of each other's pages in flight: the third waits until one has landed."""
    first, second = Slots(client, "first"), Slots(client, "second")
    pace = {"at_once": 2, "gap_seconds": 0.0, "hold_seconds": 60.0}
    assert [0.0, 0.0] == [first.ask("a:80", 1, **pace), second.ask("a:80", 2, **pace)]

    assert first.ask("a:80", 3, **pace) > 0
    second.leave("a:80", 2)
    assert 0.0 == first.ask("a:80", 3, **pace)


def test_a_host_that_wants_to_be_left_alone_is_left_alone_by_all(client):
    """Retry-After told to one worker counts for the other; the longer of two counts."""
    Slots(client, "first").pause("a:80", 30)
    Slots(client, "first").pause("a:80", 5)

    wait = Slots(client, "second").ask("a:80", 1, at_once=9, gap_seconds=0, hold_seconds=9)

    assert 20 < wait <= 30


def test_a_worker_without_redis_says_so_and_does_nothing(settings, monkeypatch, redis_, tmp_path):
    """None is set; nobody listens; the password is wrong: one sentence each, what to do in it."""
    with pytest.raises(BadInput, match="no Redis is set"):
        connect(settings)
    for url, match in (("redis://127.0.0.1:1/0", "refused"), (redis_.url, "Authentication")):
        monkeypatch.setenv("SHOUYI_REDIS_URL", url)
        with pytest.raises(BadInput, match=match):
            connect(read_settings(tmp_path))


def test_the_password_of_redis_may_lie_in_a_file(monkeypatch, redis_, tmp_path):
    """No password in an address, where it would end up in a log."""
    (tmp_path / "secret").write_text("open sesame\n", encoding="utf-8")
    monkeypatch.setenv("SHOUYI_REDIS_URL", redis_.url)
    monkeypatch.setenv("SHOUYI_REDIS_PASSWORD_FILE", str(tmp_path / "secret"))

    client = connect(read_settings(tmp_path))

    assert client.ping()
    client.close()
