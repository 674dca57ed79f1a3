"""Each circumstance made otherwise, one by one: the record changes there, and nowhere else."""

from datetime import timedelta

import pytest

from evidence.captured import Captured, LookBefore, Missing, Step
from evidence.circumstances import circumstances
from evidence.machine.selfcheck import Machine
from evidence.wanted import Wanted
from tests.evidence.conftest import FACTS, URL, a_capture, an_exchange

DOOR = "127.0.0.1:8711"
BROWSER = {
    "product": "Chrome/1",
    "sha256": "ab",
    "user_agent": "Mozilla",
    "locale": "zh-CN",
    "time_zone": "Asia/Shanghai",
    "viewport_px": {"width": 1280, "height": 1000},
}


def record(seen: Captured, facts=(), **wanted):
    """Return the circumstances as they are written down, flat: place in the record -> value."""
    facts = {**FACTS, "browser": BROWSER, **dict(facts)}
    one = Wanted(**{"url": seen.url, "asked_by": "schedule", **wanted})
    return dict(_flat(circumstances(seen, dict(facts), wanted=one, named={}), ""))


def _flat(value, place):
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(one, f"{place}.{key}" if place else key)
    else:
        yield place, value


def differing(one, other):
    """Return the places where two records are not the same, by their first two names."""
    places = {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
    return {".".join(place.split(".")[:2]) for place in places}


def moved(clock):
    """The page was moved: one answer led on to the one that is the page."""
    old = f"{URL}?old"
    first = an_exchange(
        clock, request_id=URL, url=old, status=301, headers=[("Location", URL)], body=None
    )
    return {"exchanges": [first, an_exchange(clock)], "sent": [[], []]}


def answered(clock, **changes):
    """The page itself was answered otherwise; nothing else was asked for."""
    return {"exchanges": [an_exchange(clock, **changes)], "sent": [[]]}


SEEN = {
    "requested address": (lambda _c: {"url": f"{URL}?x"}, {"url_requested", "steps"}),
    "final address": (lambda _c: {"final_url": f"{URL}#x"}, {"url_final"}),
    "redirects": (moved, {"redirects", "requests"}),
    "address connected to": (lambda _c: {"addresses": {DOOR: "10.1.1.1"}}, {"server.address"}),
    "addresses of the name": (
        lambda _c: {"answers": {DOOR: ("127.0.0.1", "127.0.0.2")}},
        {"server.addresses_looked_up"},
    ),
    "status": (lambda c: answered(c, status=203), {"server.status", "requests"}),
    "response headers": (lambda c: answered(c, headers=[("X-A", "b")]), {"server.headers"}),
    "server's clock": (
        lambda c: answered(c, headers=[("Date", "Tue, 10 Mar 2026 03:00:00 GMT")]),
        {"server.headers", "clock.server_date", "clock.server_ahead_seconds"},
    ),
    "how the connection was secured": (
        lambda _c: {"security": {"protocol": "TLS 1.3", "cipher": "AES_128_GCM"}},
        {"tls", "tls.is_trusted", "tls.why_not", "tls.protocol", "tls.cipher"}
        | {"tls.key_exchange", "tls.chain"},
    ),
    "protocol of a request": (lambda _c: {"protocols": {URL: "h2"}}, {"requests"}),
    "what was pressed": (
        lambda c: {"steps": [Step(did="press", what="同意", on="consent", at=c.now())]},
        {"clicks", "steps"},
    ),
    "looked at before": (
        lambda c: {"looks_before": [LookBefore(c.now(), "error", "half-loaded")]},
        {"looks_before"},
    ),
    "start": (
        lambda c: {"started_at": c.now() - timedelta(seconds=9)},
        {"taken.started_utc", "taken.started_beijing"},
    ),
    "end": (
        lambda c: {"ended_at": c.now() + timedelta(seconds=9)},
        {"taken.ended_utc", "taken.ended_beijing"},
    ),
    "how long it took": (lambda _c: {"took_seconds": 7.0}, {"taken.took_milliseconds"}),
    "bytes received": (lambda _c: {"received_bytes": 5}, {"received_bytes"}),
    "limits reached": (lambda _c: {"limits": ["64 MB"]}, {"limits_reached"}),
    "refused by the gate": (
        lambda _c: {"refused": {"http://a": "b"}},
        {"refused_by_gate.http://a"},
    ),
    "what did not come": (
        lambda _c: {"missing": [Missing(url="http://a", kind="Image", status=404, why="404")]},
        {"failed_requests"},
    ),
    "size of the page": (lambda _c: {"height_px": 9}, {"page.height_px"}),
    "title of the page": (lambda _c: {"title": "别的"}, {"page.title"}),
    "failure": (lambda _c: {"failure": "崩溃"}, {"page.failure"}),
}


@pytest.mark.parametrize("what", SEEN)
def test_what_was_otherwise_at_the_page_is_otherwise_in_the_record(clock, what):
    """Address, server, connection, times, and all that was done and that happened."""
    change, places = SEEN[what]
    usual = record(a_capture(clock, **answered(clock)))

    found = record(a_capture(clock, **{**answered(clock), **change(clock)}))

    assert places == differing(usual, found)


FACT = {
    "our program": ({"tool": {"name": "shouyi", "version": "9"}}, {"tool.version"}),
    "clock": (
        {"clock": {"offset_against_time_server": 3600}},
        {"clock.offset_against_time_server"},
    ),
    "machine": ({"machine": {"host": "another"}}, {"machine.host"}),
    "self-check": ({"self_check": {"problems": ["磁盘只剩 3 MB"]}}, {"self_check.problems"}),
    **{
        f"browser: {name}": ({"browser": {**BROWSER, name: "other"}}, {f"browser.{name}"})
        for name in ("product", "sha256", "user_agent", "locale", "time_zone")
    },
    "browser: window": (
        {"browser": {**BROWSER, "viewport_px": {"width": 400, "height": 1000}}},
        {"browser.viewport_px"},
    ),
}


@pytest.mark.parametrize("what", FACT)
def test_another_machine_or_browser_is_another_record(clock, what):
    """Software with its digest, window, language, zone, clock and the machine's own check."""
    facts, places = FACT[what]
    seen = a_capture(clock)

    assert places == differing(record(seen), record(seen, facts))


def test_who_asked_by_which_way_and_with_which_session(clock, tmp_path):
    """Three things that a judge asks first."""
    seen, session = a_capture(clock), tmp_path / "li.json"
    session.write_text("{}")
    usual = record(seen)

    assert {"asked_by"} == differing(usual, record(seen, asked_by="li"))
    way = {"search_word": "画眉", "robots": "obey", "seconds_between": 4, "basis": "巡查职责"}
    assert {"way", *(f"way.{key}" for key in way)} == differing(usual, record(seen, way=way))
    used = {"session", "session.used", "session.sha256", "session.access"}
    assert used == differing(usual, record(seen, session=session))


def test_another_name_server_or_hosts_file_is_another_route(settings, clock, tmp_path):
    """Who answers for names decides which server the camera sees."""
    etc = tmp_path / "etc"
    etc.mkdir()
    told = []
    for server, hosts in (("10.0.0.1", ""), ("10.0.0.2", ""), ("10.0.0.2", "10.9.9.9 elsewhere")):
        (etc / "resolv.conf").write_text(f"nameserver {server}\n")
        (etc / "hosts").write_text(hosts)
        checked = Machine(settings, etc=etc).checked(a_capture(clock), clock)
        told.append(checked["self_check"]["route"])

    first, second, third = told
    assert {"name_servers"} == {key for key in first if first[key] != second[key]}
    assert {"hosts_file_sha256"} == {key for key in second if second[key] != third[key]}
