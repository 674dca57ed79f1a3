"""What a program does at the desk: with a token, within its owner's rights, once for each key."""

import hashlib
import json
from datetime import timedelta

import httpx
import pytest

from casework import people, tokens
from casework.tokens import Scope
from desk.api import docs
from desk.api.door import SCOPES
from desk.doors import DOORS
from pipeline.listing import Place
from pipeline.store import audit
from tests.desk.conftest import PASSWORD


@pytest.fixture
def program(desk, db, clock):
    """Return a program that calls for somebody: an HTTP client with a token of his."""
    open_ones = []

    def come(owner="li", scopes=tuple(Scope), days=90):
        _made, secret = tokens.add(
            db, owner, label="看板", scopes=scopes, days=days, by=owner, clock=clock
        )
        client = httpx.Client(
            base_url=f"{desk.address}/api/v1",
            headers={"Authorization": f"Bearer {secret}"},
            timeout=60,
        )
        open_ones.append(client)
        return client

    yield come
    for client in open_ones:
        client.close()


def sentence(answer):
    """Return the sentence of a problem, having looked that it is one."""
    assert "application/problem+json" == answer.headers["content-type"]
    told = answer.json()
    assert answer.status_code == told["status"]
    assert "\n" not in told["detail"]
    return told["detail"]


def test_a_program_works_the_queue_as_a_person_does(db, market, program):
    """Pull, look, decide, take back, put off: each in the log under the owner's name."""
    market(3)
    li = program()

    row = li.post("/queue/pull", json={}).json()["row"]
    whole = li.get(f"/listings/{row['listing_id']}").json()
    decided = {"call": "confirmed", "reason": "wild_caught", "seen_version": row["seen_version"]}
    given = li.post(f"/listings/{row['listing_id']}/verdict", json=decided).json()
    undone = li.post("/verdicts/undo").json()
    again = li.get(f"/listings/{row['listing_id']}").json()
    later = {"look_again_on": "2026-03-20", "seen_version": again["seen_version"]}
    put_off = li.post(f"/listings/{row['listing_id']}/postpone", json=later).json()["row"]

    assert row["score"] == max(each["score"] for each in li.get("/queue").json()["rows"] + [row])
    assert whole["hits"] and whole["signals"]  # noqa: PT018 - both say why
    assert "13804001234" not in json.dumps(whole)
    assert ("confirmed", False) == (given["call"], given["is_undone"])
    assert undone["is_undone"]
    assert "postponed" == put_off["state"]
    assert {"waiting": 2, "postponed": 1}.items() <= li.get("/counts").json().items()
    did = [did for (did,) in db.execute("select did from audit where who = 'li'")]
    assert ["verdict.given", "verdict.undone", "listing.postponed"] == [
        each for each in did if each.startswith(("verdict", "listing"))
    ]
    assert 4 == did.count("token.used")
    assert [] == audit.verify(db)


def test_a_list_is_read_to_its_end_without_a_gap(market, program):
    """Page after page by the place given; every listing once, in the order of the queue."""
    market(7)
    li = program()

    seen, after = [], ""
    while True:
        page = li.get("/queue", params={"limit": 3, "after": after}).json()
        seen += [row["listing_id"] for row in page["rows"]]
        after = page["next"]
        if not after:
            break
    found = li.get("/search", params={"words": "游隼"}).json()["rows"]

    assert 7 == len(seen) == len(set(seen))
    assert ["huapiao:1002"] == [row["listing_id"] for row in found]
    assert "没有要查的词；至少一个字。" == sentence(li.get("/search", params={"words": " "}))
    feed = li.get("/queue.atom", params={"score_from": 1})
    assert 7 == feed.text.count("<entry>")
    assert feed.headers["content-type"].startswith("application/atom+xml")


def test_the_same_key_twice_is_done_once(db, market, program):
    """A lost answer is asked for again; another body under the same key is told."""
    (kept,) = market(1)
    li = program()
    where = f"/listings/{kept.listing_id}/verdict"
    body = {"call": "confirmed", "reason": "wild_caught", "seen_version": kept.seen_version}
    key = {"Idempotency-Key": "night-7/1"}

    first = li.post(where, json=body, headers=key)
    second = li.post(where, json=body, headers=key)
    other = li.post(
        where, json={**body, "call": "unsure", "reason": "species_unclear"}, headers=key
    )

    assert first.json() == second.json()
    assert 1 == db.execute("select count(*) from verdicts").fetchone()[0]
    assert 409 == other.status_code
    assert "这个键已经用于另一次操作；请换一个键。" == sentence(other)
    assert 409 == li.post(where, json=body).status_code  # without a key: decided already


def test_a_token_opens_what_its_owner_may_and_no_more(db, clock, offered, program, li):
    """His cities, his role at this moment, the token's scopes and its last day."""
    for site_id, code in (("1", "210200"), ("2", "210100")):
        offered(
            site_id=site_id,
            title="出画眉鸟一只 凶",
            text="野生画眉，网捕的",
            place=Place(raw="", code=code),
        )
    people.add(db, "dan", cities=("210200",), password=PASSWORD, clock=clock)
    dan, reading = program("dan"), program("dan", scopes=("read",))

    assert ["huapiao:1"] == [row["listing_id"] for row in dan.get("/queue").json()["rows"]]
    assert 1 == dan.get("/counts").json()["waiting"]
    hidden, missing = dan.get("/listings/huapiao:2"), dan.get("/listings/huapiao:9")
    assert (404, 404) == (hidden.status_code, missing.status_code)
    assert hidden.text == missing.text
    assert "judge" in sentence(reading.post("/queue/pull", json={}))
    assert 404 == dan.get("/webhooks").status_code
    clock.move(days=91)
    assert 401 == dan.get("/me").status_code
    fresh = program("dan")
    assert 200 == fresh.get("/me").status_code
    db.execute("update people set role = 'auditor' where name = 'dan'")
    db.conn.commit()
    assert 404 == fresh.get("/queue").status_code
    people.set_password(db, "dan", password=f"{PASSWORD}-new", clock=_later(clock))
    assert 401 == fresh.get("/me").status_code
    assert 401 == httpx.get(f"{li.desk.address}/api/v1/me", cookies=li.http.cookies).status_code


def _later(clock):
    clock.move(minutes=1)
    return clock


def test_a_token_is_made_and_taken_back_on_the_account_page(db, li):
    """It is shown once, lies in the store as a hash alone, and is gone at once."""
    form = {"csrf": li.token("/account"), "label": "省厅看板", "scope": ["read"], "days": "30"}
    wrong = li.http.post("/account/tokens", data={**form, "password": "not-his-password"})
    page = li.http.post("/account/tokens", data={**form, "password": PASSWORD})
    secret = page.text.split("<code>sy_")[1].split("</code>")[0]
    auth = {"Authorization": f"Bearer sy_{secret}"}
    me = li.http.get("/api/v1/me", headers=auth).json()
    stored = str([*db.table("api_tokens").rows, *db.table("audit").rows])
    listed = li.http.get("/account").text
    li.http.post("/account/tokens/end", data={"csrf": form["csrf"], "token_id": "1"})

    assert 422 == wrong.status_code
    assert ("li", ["read"]) == (me["owner"], me["scopes"])
    assert secret not in stored
    assert hashlib.sha256(f"sy_{secret}".encode()).hexdigest() in stored
    assert "省厅看板" in listed and secret not in listed  # noqa: PT018 - the name, not the token
    assert 401 == li.http.get("/api/v1/me", headers=auth).status_code


def test_what_is_wrong_is_said_in_one_sentence(market, program):
    """A missing or extra field, a stale version, a place that is none."""
    (kept,) = market(1)
    li = program()
    where = f"/listings/{kept.listing_id}/verdict"
    good = {"call": "confirmed", "reason": "wild_caught", "seen_version": kept.seen_version}

    assert "body.by" in sentence(li.post(where, json={**good, "by": "wang"}))
    assert "body.seen_version" in sentence(
        li.post(where, json={"call": "confirmed", "reason": "x"})
    )
    assert "在您查看之后有了变化" in sentence(li.post(where, json={**good, "seen_version": 99}))
    assert "不是队列中的位置" in sentence(li.get("/queue", params={"after": "nowhere"}))
    assert "日期不合适" in sentence(li.get("/runs", params={"night_on": "gestern"}))
    assert 404 == li.get("/no/such/path").status_code


def test_words_are_looked_up_without_keeping_anything(db, program):
    """The same reading as of a listing; the store stays as it was."""
    li = program()

    read = li.post("/match", json={"title": "出野生百灵，网捕新货", "text": "公的八只"}).json()

    assert read["is_suspicious"]
    assert "百灵" in {hit["surface"] for hit in read["hits"]}
    assert 0 == db.execute("select count(*) from listings").fetchone()[0]
    assert (
        [] == li.get("/sources").json() == li.get("/runs", params={"night_on": "2026-03-10"}).json()
    )


def test_every_route_for_programs_has_a_scope_a_door_and_a_line(somebody):
    """Nothing is open that nobody thought of; the document knows every route."""
    told = somebody().http.get("/api/v1/openapi.json").json()
    described = {
        (
            way.upper(),
            path.replace("{listing_id}", "{listing_id:path}").replace("{name}", "{name:path}"),
        )
        for path, ways in told["paths"].items()
        for way in ways
    }
    routes = {
        (way, route.path)
        for each in docs.ROUTERS
        for route in each.router.routes
        for way in route.methods
    }

    assert set(SCOPES) == routes
    assert set(SCOPES) == {door for door in DOORS if door[1].startswith("/api/v1")}
    assert set(SCOPES) == described
    assert {"type": "http", "scheme": "bearer"} == told["components"]["securitySchemes"]["token"]


@pytest.mark.browser
def test_the_page_of_the_api_asks_nobody_else(desk, new_context):
    """Drawn by our own files under the strict policy; nothing is refused, nothing leaves."""
    page = new_context(base_url=desk.address).new_page()
    asked, refused = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda line: refused.append(line.text) if "Policy" in line.text else None)

    page.goto("/api/v1/docs")
    page.locator(".opblock").first.wait_for(timeout=30_000)

    assert 19 == page.locator(".opblock").count()
    assert [] == refused
    assert all(url.startswith((desk.address, "data:")) for url in asked)


def test_tokens_end_of_themselves(db, clock):
    """The day after its last one, and never longer than a year."""
    people.add(db, "zhou", password=PASSWORD, clock=clock)
    _made, secret = tokens.add(
        db, "zhou", label="x", scopes=["read"], days=1, by="zhou", clock=clock
    )

    assert tokens.find(db, secret, clock=clock).is_open
    clock.move(seconds=timedelta(days=1).total_seconds())
    assert not tokens.find(db, secret, clock=clock).is_open
