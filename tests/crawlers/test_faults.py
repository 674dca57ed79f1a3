"""Servers that misbehave: each run ends in the right state, says why, and loses nothing else."""

import gzip
import socket
import time

import pytest

BOMB = gzip.compress(b"\0" * 60_000_000, 9)
"""60 kB that unpack to 60 MB, above the bound of these sources."""


def test_one_field_that_cannot_be_read_costs_that_field(shop, crawls, whole, html_of):
    """Thirty listings, one of them without its price and text: thirty are stored."""
    shop.odd["/item/105"] = lambda ask: ask.say(html_of("<h1>出画眉</h1><p class=price>￥￥</p>"))

    done = crawls.run(crawls.source(shop))

    assert ("ok", 30) == (done.state, done.new), done.said
    assert whole(done.run)


def test_pages_that_cannot_be_read_cost_those_pages(shop, crawls, whole):
    """The others are stored; each of the three is counted by reason, its bytes are kept."""
    bad = {"105": ("<p>nonsense</p>", 200), "106": ("<p>error</p>", 500), "107": ("", 200)}
    for one, (body, status) in bad.items():
        shop.odd[f"/item/{one}"] = lambda ask, body=body, status=status: ask.say(body, status)
    shop.ids = [str(100 + number) for number in range(60)]

    done = crawls.run(crawls.source(shop))

    assert ("ok", 57, 3) == (done.state, done.new, done.errors), (done.line, done.said)
    failed = dict(crawls.rows("select site_id, reason from run_listings where outcome = 'failed'"))
    assert ["105", "106", "107"] == sorted(failed)
    assert "layout" in failed["105"]
    assert "500" in failed["106"]
    assert "empty" in failed["107"]
    kept = (crawls.home / "logs" / "unread" / "shop").glob("*.html")
    assert sorted(body.encode() for body, _ in bad.values()) == sorted(
        file.read_bytes() for file in kept
    )
    assert whole(done.run)


def test_a_page_that_fails_is_due_again_in_the_next_run(shop, crawls, whole):
    """What failed is not "seen": the next run asks again, even where no list names it."""
    shop.odd["/item/105"] = lambda ask: ask.say("down", status=500)
    file = crawls.source(shop)
    crawls.run(file)
    shop.odd.clear()
    shop.ids.remove("105")

    done = crawls.run(file)

    assert 1 == done.new, done.line
    assert 30 == crawls.rows("select count(*) from listings")[0][0]
    assert whole(done.run)


def test_a_list_without_end_stops_where_it_repeats_itself(shop, crawls, whole):
    """?q=, ?q=&q=, ...: every page names a next one with the same listings."""
    shop.odd["/list"] = lambda ask: ask.say(
        shop.list_page(1, after=f"/list?page=1&q={'&q=' * shop.hits.total()}&n={time.time()}")
    )

    done = crawls.run(crawls.source(shop))

    assert ("ok", 10) == (done.state, done.new), done.line
    assert len(shop.asked("/list")) <= 3
    assert "重复" in done.because
    assert whole(done.run)


def test_a_list_that_grows_for_ever_stops_at_the_limit_and_says_which(shop, crawls, whole):
    """A calendar: always a next page, always new listings."""

    def calendar(ask):
        page = shop.hits.total()
        ids = [f"{page}{number}" for number in range(3)]
        ask.say(shop.list_page(1, ids=ids, after=f"/list?day={page}"))

    shop.odd["/list"] = calendar

    done = crawls.run(crawls.source(shop, limits="seconds: 10, depth: 4", pages=1000))

    assert (1, "thin", "limit") == (done.code, done.state, done.cause), done.line
    assert "limits.depth 4" in done.because
    assert 5 == sum(count for path, count in shop.hits.items() if path.startswith("/list"))
    assert whole(done.run)


def test_the_limit_of_pages_is_kept_and_said(shop, crawls, whole):
    """Ten pages in all, whatever the site offers."""
    done = crawls.run(crawls.source(shop, limits="seconds: 10, pages: 10"))

    assert ("thin", "limit") == (done.state, done.cause)
    assert "limits.pages 10" in done.because
    assert sum(shop.hits.values()) <= 11
    assert whole(done.run)


def test_a_redirect_loop_costs_that_page(shop, crawls, whole):
    """It ends at the source's bound of redirects, which the reason names."""
    shop.odd["/item/105"] = lambda ask: ask.say("", status=302, Location="/item/105?again=1")

    done = crawls.run(crawls.source(shop, limits="seconds: 10, redirects: 3"))

    assert 29 == done.new, done.line
    reasons = crawls.rows("select reason from run_listings where outcome = 'refused'")
    assert [("limits.redirects 3",)] == reasons
    assert whole(done.run)


def test_a_redirect_to_a_private_address_is_not_followed(shop, crawls, whole):
    """A canary on loopback, another port than the allowed one: it sees nobody, by any status."""
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.5)
        where = f"http://127.0.0.1:{canary.getsockname()[1]}/"
        for one, status in zip(shop.ids, (301, 302, 303, 307, 308), strict=False):
            shop.odd[f"/item/{one}"] = lambda ask, status=status: ask.say(
                "", status, Location=where
            )

        done = crawls.run(crawls.source(shop))

        with pytest.raises(TimeoutError):
            canary.accept()
    assert 25 == done.new, done.line
    reasons = crawls.rows("select reason from run_listings where outcome = 'refused'")
    assert 5 == sum("not a public address" in why for (why,) in reasons)
    assert whole(done.run)


def test_a_card_that_points_home_is_not_followed(shop, crawls, whole, html_of):
    """Addresses of this machine and its network in a list are refused by name."""
    homes = ["http://127.0.0.1:1/", "http://2130706433/", "http://10.0.0.1/x", "file:///etc/passwd"]
    rows = "".join(f'<li data-id="{n}"><a href="{url}">鸟</a></li>' for n, url in enumerate(homes))
    shop.odd["/list"] = lambda ask: ask.say(html_of(f'<ul class="list">{rows}</ul>'))

    done = crawls.run(crawls.source(shop))

    assert (4, 0) == (done.listings, done.new), done.line
    reasons = crawls.rows("select reason from run_listings where outcome = 'refused'")
    assert 4 == sum(why.startswith("address: ") for (why,) in reasons)
    assert whole(done.run)


def test_a_name_that_leads_home_is_refused_when_the_connection_is_made(shop, crawls):
    """The name looks public; what it resolves to is not. Checked where Twisted connects."""
    name = socket.gethostname()
    port = shop.host.partition(":")[2]
    file = crawls.source(shop)
    text = file.read_text().replace(f'"http://{shop.host}/', f'"http://{name}:{port}/')
    file.write_text(text)

    done = crawls.run(file)

    assert 1 == done.code
    assert 0 == shop.hits.total(), done.line


def test_retry_after_is_honoured_and_the_page_kept(shop, crawls, whole):
    """429 with Retry-After: 2: nobody asks that host for two seconds, then all is read."""
    answers = iter([429, 503])

    def busy(ask):
        status = next(answers, 0)
        if status:
            ask.say("busy", status=status, Retry_After="2")
        else:
            shop.answer(ask)

    shop.odd["/item/105"] = busy

    done = crawls.run(crawls.source(shop, at_once=1))

    assert ("ok", 30) == (done.state, done.new), done.line
    refusals = [when for when, path in shop.times if path == "/item/105"]
    after = [min(t for t, _ in shop.times if t > one) - one for one in refusals[:2]]
    assert all(pause >= 1.9 for pause in after), after
    assert whole(done.run)


def test_a_host_that_wants_to_be_left_alone_all_night_is(shop, crawls, whole):
    """Retry-After: an hour: the source is blocked for tonight, and said so."""
    shop.odd["/item/105"] = lambda ask: ask.say("busy", status=503, Retry_After="3600")

    done = crawls.run(crawls.source(shop, at_once=1))

    assert (1, "blocked") == (done.code, done.state), done.line
    assert "3600" in done.because
    assert 1 == shop.hits["/item/105"]
    assert whole(done.run)


def test_an_error_that_passes_is_tried_again(shop, crawls, whole):
    """500 once, then the page."""
    answers = iter([500])
    shop.odd["/item/105"] = lambda ask: (
        ask.say("down", status=500) if next(answers, 0) else shop.answer(ask)
    )

    done = crawls.run(crawls.source(shop))

    assert ("ok", 30, 0) == (done.state, done.new, done.errors), done.line
    assert whole(done.run)


def broken(name):
    """Return a server's way of not finishing an answer."""

    def answer(ask):
        if name == "reset":
            ask.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        elif name == "half":
            ask.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<h1>half")
        elif name == "silent":
            time.sleep(8)
        else:
            ask.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            ends = time.monotonic() + 8
            while time.monotonic() < ends:
                ask.wfile.write(b"x" if name == "drip" else b"x" * 65_536)
                time.sleep(0.2 if name == "drip" else 0)
        ask.close_connection = True

    return answer


def test_a_server_that_does_not_finish_costs_those_pages(shop, crawls, whole):
    """Resets, half bodies, silence, one byte at a time, a body without end: 25 of 30 are read."""
    names = ("reset", "half", "silent", "drip", "no_end")
    for one, name in zip(shop.ids, names, strict=False):
        shop.odd[f"/item/{one}"] = broken(name)
    began = time.monotonic()

    done = crawls.run(crawls.source(shop, limits="seconds: 1, bytes: 2000000"))

    assert ("thin", 25) == (done.state, done.new), done.line
    assert time.monotonic() - began < 50
    reasons = dict(
        crawls.rows("select site_id, reason from run_listings where outcome <> 'stored'")
    )
    assert "connection lost" in reasons["100"]
    assert "cut short" in reasons["101"]
    assert reasons["102"] == reasons["103"] == "timeout"
    assert reasons["104"] in {"limits.bytes", "timeout"}
    assert whole(done.run)


def test_a_page_that_unpacks_to_too_much_is_given_up(shop, crawls, whole):
    """60 kB of gzip that unpack to 60 MB: refused at the bound, the memory never taken."""
    shop.odd["/item/105"] = lambda ask: ask.say(BOMB, Content_Encoding="gzip")
    shop.odd["/item/106"] = lambda ask: ask.say(gzip.compress(BOMB), Content_Encoding="gzip, gzip")

    peak = crawls.folder / "peak"
    # VmHWM is the process's own; ru_maxrss is handed on by whoever started it
    (crawls.folder / "sitecustomize.py").write_text(
        "import atexit, pathlib, re\n"
        "status = pathlib.Path('/proc/self/status')\n"
        "told = lambda: re.search('VmHWM.*', status.read_text())[0]\n"
        f"atexit.register(lambda: pathlib.Path({str(peak)!r}).write_text(told()))\n"
    )
    crawls.environment = {"PYTHONPATH": str(crawls.folder)}

    done = crawls.run(crawls.source(shop, limits="seconds: 10, unpacked_bytes: 1000000"))

    assert 28 == done.new, done.line
    reasons = crawls.rows("select distinct reason from run_listings where outcome = 'refused'")
    assert [("limits.unpacked_bytes 1000000",)] == reasons
    assert int(peak.read_text().split()[1]) < 400_000  # kB
    assert whole(done.run)


@pytest.mark.parametrize(
    ("wall", "kind"),
    [
        ("<title>安全验证</title>请拖动滑块完成验证", "challenge"),
        ("<title>登录</title>请先登录，扫码登录后查看更多", "login_wall"),
    ],
)
def test_a_wall_in_the_middle_stops_the_source_politely(shop, crawls, whole, wall, kind):
    """Blocked, by name; nothing more is asked; what was read is kept; nothing is gone."""
    file = crawls.source(shop, at_once=1)
    crawls.run(file, "--limit", "10")
    shop.odd["/item/115"] = lambda ask: ask.say(wall)
    shop.hits.clear()

    done = crawls.run(file)

    assert (1, "blocked", 1) == (done.code, done.state, done.blocked), done.line
    assert 0 == done.gone
    assert shop.hits["/item/116"] == shop.hits["/item/129"] == 0
    assert [(kind,)] == crawls.rows(
        "select page from run_pages where page like '%l%' and page not in ('normal')"
    )
    left = crawls.rows("select count(*) from run_listings where reason like 'not reached%'")
    assert left[0][0] > 0
    assert whole(done.run)


def test_a_redirect_to_a_login_server_is_a_wall(shop, crawls):
    """passport.*: the hop itself says what happened; it is not followed."""
    shop.odd["/list"] = lambda ask: ask.say(
        "", status=302, Location="https://passport.58.com/login?path=x"
    )

    done = crawls.run(crawls.source(shop))

    assert (1, "blocked") == (done.code, done.state), done.line


def test_a_layout_that_changed_is_drift_not_an_empty_night(shop, crawls, html_of):
    """The page answers, and holds nothing that we know: the operator is told."""
    shop.odd["/list"] = lambda ask: ask.say(html_of("<div class=new>" + "出画眉 " * 50 + "</div>"))

    done = crawls.run(crawls.source(shop))

    assert (1, "drift", "layout") == (done.code, done.state, done.cause), done.line
    assert list((crawls.home / "logs" / "unread" / "shop").glob("*.html"))


def test_an_empty_list_that_says_so_is_empty(shop, crawls):
    """The site's own words: nothing for sale. That is no failure."""
    shop.ids = []

    done = crawls.run(crawls.source(shop))

    assert (0, "empty", 0) == (done.code, done.state, done.listings), done.line


def test_fewer_listings_than_a_healthy_night_gives_is_thin(shop, crawls):
    """Thirty where fifty are promised."""
    done = crawls.run(crawls.source(shop, floor=50))

    assert (1, "thin", "floor") == (done.code, done.state, done.cause), done.line


def test_a_host_that_is_not_there_is_a_failed_run(shop, crawls):
    """Nobody listens: failed, with the cause, after three tries."""
    file = crawls.source(shop)
    shop.close()

    done = crawls.run(file)

    assert (1, "failed", "connection") == (done.code, done.state, done.cause), done.line
    assert "robots.txt out of reach" in done.because


def test_a_robots_txt_that_fails_once_is_asked_again(shop, crawls):
    """A bad moment of the server does not cost the night."""
    answers = iter([500])
    shop.odd["/robots.txt"] = lambda ask: (
        ask.say("down", status=500) if next(answers, 0) else shop.answer(ask)
    )

    done = crawls.run(crawls.source(shop))

    assert ("ok", 30) == (done.state, done.new), done.line


def test_a_full_disk_is_one_sentence_and_the_run_goes_on_when_there_is_room(shop, crawls, whole):
    """The store refuses: exit 1, what was written stays, the next start finishes the run."""
    resource_limit = (
        "import resource, signal, runpy, sys\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000))\n"
    )
    crawls.home.mkdir()
    (crawls.folder / "sitecustomize.py").write_text(
        "import os\nif os.environ.get('SMALL_DISK'):\n"
        + "".join(f"    {line}\n" for line in resource_limit.splitlines())
    )
    shop.ids = [str(1000 + number) for number in range(300)]
    file = crawls.source(shop)
    crawls.environment = {"SMALL_DISK": "1", "PYTHONPATH": str(crawls.folder)}

    full = crawls.run(file)

    assert 1 == full.code, (full.line, full.said)
    assert "what was collected before is kept" in full.said
    crawls.environment = {}
    done = crawls.run(file)
    assert ("ok", 300) == (done.state, done.listings), (done.line, done.said)
    assert 300 == crawls.rows("select count(*) from listings")[0][0]
    assert whole(done.run)
