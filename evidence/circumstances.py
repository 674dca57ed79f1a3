"""The circumstances of a capture, recorded by the machine: ``environment.json``.

What a machine cannot know, or did not check, is written down as exactly that.

Source: 人民检察院办理网络犯罪案件规定 (2021), article 37, asks for address, path and steps, time,
tools and methods, system environment.
"""

from typing import Any

from evidence.capture import Captured, door_of
from evidence.chromium.exchanges import Exchange
from pipeline.base.clock import beijing_iso, stamp

NOT_CHECKED = "not checked"


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
    seen: Captured, facts: dict[str, Any], *, asked_by: str, named: dict[str, Any]
) -> dict[str, Any]:
    """Return the record: where, when, how, with what, and how every request ended.

    Args:
        seen: the capture.
        facts: what the browser and the machine are (``Browser.facts``).
        asked_by: the schedule or the person that asked.
        named: what else names the snapshot: its id, its listing.
    """
    main = seen.main
    return {
        **named,
        **facts,
        "asked_by": asked_by,
        "url_requested": seen.url,
        "url_final": seen.final_url,
        "steps": [f"goto {seen.url}", "scroll to the end", "scroll to the top"],
        "clicks": [],
        "session": "none: public page, not logged in",
        "redirects": [
            {"url": one.url, "status": one.status, "location": one.header("location")}
            for one in seen.redirects
        ],
        "server": _server(seen, main),
        "taken": taken(seen),
        "clock": {
            "source": "clock of this machine",
            "offset_against_time_server": NOT_CHECKED,
            "server_date": main.header("date") if main else "",
        },
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
