"""A log-in is kept encrypted, watched, and used no more once a site refused it."""

import json
from datetime import timedelta

import pytest

from pipeline.base.clock import stamp
from pipeline.base.errors import BadInput
from pipeline.sessions import Session, Sessions, only_of_site, state_of_file

SECRET = "s3cret-of-li"  # noqa: S105 - made up


def cookie(**changes):
    plain = {"name": "sid", "value": SECRET, "domain": ".huapiao.example", "path": "/"}
    return {**plain, "expires": -1.0, "httpOnly": True, "secure": True, **changes}


def saved(clock, *cookies, **changes):
    state = {"cookies": list(cookies) or [cookie()], "origins": []}
    return Session(
        source="huapiao", state=state, saved_at=stamp(clock.now()), saved_by="li", **changes
    )


@pytest.fixture
def sessions(settings):
    return Sessions(settings.home / "sessions", settings.keys)


def test_what_lies_on_the_disk_says_nothing(sessions, clock):
    """No name, no value; nobody else may read it; and it comes back as it was."""
    session = saved(clock)

    sessions.save(session)

    file = sessions.folder / "huapiao.session"
    assert SECRET.encode() not in file.read_bytes()
    assert b"huapiao" not in file.read_bytes()
    assert (0o600, 0o600) == tuple(
        one.stat().st_mode & 0o777 for one in (file, sessions.keys / "sessions.key")
    )
    assert (session, ["huapiao"]) == (sessions.of("huapiao"), sessions.names())
    assert sessions.of("another") is None
    assert (True, False) == (sessions.forget("huapiao"), sessions.forget("huapiao"))


@pytest.mark.parametrize("harm", ["passphrase", "byte", "key gone", "key open"])
def test_what_cannot_be_opened_is_told(sessions, clock, harm):
    """Another passphrase, a damaged file, a key that is gone or that all may read."""
    sessions.save(saved(clock))
    file, key = sessions.folder / "huapiao.session", sessions.keys / "sessions.key"
    other = sessions
    if harm == "passphrase":
        other = Sessions(sessions.folder, sessions.keys, "another")
    elif harm == "byte":
        file.write_bytes(file.read_bytes()[:-1] + b"x")
    elif harm == "key gone":
        key.unlink()
    else:
        key.chmod(0o644)

    with pytest.raises(BadInput):
        other.of("huapiao")


def test_age_and_end_are_watched(clock):
    """Ends in ten days: fine; in two: told; ended: not shown to the site; old: told."""
    ends = (clock.now() + timedelta(days=10)).timestamp()
    session = saved(
        clock,
        cookie(expires=ends),
        cookie(name="ad", httpOnly=False, expires=clock.now().timestamp() + 60),
    )

    assert "" == session.trouble(clock.now())
    clock.move(days=8)
    assert "2.0" in session.trouble(clock.now())
    assert session.is_usable(clock.now())
    clock.move(days=3)
    assert session.trouble(clock.now())
    assert not session.is_usable(clock.now())
    # the site never said when it ends
    silent = saved(clock)
    clock.move(days=31)
    assert "31" in silent.trouble(clock.now())
    assert silent.is_usable(clock.now())


def test_a_refused_session_is_paused_with_its_reason(sessions, clock):
    """Until a person saves a new one."""
    sessions.save(saved(clock))

    sessions.pause("huapiao", "登录墙", clock=clock)

    found = sessions.of("huapiao")
    assert not found.is_usable(clock.now())
    assert "登录墙" in found.trouble(clock.now())


def test_a_saved_state_and_a_cookies_txt_give_the_same(tmp_path):
    """As Playwright saves it, and as browsers export it."""
    as_json, as_text = tmp_path / "state.json", tmp_path / "cookies.txt"
    as_json.write_text(
        json.dumps({"cookies": [cookie(expires=1900000000.0), cookie(domain="x.example")]})
    )
    as_text.write_text(
        "# Netscape HTTP Cookie File\n\n"
        f"#HttpOnly_.huapiao.example\tTRUE\t/\tTRUE\t1900000000\tsid\t{SECRET}\n"
        f"#HttpOnly_x.example\tFALSE\t/\tTRUE\t0\tsid\t{SECRET}\n"
    )

    first, second = state_of_file(as_json), state_of_file(as_text)

    assert first == second
    own, left = only_of_site(first, lambda url: "huapiao.example" in url)
    assert ([".huapiao.example"], 1) == ([one["domain"] for one in own["cookies"]], left)


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"cookies": 3}', '{"cookies": [{"name": "a"}]}', "a\tb\n", "\0"]
)
def test_what_is_no_log_in_is_refused(tmp_path, text):
    """One sentence, nothing kept."""
    file = tmp_path / "x"
    file.write_text(text)

    with pytest.raises(BadInput):
        state_of_file(file)
