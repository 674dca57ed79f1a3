"""The door: who comes in, how long a log-in holds, and what another site may not do."""

import hashlib

import pytest
from starlette.responses import Response
from starlette.routing import Mount, Route

from desk import security
from desk.app import OPEN
from pipeline.store import audit
from tests.desk.conftest import PASSWORD

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}
POLICY = ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'none'")


def _routes(desk):
    return [route for route in _flat(desk.app.routes) if isinstance(route, Route)]


def _flat(routes):
    for route in routes:
        inner = getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", None
        )
        if inner and not isinstance(route, Mount):
            yield from _flat(inner)
        else:
            yield route


def _is_hardened(answer):
    policy = answer.headers["content-security-policy"]
    return (
        all(answer.headers[name] == value for name, value in HEADERS.items())
        and all(part in policy for part in POLICY)
        and "unsafe" not in policy
        and "access-control-allow-origin" not in answer.headers
    )


def _alert(page):
    return page.split('role="alert">')[1].split("<")[0]


def test_every_answer_carries_the_strict_headers(desk, li, market):
    """Pages, fragments, files, refusals and errors: none leaves without them."""
    (kept,) = market(1)
    paths = [route.path for route in _routes(desk)]
    paths += ["/nowhere", "/static/desk.css", "/static/nothing.css", "/static/../app.py"]
    paths += [f"/listings/{kept.listing_id}", "/listings/no:such", "/evidence/none/page.png"]

    answers = [li.http.request(way, path) for path in paths for way in ("GET", "POST", "PUT")]
    answers.append(li.http.post("/language", headers={"Origin": "http://evil.example"}))
    answers.append(li.http.post("/language", content=b"x" * 100_000))

    assert {200, 303, 403, 404, 405, 413} <= {answer.status_code for answer in answers}
    assert [] == [answer.request.url.path for answer in answers if not _is_hardened(answer)]


def test_a_fault_of_ours_is_told_without_its_insides(li, monkeypatch):
    """A page that breaks says so in a sentence, hardened like any other."""
    monkeypatch.setattr("casework.queue.counts", lambda *_, **__: 1 / 0)

    answer = li.http.get("/queue")

    assert 500 == answer.status_code
    assert _is_hardened(answer)
    assert "出了差错" in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_no_page_opens_without_a_log_in(desk, caller):
    """A new page is locked without anybody having to think of it."""
    free = {route.path for page in OPEN for route in page.router.routes}
    free |= {"/api/openapi.json"}
    locked = [route for route in _routes(desk) if route.path not in free - {"/logout"}]

    answers = [
        (route.path, caller.http.request(way, route.path))
        for route in locked
        for way in route.methods - {"HEAD", "OPTIONS"}
    ]
    pages = [answer for path, answer in answers if not path.startswith("/api/")]
    for_programs = [answer for path, answer in answers if path.startswith("/api/")]

    assert len(pages) >= 7
    assert {303} == {answer.status_code for answer in pages}
    assert all(answer.headers["location"].startswith("/login") for answer in pages)
    assert {401} == {answer.status_code for answer in for_programs}


def test_the_cookie_is_random_hidden_and_kept_only_as_a_hash(db, caller):
    """256 bits, no script reads it, no other site sends it."""
    answer = caller.log_in()

    cookie = next(each for each in answer.headers.get_list("set-cookie") if "session=" in each)
    token = caller.http.cookies["shouyi_session"]
    (kept,) = db.execute("select token_hash from sessions").fetchone()
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert len(token) >= 43
    assert hashlib.sha256(token.encode()).hexdigest() == kept


def test_behind_tls_the_cookie_is_secure_and_bound_to_its_host(settings):
    """``__Host-`` cannot be tossed in from a neighbour's name."""
    response = Response()
    security.set_cookie(
        response, "session", "x", settings.model_copy(update={"secure_cookies": True})
    )

    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-shouyi_session=x")
    assert "Secure" in cookie


def test_a_planted_session_id_is_not_adopted(db, somebody):
    """Log-in gives a new id, whatever the browser brought along."""
    victim = somebody(shouyi_session="planted-by-a-stranger")

    victim.log_in()

    assert "planted-by-a-stranger" != victim.http.cookies["shouyi_session"]
    assert 1 == db.execute("select count(*) from sessions").fetchone()[0]


def test_logging_out_ends_the_session_on_the_server(li, somebody):
    """A stolen cookie opens nothing after its owner has left."""
    stolen = li.http.cookies["shouyi_session"]
    li.http.post("/logout", data={"csrf": li.token()})

    thief = somebody(shouyi_session=stolen)

    assert 303 == thief.http.get("/queue").status_code


@pytest.mark.parametrize("hours", [2.1, 10.1])
def test_a_log_in_ends_when_nobody_uses_it_and_after_a_working_day(li, clock, hours):
    """Two idle hours, or ten hours whatever was done."""
    while hours > 3:
        clock.move(hours=1)
        hours -= 1
        assert 200 == li.http.get("/queue").status_code or hours < 1

    clock.move(hours=hours)

    assert 303 == li.http.get("/queue").status_code


def test_a_person_who_is_disabled_is_out_at_once(db, li):
    """The next request finds the door shut."""
    db.execute("update people set is_disabled = 1 where name = 'li'")
    db.conn.commit()

    assert 303 == li.http.get("/queue").status_code


def test_guessing_is_slow_and_tells_nothing(caller):
    """A name that is there and one that is not answer alike; then both must wait."""
    told = {
        name: [caller.log_in(name, "wrong-password-1") for _ in range(11)]
        for name in ("li", "nobody")
    }

    for answers in told.values():
        assert [401] * 10 + [429] == [answer.status_code for answer in answers]
    said = {_alert(answers[0].text) for answers in told.values()}
    assert {"用户名、密码或动态码不对。"} == said


def test_a_log_in_leads_back_to_our_own_pages_only(somebody):
    """``next`` is no way to another site."""
    for wanted in ("//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:x"):
        assert "/queue" == somebody().log_in(next=wanted).headers["location"]
    assert "/queue?words=x" == somebody().log_in(next="/queue?words=x").headers["location"]


def test_a_request_of_another_site_changes_nothing(db, li, market):
    """Wrong origin, wrong token, no token, a simple form from elsewhere: refused."""
    (kept,) = market(1)
    form = {**li.form_of(kept.listing_id), "call": "confirmed", "reason": "wild_caught"}
    address = f"/listings/{kept.listing_id}/verdict"
    refused = [
        li.http.post(address, data=form, headers={"Origin": "http://evil.example"}),
        li.http.post(address, data=form, headers={"Sec-Fetch-Site": "cross-site"}),
        li.http.post(address, data=form, headers={"Sec-Fetch-Site": "same-site"}),
        li.http.post(address, data={**form, "csrf": "guessed"}),
        li.http.post(address, data={**form, "csrf": ""}),
        li.http.post(address, json=form),
    ]

    assert {403} == {answer.status_code for answer in refused}
    assert 0 == db.execute("select count(*) from verdicts").fetchone()[0]
    assert 303 == li.http.post(address, data=form).status_code


def test_looking_changes_nothing(desk, db, li, market):
    """No GET of any page writes a row but in the log: who was refused, and what left as a file."""
    (kept,) = market(1)

    def rows():
        tables = ("listings", "verdicts", "audit", "sessions", "people")
        kept_rows = {name: list(db.table(name).rows) for name in tables}
        told = {"access.refused", "list.exported"}
        kept_rows["audit"] = [row for row in kept_rows["audit"] if row["did"] not in told]
        return kept_rows

    before = rows()

    for route in _routes(desk):
        li.http.get(route.path.replace("{listing_id:path}", kept.listing_id))

    assert before == rows()


def test_a_form_takes_only_what_its_page_put_there(db, li, market):
    """An extra field is refused, never stored."""
    (kept,) = market(1)
    form = {**li.form_of(kept.listing_id), "call": "confirmed", "reason": "wild_caught"}

    for extra in ("by", "given_by", "role", "at", "city"):
        answer = li.http.post(f"/listings/{kept.listing_id}/verdict", data={**form, extra: "wang"})
        assert 422 == answer.status_code

    assert 0 == db.execute("select count(*) from verdicts").fetchone()[0]


def test_comings_and_goings_are_in_the_audit_log(db, li):
    """Log-in and log-out, each with its name, and the chain holds."""
    li.http.post("/logout", data={"csrf": li.token()})

    did = [row[0] for row in db.execute("select did from audit where who = 'li'")]
    assert ["person.logged_in", "person.logged_out"] == did[-2:]
    assert [] == audit.verify(db)


def test_nothing_is_loaded_from_a_cdn(caller):
    """The interactive documentation that FastAPI brings is switched off."""
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert 404 == caller.http.get(path).status_code
    assert "/queue" in caller.http.get("/api/openapi.json").json()["paths"]


def test_a_very_long_password_is_refused_before_it_is_hashed(caller):
    """A megabyte costs nothing."""
    assert 413 == caller.log_in(password="x" * 1_000_000).status_code
    assert 422 == caller.log_in(password="x" * 2_000).status_code
    assert 303 == caller.log_in(password=PASSWORD).status_code
