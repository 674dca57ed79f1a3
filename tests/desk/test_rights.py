"""Who may go where: a matrix of every route, role and city, walked at a running desk."""

import csv
from pathlib import Path

import pytest
from starlette.routing import Mount, Route

from casework import people, rights, tokens
from casework.people import Role
from desk.app import OPEN
from pipeline.listing import Place
from tests.desk.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("two_cities")

MATRIX = Path(__file__).with_name("matrix.csv")
DALIAN, SHENYANG = "210200", "210100"
SCOPES = {"city": (DALIAN,), "province": ()}
OPEN_PATHS = {route.path for page in OPEN for route in page.router.routes} | {"/api/openapi.json"}

LISTINGS = {
    "own": "huapiao:1",
    "elsewhere": "huapiao:2",
    "unplaced": "huapiao:3",
    "nowhere": "huapiao:4",
}
PEOPLE = {"own": "sun", "elsewhere": "gao", "nowhere": "nobody"}


def rows():
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def routes_of(app):
    """Return each method and path that lies behind the log-in."""
    return {
        (way, route.path)
        for route in _flat(app.routes)
        if isinstance(route, Route) and route.path not in OPEN_PATHS
        for way in route.methods - {"HEAD", "OPTIONS"}
    }


def _flat(routes):
    for route in routes:
        inner = getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", None
        )
        if inner and not isinstance(route, Mount):
            yield from _flat(inner)
        else:
            yield route


def things_of(path):
    """Return what an address may name: nothing, a listing, a person."""
    if "{listing_id" in path:
        return LISTINGS
    return PEOPLE if "{name}" in path else {"-": ""}


def address(path, thing):
    named = things_of(path)[thing]
    for part in ("{listing_id:path}", "{name}"):
        path = path.replace(part, named)
    return path.replace("{snapshot_id}", "none").replace("{name:path}", "page.png")


@pytest.fixture
def two_cities(db, clock, offered):
    """One listing of Dalian, one of Shenyang, one of nobody knows where; people of each."""
    for site_id, code in (("1", DALIAN), ("2", SHENYANG), ("3", "")):
        offered(
            site_id=site_id,
            title=f"出画眉鸟一只 凶 第{site_id}号",
            text="野生画眉，网捕的，看图私聊",
            place=Place(raw="", code=code),
        )
    for role in Role:
        for scope, cities in SCOPES.items():
            name = f"{role}.{scope}"
            people.add(db, name, role=role, cities=cities, password=PASSWORD, clock=clock)
    for name, code in (("sun", DALIAN), ("gao", SHENYANG)):
        people.add(db, name, role="analyst", cities=(code,), password=PASSWORD, clock=clock)


def walk(somebody, db, who, row):
    """Return "404" where the desk acts as if nothing were there, else "yes"."""
    way, path = row["method"], row["path"]
    if path.startswith("/api/v1"):
        answer = somebody.http.request(
            way, address(path, row["thing"]), headers={"Authorization": f"Bearer {somebody.secret}"}
        )
        assert answer.status_code not in {401, 403, 500}, (way, path, who, answer.status_code)
        return "404" if answer.status_code == 404 else "yes"
    (csrf,) = db.execute(
        "select csrf from sessions where name = ? order by made_at desc", [who]
    ).fetchone()
    data = {"csrf": csrf} if way == "POST" else None
    answer = somebody.http.request(way, address(path, row["thing"]), data=data)
    assert answer.status_code not in {403, 500}, (way, path, who, answer.status_code)
    return "404" if answer.status_code == 404 else "yes"


def test_each_route_opens_to_whom_the_matrix_says(db, clock, somebody):
    """Every route x role x city; what is not yours and what is not there answer alike."""
    come = {}
    surprises = []
    for row in rows():
        who = f"{row['role']}.{row['scope']}"
        if who not in come:
            come[who] = somebody()
            assert 303 == come[who].log_in(who).status_code
            _made, come[who].secret = tokens.add(
                db, who, label="matrix", scopes=tokens.Scope, by=who, clock=clock
            )
        found = walk(come[who], db, who, row)
        if found != row["answer"]:
            surprises.append((*row.values(), found))

    assert [] == surprises


def test_a_route_without_a_row_fails(desk):
    """Whoever adds a page says to whom it opens."""
    told = {(row["method"], row["path"], row["role"], row["scope"], row["thing"]) for row in rows()}
    wanted = {
        (way, path, role, scope, thing)
        for way, path in routes_of(desk.app)
        for role in Role
        for scope in SCOPES
        for thing in things_of(path)
    }

    assert set() == wanted - told
    assert set() == told - wanted


def test_what_is_not_yours_looks_like_what_is_not_there(db, somebody):
    """The same page to the last byte, and both are in the log."""
    analyst = somebody()
    analyst.log_in("analyst.city")

    not_yours = analyst.http.get("/listings/huapiao:2")
    not_there = analyst.http.get("/listings/huapiao:4")

    assert (404, 404) == (not_yours.status_code, not_there.status_code)
    assert not_yours.text.replace(":2", ":4") == not_there.text
    log = db.execute("select who, what from audit where did = 'access.refused' order by audit_id")
    assert [("analyst.city", "huapiao:2"), ("analyst.city", "huapiao:4")] == list(log)


def test_lists_and_their_counts_end_at_the_border_of_the_city(somebody):
    """Shenyang's listing is neither shown, nor counted, nor named by a filter."""
    analyst = somebody()
    analyst.log_in("analyst.city")

    page = analyst.http.get("/queue").text

    assert "第1号" in page.replace('<mark class="hit">', "").replace("</mark>", "")
    assert "第2号" not in page
    assert "第3号" not in page
    assert '<span class="count">1</span>' in page
    assert '<span class="count">3</span>' not in page


def test_who_also_sees_the_unplaced_sees_them(db, clock, somebody):
    """A tick on the person's page; the province sees them anyway."""
    people.add(db, "ke", cities=(DALIAN,), sees_unplaced=True, password=PASSWORD, clock=clock)
    analyst = somebody()
    analyst.log_in("ke")

    found = [analyst.http.get(f"/listings/huapiao:{n}").status_code for n in (1, 2, 3)]

    assert [200, 404, 200] == found


def test_a_role_taken_away_is_gone_at_the_next_request(db, somebody):
    """No session outlives the right it began with."""
    analyst = somebody()
    analyst.log_in("analyst.province")
    assert 200 == analyst.http.get("/queue").status_code

    db.execute("update people set role = 'auditor' where name = 'analyst.province'")
    db.conn.commit()

    assert 404 == analyst.http.get("/queue").status_code


def test_nobody_gives_more_than_he_holds(db):
    """Neither a role above the own one, nor a city beyond the own ones."""
    supervisor = people.get(db, "supervisor.city")

    assert rights.may_grant(supervisor, Role.ANALYST, (DALIAN,))
    assert not rights.may_grant(supervisor, Role.ANALYST, (SHENYANG,))
    assert not rights.may_grant(supervisor, Role.ANALYST, ())
    assert not rights.may_grant(supervisor, Role.ANALYST, (DALIAN,), sees_unplaced=True)
    assert not rights.may_grant(people.get(db, "analyst.province"), Role.ANALYST, (DALIAN,))
    assert rights.may_grant(people.get(db, "supervisor.province"), Role.SUPERVISOR, ())
