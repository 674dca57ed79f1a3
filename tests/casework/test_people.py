"""Who may log in, and how long a guesser waits."""

import pytest

from casework import people
from casework.people import Role, SlowDown
from pipeline.base.errors import BadInput, Conflict, NotFound
from pipeline.store import audit


@pytest.fixture
def li(db, clock):
    """Return Li's password."""
    return people.add(db, "li", role="analyst", shown_name="李雷", clock=clock)[1]


def test_a_password_is_shown_once_and_kept_nowhere(db, li):
    """Only its argon2id is kept, and nothing of it in the log."""
    (row,) = db["people"].rows

    assert row["password_hash"].startswith("$argon2id$")
    assert li not in str([*db["people"].rows, *db["audit"].rows])
    assert 19 == len(li)


def test_the_right_password_lets_in_and_no_other(db, clock, li):
    """The person comes back, or nobody."""
    person = people.check_password(db, "li", li, clock=clock)

    assert ("li", "李雷", Role.ANALYST) == (person.name, person.shown_name, person.role)
    for wrong in ("", "x", li + "x", li[:-1], "\ud83d", "长" * 2_000_000):
        assert people.check_password(db, "li", wrong, clock=clock) is None
    assert people.check_password(db, "nobody", li, clock=clock) is None


def test_who_is_disabled_is_out_at_once(db, clock, li):
    """No log-in, and the open sessions end."""
    db["sessions"].insert(
        {"token_hash": "x", "name": "li", "csrf": "", "made_at": "", "used_at": "", "ends_at": ""}
    )

    people.disable(db, "li", clock=clock)

    assert people.check_password(db, "li", li, clock=clock) is None
    assert 0 == db["sessions"].count
    assert people.get(db, "li").is_disabled


def test_ten_guesses_a_minute_and_no_more(db, clock, li):
    """Then even the right one is not looked at, until a minute has passed."""
    for _guess in range(10):
        assert people.check_password(db, "li", "wrong", clock=clock, address="a") is None

    with pytest.raises(SlowDown) as told:
        people.check_password(db, "li", li, clock=clock, address="b")

    assert 60 == told.value.wait_seconds
    clock.move(seconds=61)
    assert people.check_password(db, "li", li, clock=clock, address="b")


def test_a_guesser_elsewhere_does_not_shut_the_owner_out(db, clock, li):
    """From where Li always logs in, Li gets in."""
    people.check_password(db, "li", li, clock=clock, address="office")
    clock.move(days=20)
    for _guess in range(10):
        people.check_password(db, "li", "wrong", clock=clock, address="elsewhere")

    with pytest.raises(SlowDown):
        people.check_password(db, "li", "wrong", clock=clock, address="elsewhere")
    assert people.check_password(db, "li", li, clock=clock, address="office")


def test_one_password_tried_on_a_thousand_names_is_slowed_too(db, clock):
    """Thirty wrong ones a minute from one place."""
    for number in range(30):
        people.check_password(db, f"user{number}", "123456", clock=clock, address="a")

    with pytest.raises(SlowDown):
        people.check_password(db, "user99", "123456", clock=clock, address="a")


def test_a_new_password_ends_the_old_one(db, clock, li):
    """And is told in the log, without itself."""
    new = people.set_password(db, "li", clock=clock)

    assert people.check_password(db, "li", li, clock=clock) is None
    assert people.check_password(db, "li", new, clock=clock)
    assert "person.password_set" in [row["did"] for row in db["audit"].rows]
    assert [] == audit.verify(db)


@pytest.mark.parametrize("name", ["", "Li Lei", "a" * 33, "x\n", "<b>", "\ud83d", "=1+1", "-x"])
def test_a_name_that_cannot_be_one_is_refused(db, clock, name):
    """Nothing that steers a page, a file name or a spreadsheet."""
    with pytest.raises(BadInput) as told:
        people.add(db, name, role="analyst", clock=clock)

    str(told.value).encode()
    assert 0 == db["people"].count


@pytest.mark.usefixtures("li")
def test_the_rest_that_cannot_be_is_refused(db, clock):
    """Twice the same name, a role that is none, a password too short, nobody at all."""
    with pytest.raises(Conflict, match="已有同名人员"):
        people.add(db, "li", role="analyst", clock=clock)
    with pytest.raises(BadInput, match="没有角色 boss"):
        people.add(db, "wang", role="boss", clock=clock)
    with pytest.raises(BadInput, match="密码长度"):
        people.add(db, "wang", role="analyst", password="1" * 9, clock=clock)
    with pytest.raises(NotFound):
        people.disable(db, "nobody", clock=clock)

    assert ["li"] == [person.name for person in people.list(db)]
