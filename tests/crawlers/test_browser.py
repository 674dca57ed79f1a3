"""Pages that need a real browser: listened to, scrolled, and survived."""

import json
import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

APP = """
key: {key}
name: 试验闲置
family: app
enabled: true
basis: our own server
base_url: "http://{host}/"
browser: true
search: {{url: "http://{host}/search"}}
answers: {{url: "http://{host}/api/*", scrolls: 10, wait_seconds: {wait}}}
list:
  as: json
  rows: "data.list[]"
  more: "data.more"
  ok: {{"ret[]": ["SUCCESS::调用成功"]}}
  fields:
    site_id: "id"
    url: {{at: "id", make: "http://{host}/item/{{}}"}}
    title: "title"
    price: "price"
allow_private: ["{host}"]
manners: {{seconds_between: 0.001, at_once: 2, robots: obey, reason: "our own server"}}
limits: {{seconds: 20}}
expect: {{listings: [{floor}, 1000]}}
"""

SCRIPT = """<!doctype html><title>闲置</title><div style="height:3000px">闲置好物</div><script>
let page = 0, busy = false, more = true;
async function load() {
  if (busy || !more) return;
  busy = true; page += 1;
  const answer = await (await fetch('/api/list?page=' + page + '&sign=' + Math.random())).json();
  more = answer.data && answer.data.more; busy = false;
}
addEventListener('scroll', load); load();
</script>%s"""


def app_of(shop, *, extra=""):
    """Turn the shop into an app that loads its listings as it is scrolled."""

    def answer(ask):
        page = int(ask.path.partition("page=")[2].partition("&")[0])
        ids = shop.ids[(page - 1) * 10 : page * 10]
        cards = [{"id": one, "title": f"出画眉 {one}", "price": "￥800"} for one in ids]
        told = {
            "ret": ["SUCCESS::调用成功"],
            "data": {"list": cards, "more": page * 10 < len(shop.ids)},
        }
        ask.say(json.dumps(told), kind="application/json")

    shop.odd["/search"] = lambda ask: ask.say(SCRIPT % extra)
    shop.odd["/api/list"] = answer


def chromiums():
    """Return the processes that carry the mark of a run of ours."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if b"--shouyi-run=" in words:
            found.append(int(folder.name))
    return found


def test_an_app_is_scrolled_to_its_end_and_its_own_answers_are_read(shop, crawls, whole):
    """Thirty listings in three answers, each asked for by the page itself."""
    app_of(shop)

    done = crawls.run(crawls.source(shop, text=APP, wait=8))

    assert (0, "ok", 30) == (done.code, done.state, done.new), (done.line, done.said)
    assert whole(done.run)


def test_an_answer_that_refuses_blocks_the_source(shop, crawls, whole):
    """The second answer is no longer OK: blocked, and the ten before it are kept."""
    app_of(shop)
    healthy = shop.odd["/api/list"]
    shop.odd["/api/list"] = lambda ask: (
        ask.say(
            '{"ret": ["FAIL_SYS_USER_VALIDATE::哎哟喂,被挤爆啦"], "data": {}}',
            kind="application/json",
        )
        if "page=2" in ask.path
        else healthy(ask)
    )

    done = crawls.run(crawls.source(shop, text=APP, wait=8))

    assert (1, "blocked", 10) == (done.code, done.state, done.new), (done.line, done.said)
    assert whole(done.run)


def test_a_page_that_asks_for_nothing_we_know_is_drift(shop, crawls):
    """The page opens, and no answer comes that the source file describes."""
    shop.odd["/search"] = lambda ask: ask.say("<title>闲置</title><p>新版首页，" + "好" * 300)

    done = crawls.run(crawls.source(shop, text=APP, wait=1))

    assert (1, "drift") == (done.code, done.state), (done.line, done.said)


def test_nothing_in_a_page_reaches_an_address_the_gate_refuses(shop, crawls):
    """Pictures, frames, scripts, sockets, prefetch, redirects: the canary sees nobody."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.2)
        seen = []
        port = canary.getsockname()[1]

        def watch():
            while canary.fileno() >= 0:
                try:
                    seen.append(canary.accept()[1])
                except TimeoutError:
                    continue
                except OSError:
                    return

        threading.Thread(target=watch, daemon=True).start()
        shop.odd["/hop"] = lambda ask: ask.say(
            "", status=302, Location=f"http://127.0.0.1:{port}/r"
        )
        homes = [
            f"http://{host}:{port}" for host in ("127.0.0.1", "localhost", "[::1]", "2130706433")
        ]
        extra = "".join(
            f'<img src="{home}/i"><iframe src="{home}/f"></iframe><script src="{home}/s"></script>'
            f'<link rel=prefetch href="{home}/p"><link rel=stylesheet href="{home}/c">'
            f"<script>fetch('{home}/x',{{mode:'no-cors'}}).catch(()=>0);"
            f"try{{new WebSocket('{home.replace('http', 'ws')}/w')}}catch(e){{}}"
            f"navigator.sendBeacon('{home}/b','x')</script>"
            for home in homes
        )
        extra += '<iframe src="/hop"></iframe><script src="/hop"></script>'
        extra += (
            "<script>const c = new RTCPeerConnection({iceServers:[{urls:"
            f"'stun:127.0.0.1:{port}'}}]}}); c.createDataChannel('x');"
            "c.createOffer().then(o => c.setLocalDescription(o))</script>"
        )
        app_of(shop, extra=extra)

        done = crawls.run(crawls.source(shop, text=APP, wait=8))

    assert ("ok", 30) == (done.state, done.new), (done.line, done.said)
    assert [] == seen


def browsed(crawls, shop, **changes):
    """Return the source of the plain shop, read in the browser."""
    file = crawls.source(shop, **changes)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("search:", "browser: true\nsearch:", 1), encoding="utf-8")
    return file


@pytest.mark.timeout(180)
def test_a_browser_that_is_killed_at_page_ten_loses_no_page(shop, crawls, whole):
    """A new browser reads that page again; thirty of thirty, and none is left running."""
    shop.ids = shop.ids[:30]

    def killing(ask):
        if shop.hits["/item/110"] == 1:
            for pid in chromiums():
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.3)
        shop.answer(ask)

    shop.odd["/item/110"] = killing

    done = crawls.run(browsed(crawls, shop, limits="seconds: 15"), timeout=170)

    assert ("ok", 30) == (done.state, done.new), (done.line, done.said)
    assert [] == chromiums()
    assert whole(done.run)


@pytest.mark.timeout(180)
def test_a_page_that_is_down_twice_and_one_that_hangs_cost_no_other(shop, crawls, whole, html_of):
    """503, 503, then the page; and a script that never yields is given up at its bound."""
    shop.ids = shop.ids[:6]
    answers = iter([503, 503])
    shop.odd["/item/101"] = lambda ask: (
        ask.say("down", status=503) if next(answers, 0) else shop.answer(ask)
    )
    shop.odd["/item/103"] = lambda ask: ask.say(html_of("<h1>x</h1><script>while(1){}</script>"))
    crawls.environment = {"SHOUYI_PAGE_TIMEOUT_SECONDS": "3"}

    done = crawls.run(browsed(crawls, shop, limits="seconds: 5"), timeout=170)

    assert 5 == done.new, (done.line, done.said)
    failed = crawls.rows("select site_id from run_listings where outcome = 'failed'")
    assert [("103",)] == failed
    assert [] == chromiums()
    assert whole(done.run)
