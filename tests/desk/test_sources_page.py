"""Sources for people who use no command line; and addresses that lead home are refused first."""

import pytest

from casework import people, webhooks
from crawlers.peek import peek
from crawlers.recognise import NOBODY
from desk import children
from desk.children import Said
from pipeline.base.errors import FetchRefused
from pipeline.base.urls import gate_for
from tests.desk.conftest import PASSWORD

_WRITTEN = """
http://127.0.0.1/ http://127.0.0.1:8700/queue http://127.1/ http://127.0.1/ http://2130706433/
http://0x7f000001/ http://0x7f.0.0.1/ http://0x7f.1/ http://0177.0.0.1/ http://017700000001/
http://127.0.0.1.:80/ http://0/ http://0.0.0.0/ http://127.255.255.254/ http://localhost/
http://LOCALHOST/ http://localhost./ http://a.localhost/ http://[::1]/ http://[::]/
http://[0:0:0:0:0:0:0:1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::127.0.0.1]/
http://[64:ff9b::7f00:1]/ http://[64:ff9b::127.0.0.1]/ http://[2002:7f00:1::]/
http://[2002:a00:1::1]/ http://[fc00::1]/ http://[fd12:3456::1]/ http://[fe80::1]/
http://[fe80::1%25eth0]/ http://[ff02::1]/ http://10.0.0.1/ http://10.255.255.255/
http://172.16.0.1/ http://172.31.9.9/ http://192.168.0.1/ http://192.168.1.254:8080/
http://169.254.169.254/latest/meta-data/ http://169.254.0.1/ http://100.64.0.1/
http://100.127.255.254/ http://192.0.0.1/ http://198.18.0.1/ http://224.0.0.1/
http://240.0.0.1/ http://255.255.255.255/ http://127。0。0。1/ http://127．0．0．1/
http://①②⑦.0.0.1/ http://１２７.0.0.1/ http://%31%32%37.0.0.1/ http://user@127.0.0.1/
http://example.com@127.0.0.1/ http://127.0.0.1#@example.com/ http://example.com:80@10.0.0.1/
http://user:pass@example.com/ https://127.0.0.1:443/ file:///etc/passwd ftp://127.0.0.1/
gopher://127.0.0.1:6379/_INFO data:text/html,<b>x</b> view-source:http://127.0.0.1/
javascript:alert(1) dict://127.0.0.1:11211/ ldap://127.0.0.1/ jar:http://127.0.0.1!/
//127.0.0.1/ http:///127.0.0.1 http:\\\\127.0.0.1\\ http://0x7f.0x0.0x0.0x1/ http://1.1/
http://127.0.0.1:99999/ http://example.com:0/
"""
LEAD_HOME = _WRITTEN.split()
"""Ways of writing an address that leads to us, to our neighbours, or to no web page at all."""


@pytest.fixture
def keeper(somebody, monkeypatch):
    """Qian, who runs the machine, logged in; commands that were called lie in ``asked``."""
    asked = []

    def ask(_settings, *words, **_more):
        asked.append(words)
        return Said(ANSWERS.get(words[1], ()), 0, "")

    monkeypatch.setattr(children, "ask", ask)
    qian = somebody()
    qian.log_in("qian")
    qian.asked = asked
    return qian


LISTING = {
    "external_id": "1",
    "title": "<b>出画眉</b>",
    "price": {"raw": "900元"},
    "place": {"raw": "大连"},
    "posted_at": None,
    "seller": {"name": "老王13804001234"},
    "url": "https://niao.example/1",
}
ANSWERS = {
    "new": ({"draft": "x.yml", "source": "niao", "notes": ["须人工核对"]}, LISTING),
    "try": (LISTING,),
    "mend": (
        {
            "source": "niao",
            "section": "list",
            "field": "title",
            "before": "h3",
            "after": "h4 > a",
            "read_before": 0.0,
            "read_after": 1.0,
        },
    ),
}


def test_a_source_is_drafted_tried_mended_and_enabled(db, keeper):
    """Each is one command of ours, shown in words, and stands in the log with its basis."""
    csrf = keeper.token("/sources")

    def do(deed, **fields):
        return keeper.http.post(f"/sources/{deed}", data={"csrf": csrf, **fields})

    drafted = do("draft", url="https://niao.example/list")
    tried = do("try", key="niao", url="https://niao.example/list")
    mended = do("mend", key="niao")
    do("mend", key="niao", accept="1")
    enabled = do("enable", key="niao", basis="辽林网巡〔2026〕3号", pace="6", hours="22:00-06:00")
    do("disable", key="niao")

    assert "&lt;b&gt;出画眉&lt;/b&gt;" in drafted.text and "须人工核对" in drafted.text  # noqa: PT018
    assert "13804001234" not in drafted.text + tried.text
    assert "h4 &gt; a" in mended.text
    assert 303 == enabled.status_code
    assert [
        ("source", "new", "https://niao.example/list", "--json"),
        ("source", "try", "https://niao.example/list", "--source", "niao", "--json"),
        ("source", "mend", "niao", "--json"),
        ("source", "mend", "niao", "--accept", "--json"),
    ] == keeper.asked[:4]
    assert ("--basis", "辽林网巡〔2026〕3号", "--pace", "6") == keeper.asked[4][3:7]
    log = dict(db.execute("select did, details from audit where did like 'source.%'"))
    assert {"drafted", "tried", "mend_proposed", "mended", "enabled", "disabled"} == {
        did.partition(".")[2] for did in log
    }
    assert "3号" in log["source.enabled"].encode().decode("unicode_escape")


def test_addresses_that_lead_home_are_refused_at_every_door(keeper):
    """Draft and try: more than sixty forms, none comes as far as a command of ours."""
    csrf = keeper.token("/sources")
    passed = []
    for url in LEAD_HOME:
        for deed, more in (("draft", {}), ("try", {"key": "niao"})):
            answer = keeper.http.post(f"/sources/{deed}", data={"csrf": csrf, "url": url, **more})
            if answer.status_code != 422 or "这个地址不能用" not in answer.text:
                passed.append((deed, url))

    assert len(LEAD_HOME) >= 60
    assert [] == passed
    assert [] == keeper.asked


def test_no_receiver_is_one_of_ours(db, clock):
    """A webhook's address is judged before it is kept; none of the forms passes."""
    people.add(db, "qian", role="operator", password=PASSWORD, clock=clock)
    owner = people.get(db, "qian")

    for url in LEAD_HOME:
        with pytest.raises(FetchRefused):
            webhooks.add(db, url, owner=owner, score_from=80, gate=gate_for([]), clock=clock)
    assert [] == webhooks.all_of(db)


def test_what_is_on_is_shown_with_its_basis_and_pace(settings, keeper):
    """A file of the home speaks for itself; a broken one spoils nothing."""
    settings.own_sources.mkdir(parents=True)
    (settings.own_sources / "niao.yml").write_text(
        "key: niao\nname: 花鸟网\nenabled: true\nbasis: 辽林网巡〔2026〕3号\n"
        "base_url: https://niao.example/\nmanners: {seconds_between: 6, hours: '22:00-06:00'}\n",
        encoding="utf-8",
    )
    (settings.own_sources / "broken.yml").write_text("key: [", encoding="utf-8")

    page = keeper.http.get("/sources").text

    first = page.split('class="card" aria-labelledby="s-')[1]
    assert first.startswith("niao")
    assert "辽林网巡〔2026〕3号" in first
    assert "间隔 6 秒，时段 22:00-06:00" in first


def test_a_page_is_not_fetched_from_where_we_do_not_go(clock):
    """Behind the door of the desk the crawler's own look refuses too, before it resolves."""
    for url in LEAD_HOME:
        with pytest.raises(FetchRefused):
            peek(url, gate_for([]), manners=NOBODY.manners, limits=NOBODY.limits, clock=clock)
