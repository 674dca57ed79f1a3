"""A third party's time: asked until granted, checked offline, and never imagined."""

import shutil
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from evidence import stamp
from evidence.package.build import Order, export
from evidence.stamped import check
from evidence.verify import verify, verify_all
from pipeline.base.clock import HeldClock
from pipeline.base.errors import BrokenSeal
from pipeline.store.open import open_store
from tests.evidence.conftest import Keeper
from tests.evidence.packages import by_script, by_shell
from tests.evidence.time_authority import Served, end_soon, make_certificates, openssl


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A good authority's certificates, and those of a stranger."""
    folder = tmp_path_factory.mktemp("authorities")
    make_certificates(folder / "good")
    make_certificates(folder / "stranger")
    return folder


@pytest.fixture
def authority(certificates):
    """The good authority, at work."""
    with Served(certificates / "good") as served:
        yield served


@pytest.fixture
def clock():
    """An authority's clock is the real one; ours must be near it."""
    return HeldClock(datetime.now(UTC))


@pytest.fixture
def home(settings, clock, authority, certificates) -> Keeper:
    """A home that trusts this authority and asks it."""
    settings.authorities.mkdir(parents=True)
    shutil.copy(certificates / "good" / "root.pem", settings.authorities)
    return Keeper(settings.model_copy(update={"time_stamp_authorities": (authority.url,)}), clock)


def ask(keeper, *, at_once=False):
    db = open_store(keeper.settings.database)
    with closing(db.conn):
        return stamp.ask_all(db, keeper.settings, clock=keeper.clock, at_once=at_once)


def all_problems(keeper):
    return [problem for one in verify_all(keeper.settings.home) for problem in one.problems]


@pytest.mark.parametrize("certs", ["in-order.pem", "out-of-order.pem"])
def test_a_snapshot_is_stamped_beside_its_folder(home, authority, certs):
    """The raw answer lies beside, the folder is as it was, and nobody is asked twice."""
    authority.certs = certs
    kept = home.keep()
    before = {file.name: file.read_bytes() for file in kept.folder.iterdir()}
    assert verify(kept.folder).timestamp is None

    (asked,) = ask(home)

    beside = home.shelf.folder / f"{kept.snapshot_id}.tsr"
    assert ("granted", authority.answers[0]) == (asked.state, beside.read_bytes())
    assert before == {file.name: file.read_bytes() for file in kept.folder.iterdir()}
    assert "+08:00" in verify(kept.folder).timestamp
    assert [] == ask(home)
    assert [] == all_problems(home)


def test_an_answer_checks_with_plain_openssl(home, certificates):
    """Who distrusts us needs no program of ours."""
    kept = home.keep()
    ask(home)
    answer = home.shelf.folder / f"{kept.snapshot_id}.tsr"

    words = ("-in", answer, "-data", kept.folder / "manifest.json")
    assert b"OK" in openssl("ts", "-verify", *words, "-CAfile", certificates / "good/root.pem")


def test_a_second_authority_answers_into_a_file_of_its_own(home, certificates):
    """Two testify better than one."""
    kept = home.keep()
    with Served(certificates / "good") as second:
        both = (*home.settings.time_stamp_authorities, second.url)
        two = Keeper(home.settings.model_copy(update={"time_stamp_authorities": both}), home.clock)
        assert ["granted", "granted"] == [asked.state for asked in ask(two)]

    assert (home.shelf.folder / f"{kept.snapshot_id}.2.tsr").is_file()
    assert 2 == verify(kept.folder).timestamp.count("+08:00")


def turned(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


BAD_ANSWERS = {
    "torn": (lambda _q, answer: answer[:-40], ""),
    "no answer at all": (lambda _q, _a: b"<html>busy</html>", "不是时间戳"),
    "its signature is not its own": (lambda _q, answer: turned(answer, -3), ""),
}


@pytest.mark.parametrize("how", BAD_ANSWERS)
def test_what_is_no_stamp_is_kept_as_refused_and_asked_again(home, authority, how):
    """Never shown as stamped; the raw answer is kept; the next try comes after a pause."""
    authority.how, words = BAD_ANSWERS[how]
    kept = home.keep()

    (asked,) = ask(home)

    assert "refused" == asked.state
    assert words in asked.because
    assert verify(kept.folder).timestamp is None
    assert [] == ask(home), "not yet"
    authority.how = lambda _question, answer: answer
    home.clock.move(minutes=1)
    assert ["granted"] == [one.state for one in ask(home)]
    db = open_store(home.settings.database)
    with closing(db.conn):
        rows = db.conn.execute("select state, answer is null from time_stamp_asks").fetchall()
        assert [("refused", 0), ("granted", 1)] == rows
        assert 0 == stamp.waiting(db, home.settings)


def test_an_authority_that_does_not_answer_is_asked_with_growing_pauses(home, authority):
    """Down for a while: 1, 2, 4 ... minutes, at most six hours; then granted."""
    authority.status = 503
    home.keep()
    asked_after = []

    for minute in range(64):
        if ask(home):
            asked_after.append(minute)
        home.clock.move(minutes=1)

    assert [0, 1, 3, 7, 15, 31, 63] == asked_after
    authority.status = 200
    home.clock.move(minutes=-64)
    assert ["granted"] == [one.state for one in ask(home, at_once=True)]


def test_an_answer_sent_a_second_time_is_no_answer(home, authority):
    """A replayed answer does not carry our nonce, or is of another manifest."""
    home.keep()
    ask(home)
    first = authority.answers[0]
    authority.how = lambda _question, _answer: first
    kept = home.keep()

    (asked,) = ask(home)

    assert ("refused", None) == (asked.state, verify(kept.folder).timestamp)


def test_an_authority_whose_clock_is_off_is_not_believed(home):
    """One of the two clocks is wrong; neither is shown as a trusted time."""
    kept = home.keep()
    for hours in (1, -2):
        home.clock.move(hours=hours)

        (asked,) = ask(home, at_once=True)

        assert ("refused", None) == (asked.state, verify(kept.folder).timestamp)
        assert "必有一个不准" in asked.because
        assert 3600 == pytest.approx(abs(asked.offset_seconds), abs=60)


def test_a_stamp_from_before_the_capture_is_a_contradiction(home, clock):
    """A manifest cannot have existed an hour before its page was seen."""
    clock.move(hours=1)
    kept = home.keep()
    clock.move(hours=-1)
    ask(home)

    assert [f"{kept.snapshot_id}.tsr：时间戳早于固定的时间，必有一个时钟不准"] == list(
        verify(kept.folder).problems
    )


def test_a_certificate_of_a_root_that_we_do_not_trust_is_refused(settings, clock, certificates):
    """Well made, and by a stranger."""
    settings.authorities.mkdir(parents=True)
    shutil.copy(certificates / "good" / "root.pem", settings.authorities)
    with Served(certificates / "stranger") as authority:
        urls = {"time_stamp_authorities": (authority.url,)}
        keeper = Keeper(settings.model_copy(update=urls), clock)
        for certs in ("in-order.pem", "out-of-order.pem"):
            authority.certs = certs
            keeper.keep()

            asked = ask(keeper)[-1]

            assert "refused" == asked.state
            assert "时间戳的证书不出自我们信任的根证书，或当时无效" == asked.because


def test_exchanged_stamps_are_found(home):
    """Each of two answers beside the other's folder: both named."""
    first, second = home.keep(), home.keep()
    ask(home)
    one, other = (home.shelf.folder / f"{kept.snapshot_id}.tsr" for kept in (first, second))
    aside = one.read_bytes()
    one.unlink()
    other.rename(one)
    other.write_bytes(aside)

    problems = all_problems(home)

    assert sorted(f"{file.name}：时间戳不是这份清单的" for file in (one, other)) == problems


def test_a_stamp_that_was_taken_away_is_missed(home):
    """The database knows that it was granted."""
    kept = home.keep()
    ask(home)
    (home.shelf.folder / f"{kept.snapshot_id}.tsr").unlink()

    assert [f"{kept.snapshot_id}.tsr：时间戳不见了"] == all_problems(home)


def test_without_a_root_at_hand_a_stamp_is_not_claimed(home, tmp_path):
    """Carried elsewhere without the certificate: a note, no fault, and no time."""
    kept = home.keep()
    ask(home)
    shutil.copytree(home.shelf.folder, tmp_path / "a" / "b", ignore=shutil.ignore_patterns(".*"))

    verdict = verify(tmp_path / "a" / "b" / kept.snapshot_id)

    assert (True, None) == (verdict.is_ok, verdict.timestamp)
    assert "未核对" in verdict.notes[0]
    trusted = verify(verdict.path, authorities=home.settings.authorities)
    assert "+08:00" in trusted.timestamp


def stamped_by_what_ends_soon(settings, clock, folder, seconds):
    """Return a snapshot stamped twice, by certificates in and out of order, and when they end."""
    make_certificates(folder)
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
    end_soon(folder, at=ends)
    shutil.copy(folder / "root.pem", settings.authorities)
    with Served(folder) as one, Served(folder) as two:
        two.certs = "out-of-order.pem"
        urls = {"time_stamp_authorities": (one.url, two.url)}
        keeper = Keeper(settings.model_copy(update=urls), clock)
        kept = keeper.keep()
        is_granted = {"granted"} == {asked.state for asked in ask(keeper)}
    return (kept, ends) if is_granted else None


def test_a_certificate_that_ended_since_does_not_undo_its_stamp(settings, tmp_path, clock):
    """What was good when it was signed stays good for ever; in whatever order it was sent."""
    settings.authorities.mkdir(parents=True)
    # a machine that is busy needs longer than the certificate lives: then one that lives longer
    tries = (
        stamped_by_what_ends_soon(settings, clock, tmp_path / f"short-{seconds}", seconds)
        for seconds in (3, 20, 60)
    )
    kept, ends = next(one for one in tries if one)

    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 1)

    verdict = verify(kept.folder)
    assert ((), 2) == (verdict.problems, verdict.timestamp.count("+08:00"))
    db = open_store(settings.database)
    with closing(db.conn):
        order = Order(what=(kept.snapshot_id,), title="x", by="li")
        package = export(db, settings, order, out=tmp_path / "x", clock=clock).folder
    for code, said in (by_shell(package), by_script(package)):
        assert 0 == code, said


def test_without_roots_nothing_is_trusted(home, authority):
    """No certificate of ours: no time."""
    home.keep()
    ask(home)

    with pytest.raises(BrokenSeal, match="根证书"):
        check(authority.answers[0], b"x", [])


@pytest.mark.parametrize("left", [None, b"", b"[", b"{}"])
def test_a_stamp_of_a_manifest_that_is_gone_testifies_nothing(home, left):
    """The home is verified to its end all the same, and both are named."""
    kept = home.keep()
    ask(home)
    listing = kept.folder / "manifest.json"
    listing.unlink()
    if left is not None:
        listing.write_bytes(left)

    problems = all_problems(home)

    assert any("manifest.json" in problem for problem in problems)
    assert any(f"{kept.snapshot_id}.tsr" in problem for problem in problems)
