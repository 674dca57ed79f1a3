"""People at the desk: added, changed, shut out; their passwords, codes and log-ins."""

import pytest

from casework import accounts, codes, people
from pipeline.store import audit
from tests.desk.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("zhao")


@pytest.fixture
def zhao(desk, db, clock):
    """Zhao supervises the province, Sun the city of Dalian."""
    people.add(db, "zhao", role="supervisor", password=PASSWORD, clock=clock)
    people.add(db, "sun", role="supervisor", cities=("210200",), password=PASSWORD, clock=clock)
    return desk


@pytest.fixture
def boss(somebody):
    """Zhao, logged in."""
    one = somebody()
    one.log_in("zhao")
    return one


def post(who, path, **form):
    return who.http.post(path, data={"csrf": who.token("/account"), **form})


def secret_on(answer):
    return answer.text.split('<div class="secret"')[1].split("<code>")[1].split("<")[0]


def test_somebody_added_can_log_in_with_the_password_shown_once(boss, somebody):
    """The page that answers holds it; no other page ever does."""
    answer = post(boss, "/people", name="he", shown_name="何", role="analyst", city="210200")

    secret = secret_on(answer)
    assert secret not in boss.http.get("/people/he").text
    newcomer = somebody()
    assert 303 == newcomer.log_in("he", secret).status_code
    assert 404 == newcomer.http.get("/people").status_code


def test_a_change_acts_at_once_and_says_who_made_it(db, boss, li):
    """The old log-in ends; the log holds what was and what is."""
    post(boss, "/people/li/rights", role="case_officer", city=["210200", "210300"])

    assert 303 == li.http.get("/queue").status_code
    person = people.get(db, "li")
    assert ("case_officer", ("210200", "210300")) == (person.role, person.cities)
    who, details = db.execute(
        "select who, details from audit where did = 'person.changed'"
    ).fetchone()
    assert "zhao" == who
    assert '"role":["analyst","case_officer"]' in details
    assert [] == audit.verify(db)


def test_nobody_hands_out_more_than_he_holds(db, somebody):
    """A supervisor of Dalian makes nobody of Shenyang, of the province, or an auditor."""
    sun = somebody()
    sun.log_in("sun")

    refused = [
        post(sun, "/people", name="he", role="analyst", city="210100"),
        post(sun, "/people", name="he", role="analyst"),
        post(sun, "/people", name="he", role="analyst", city="210200", unplaced="true"),
    ]

    assert [422] * 3 == [answer.status_code for answer in refused]
    assert all("不能授予" in answer.text for answer in refused)
    assert 404 == post(sun, "/people/li/password").status_code
    assert "he" not in {person.name for person in people.list(db)}


def test_a_form_takes_no_field_that_it_does_not_have(db, boss):
    """Neither a password hash, nor a maker, nor a state."""
    for extra in ("password_hash", "is_disabled", "made_at", "by", "totp_secret"):
        answer = post(boss, "/people", name="he", role="analyst", **{extra: "1"})
        assert 422 == answer.status_code

    assert "he" not in {person.name for person in people.list(db)}


def test_nobody_changes_himself(db, boss):
    """No way to shut the last supervisor out, or to raise oneself."""
    assert 422 == post(boss, "/people/zhao/disable").status_code
    assert 422 == post(boss, "/people/zhao/rights", role="analyst").status_code
    assert not people.get(db, "zhao").is_disabled


def test_who_is_shut_out_comes_back_only_when_let_in(boss, li, somebody):
    """Disabled at once; enabled again, with a log-in of its own."""
    post(boss, "/people/li/disable")
    assert 303 == li.http.get("/queue").status_code
    assert 401 == somebody().log_in("li").status_code

    post(boss, "/people/li/enable")

    assert 303 == somebody().log_in("li").status_code


def test_a_reset_password_is_new_and_the_old_one_is_dead(boss, li, somebody):
    """Shown once to the supervisor; open log-ins end."""
    secret = secret_on(post(boss, "/people/li/password"))

    assert 303 == li.http.get("/queue").status_code
    assert 401 == somebody().log_in("li").status_code
    assert 303 == somebody().log_in("li", secret).status_code


def test_log_ins_are_listed_and_ended_one_by_one(db, clock, li, somebody):
    """A browser left open elsewhere is shut from here."""
    elsewhere = somebody()
    elsewhere.log_in("li")
    handles = {each.handle for each in accounts.sessions_of(db, "li", clock=clock)}
    page = li.http.get("/account").text
    (other,) = [handle for handle in handles if f'value="{handle}"' in page]

    post(li, "/account/sessions/end", handle=other)

    assert 303 == elsewhere.http.get("/queue").status_code
    assert 200 == li.http.get("/queue").status_code


def test_the_own_password_is_changed_by_who_knows_the_old_one(li, somebody):
    """Every log-in ends; a wrong old one changes nothing."""
    new = "another-horse-10"
    wrong = post(li, "/account/password", old="wrong-wrong-1", new=new, again=new)
    assert 422 == wrong.status_code

    post(li, "/account/password", old=PASSWORD, new=new, again=new)

    assert 303 == li.http.get("/queue").status_code
    assert 401 == somebody().log_in("li").status_code
    assert 303 == somebody().log_in("li", new).status_code


def test_a_code_is_asked_for_once_it_is_on_and_opens_one_door_once(db, clock, li, somebody):
    """RFC 6238: right code in, no code or the same code again out."""
    post(li, "/account/codes")
    (secret,) = db.execute("select totp_secret from people where name = 'li'").fetchone()
    post(li, "/account/codes/confirm", code=codes.code_at(secret, codes.step_of(clock.now())))
    assert people.get(db, "li").has_codes
    clock.move(seconds=30)
    code = codes.code_at(secret, codes.step_of(clock.now()))

    assert 401 == somebody().log_in("li").status_code
    assert 401 == somebody().log_in("li", code="000000").status_code
    assert 303 == somebody().log_in("li", code=code).status_code
    assert 401 == somebody().log_in("li", code=code).status_code


def test_codes_are_those_of_the_standard():
    """The first rows of appendix B of RFC 6238, cut to six digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # noqa: S105 - of the standard

    assert "287082" == codes.code_at(secret, 59 // 30)
    assert "081804" == codes.code_at(secret, 1111111109 // 30)
    assert "353130" == codes.code_at(secret, 20000000000 // 30)


def test_pictures_are_shown_as_each_wishes(db, li):
    """Grey or blurred by choice; anything else is refused."""
    assert 303 == post(li, "/account/pictures", pictures="blur").status_code
    assert 422 == post(li, "/account/pictures", pictures="<b>").status_code

    assert "blur" == people.get(db, "li").pictures
