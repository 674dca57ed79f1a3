"""The circumstances of a capture, recorded by the machine: ``environment.json``.

What a machine cannot know, or did not check, is written down as exactly that.

Source: 人民检察院办理网络犯罪案件规定 (2021), article 37, asks for address, path and steps, time,
tools and methods, system environment.
"""

import hashlib
from typing import Any

from evidence.captured import Captured, door_of
from evidence.chromium.certificates import described
from evidence.chromium.exchanges import Exchange
from evidence.machine import clocks
from evidence.machine.clocks import NOT_CHECKED
from evidence.wanted import Wanted
from pipeline.base.clock import beijing_iso, stamp


def taken(seen: Captured) -> dict[str, Any]:
    """Return when it was taken, in both zones."""
    return {
        "started_utc": stamp(seen.started_at),
        "ended_utc": stamp(seen.ended_at),
        "started_beijing": beijing_iso(seen.started_at),
        "ended_beijing": beijing_iso(seen.ended_at),
        "took_milliseconds": round(seen.took_seconds * 1000),
    }


def circumstances(
    seen: Captured, facts: dict[str, Any], *, wanted: Wanted, named: dict[str, Any]
) -> dict[str, Any]:
    """Return the record: where, when, how, with what, and how every request ended.

    Args:
        seen: the capture.
        facts: what the browser and the machine are (``Browser.facts``, ``Machine.checked``).
        wanted: who asked for it, and the way that led to it.
        named: what else names the snapshot: its id, its listing.
    """
    main = seen.main
    clock = dict(facts.pop("clock", {"offset_against_time_server": NOT_CHECKED}))
    return {
        **named,
        **facts,
        "asked_by": wanted.asked_by,
        "url_requested": seen.url,
        "url_final": seen.final_url,
        "way": dict(wanted.way) or "an address that a person gave; no patrol led to it",
        "steps": _steps(seen),
        "clicks": [
            {
                "did": step.did,
                "what": step.what,
                "on": step.on,
                "at": stamp(step.at),
                "came_of_it": step.came_of_it,
            }
            for step in seen.steps
        ],
        "looks_before": [
            {"at": stamp(one.at), "page": one.page, "reason": one.reason}
            for one in seen.looks_before
        ],
        "session": _session(wanted),
        "redirects": [
            {"url": one.url, "status": one.status, "location": one.header("location")}
            for one in seen.redirects
        ],
        "server": _server(seen, main),
        "tls": _tls(seen),
        "taken": taken(seen),
        "clock": {
            **clock,
            "server_date": main.header("date") if main else "",
            "server_ahead_seconds": (
                clocks.against(main.header("date"), main.received_at) if main else None
            ),
        },
        "received_bytes": seen.received_bytes,
        "page": {
            "title": seen.title,
            "width_px": seen.width_px,
            "height_px": seen.height_px,
            "pictures": seen.pictures,
            "failure": seen.failure,
        },
        "requests": [
            {
                "url": one.url,
                "method": one.method,
                "kind": one.kind,
                "status": one.status,
                "protocol": seen.protocols.get(one.request_id, ""),
                "size_bytes": len(one.body or b""),
                "problem": one.problem,
            }
            for one in seen.exchanges
        ],
        "failed_requests": [
            {"url": one.url, "kind": one.kind, "status": one.status, "why": one.why}
            for one in seen.missing
        ],
        "refused_by_gate": seen.refused,
        "limits_reached": seen.limits,
    }


def _steps(seen: Captured) -> list[str]:
    steps = [f"goto {seen.url}", "scroll to the end", "scroll to the top"]
    if seen.png:
        steps.append("photograph as first served")
    steps += [f"{step.did} {step.what} ({step.on})" for step in seen.steps]
    if seen.clear_png:
        steps += ["scroll to the end", "scroll to the top", "photograph again"]
    return steps


def _session(wanted: Wanted) -> str | dict[str, str]:
    if wanted.session is None:
        return "none: public page, not logged in"
    digest = hashlib.sha256(wanted.session.read_bytes()).hexdigest()
    return {"used": wanted.session.name, "sha256": digest, "access": "logged in by an operator"}


def _tls(seen: Captured) -> dict[str, Any] | str:
    if not seen.certificates and not seen.security:
        return "none: the connection was not secured"
    is_trusted = "CERT_" not in seen.failure
    return {
        "is_trusted": is_trusted,
        "why_not": "" if is_trusted else seen.failure,
        "protocol": seen.security.get("protocol", ""),
        "cipher": seen.security.get("cipher", ""),
        "key_exchange": seen.security.get("keyExchangeGroup", ""),
        "chain": described(seen.certificates),
    }


def _server(seen: Captured, main: Exchange | None) -> dict[str, Any]:
    if main is None:
        return {"name": door_of(seen.url), "address": "", "status": 0, "headers": []}
    door = door_of(main.url)
    return {
        "name": door,
        "address": seen.addresses.get(door, ""),
        "addresses_looked_up": list(seen.answers.get(door, ())),
        "status": main.status,
        "headers": [list(pair) for pair in main.headers],
    }
