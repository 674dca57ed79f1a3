"""The audit log at the desk: for whom it is, what it shows, and that it shows tampering."""

import pytest

from casework import logbook, people
from casework.logbook import Wanted
from tests.desk.conftest import PASSWORD


@pytest.fixture
def auditor(db, clock, somebody):
    """Wu reads the log, and nothing else."""
    people.add(db, "wu", role="auditor", password=PASSWORD, clock=clock)
    one = somebody()
    assert "/" == one.log_in("wu").headers["location"]
    return one


def test_an_auditor_lands_on_the_log_and_sees_nothing_else(auditor):
    """The log is his page; a listing, a list, a figure are not there."""
    assert "/log" == auditor.http.get("/").headers["location"]
    page = auditor.http.get("/log").text
    assert "登录" in page
    assert 'href="/queue"' not in page
    assert 404 == auditor.http.get("/queue").status_code


@pytest.mark.usefixtures("li")
def test_the_log_is_narrowed_by_its_address(db, auditor):
    """Who, what, which deed and which day; each filter leaves what it names."""
    who = logbook.entries(db, Wanted(who="li"))
    deed = logbook.entries(db, Wanted(did="person.added"))

    assert {"li"} == {entry.who for entry in who}
    assert {"person.added"} == {entry.did for entry in deed}
    assert "添加人员" in auditor.http.get("/log?did=person.added").text
    assert "没有符合条件的记录" in auditor.http.get("/log?from=2026-03-11").text
    assert "没有符合条件的记录" not in auditor.http.get("/log?from=2026-03-10&to=2026-03-10").text


def test_the_log_is_paged_by_the_last_row_seen(db, auditor, monkeypatch):
    """Every row once, however many pages."""
    monkeypatch.setattr("desk.pages.log.PAGE_ROWS", 2)
    whole = [entry.audit_id for entry in logbook.entries(db, Wanted())]
    seen, address = [], "/log"
    while address:
        page = auditor.http.get(address).text
        seen += [int(part.split("<")[0]) for part in page.split('class="number quiet">')[1:]]
        address = page.split('id="more" href="')[1].split('"')[0] if 'id="more"' in page else ""
        address = address.replace("&amp;", "&")

    assert whole == seen


def test_a_row_that_was_edited_is_told(db, auditor):
    """In red, with its place."""
    assert "没有改动" in auditor.http.get("/log").text
    db.execute("drop trigger audit_is_append_only_u")
    db.execute("update audit set who = 'nobody' where audit_id = 2")
    db.conn.commit()

    page = auditor.http.get("/log").text

    assert 'role="alert"' in page
    assert "audit 2" in page


def test_what_somebody_typed_as_a_name_is_inert_in_the_log(auditor, caller):
    """A log-in name with markup and line breaks is text on one line."""
    caller.log_in("<b>x</b>\nadmin", "wrong-password-1")

    page = auditor.http.get("/log").text

    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
