"""Each family, crawled by the real command over real HTTP from a server of our own."""

import json
import sqlite3
import subprocess
import sys

import pytest

HEAD = """
key: {key}
name: 试验
enabled: true
basis: a server of our own
base_url: "http://{host}/"
allow_private: ["{host}"]
manners: {{seconds_between: 0.01, at_once: 2, robots: obey, reason: "our own server"}}
expect: {{listings: [1, 100]}}
"""


class Home:
    """A home, a server, and the command between them."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.host = f"{server.host}:{server.port}"
        server.expect_request("/robots.txt").respond_with_data("", status=404)

    def serve(self, path, body, kind="text/html; charset=utf-8", **more):
        """Answer a path with a page, or with JSON."""
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        self.server.expect_request(path, **more).respond_with_data(text, content_type=kind)

    def crawl(self, key, text):
        """Crawl a source once; HOST stands for the server."""
        file = self.folder / f"{key}.yml"
        file.write_text(
            HEAD.format(key=key, host=self.host) + text.replace("HOST", self.host), "utf-8"
        )
        done = subprocess.run(
            [sys.executable, "-m", "commands", "crawl", "--source-file", str(file), "--json",
             "--home", str(self.folder / "home")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def listings(self, key):
        """Return what is stored of a source."""
        db = sqlite3.connect(self.folder / "home" / "shouyi.db")
        sql = "select site_id, title, gone_at from listings where source = ? order by site_id"
        rows = db.execute(sql, [key]).fetchall()
        db.close()
        return rows


@pytest.fixture
def home(tmp_path, httpserver):
    return Home(tmp_path, httpserver)


def page(body, title="试验"):
    return (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="generator" '
        f'content="Discuz! X3.4"><title>{title}</title></head><body>{body}</body></html>'
    )


def post(pid, who, text, floor):
    return (
        f'<div id="post_{pid}"><div class="authi"><a class="xw1">{who}</a></div><strong>'
        f'<a id="postnum{pid}">{floor}</a></strong><em id="authorposton{pid}">发表于 2026-3-8 '
        f'20:15</em><p class="t_f" id="postmessage_{pid}">{text}</p></div>'
    )


def test_a_forum_gives_its_threads_and_what_is_offered_in_their_answers(home):
    """Over two pages of a thread; a pinned notice and a bid are none; a second run is quiet."""
    row = (
        '<tbody id="{state}thread_{tid}"><tr><th><a class="s xst">{title}</a></th>'
        '<td class="by"><cite><a>买家</a></cite><em><span>2026-3-8</span></em></td></tr></tbody>'
    )
    rows = row.format(state="stick", tid=1, title="版规") + row.format(
        state="normal", tid=7, title="求购画眉"
    )
    home.serve(
        "/forum.php",
        page(f'<table id="threadlisttableid">{rows}</table>'),
        query_string="mod=forumdisplay&fid=2&page=1",
    )
    opener = post("70", "买家", "求一只会打的画眉，抚顺自提", "楼主")
    first = post("71", "本溪山货", "我这有两只，800一只，要的私信", "沙发")
    bid = post("72", "看客", "能不能便宜？我这有钱", "板凳")
    second = post("73", "铁岭老周", "出一只生鸟，300元", "5#")
    start = '<h1><span id="thread_subject">求购画眉</span></h1>'
    following = '<a class="nxt" href="forum.php?mod=viewthread&amp;tid=7&amp;page=2">下一页</a>'
    home.serve(
        "/forum.php",
        page(f'{start}<div id="postlist">{opener}{first}{bid}</div>{following}'),
        query_string="mod=viewthread&tid=7",
    )
    home.serve(
        "/forum.php",
        page(f'{start}<div id="postlist">{second}</div>'),
        query_string="mod=viewthread&tid=7&page=2",
    )
    text = """
family: forum
like: discuz
search: {url: "http://HOST/forum.php?mod=forumdisplay&fid=2&page=1"}
"""

    done, again = home.crawl("board", text), home.crawl("board", text)

    assert ("ok", 3) == (done["state"], done["new"]), done
    assert ("ok", 0, 0, 0) == tuple(again[name] for name in ("state", "new", "changed", "gone"))
    expected = [("7", "求购画眉"), ("7-71", "回复：求购画眉"), ("7-73", "回复：求购画眉")]
    assert expected == [row[:2] for row in home.listings("board")]


def test_an_open_interface_is_followed_by_its_cursor(home):
    """Until it says that there is no more; an answer that is no good is a refusal."""
    for cursor, ids, following in (("", (1, 2), "abc="), ("abc%3D", (3,), "")):
        home.serve(
            "/api/items",
            {
                "code": 0,
                "more": bool(following),
                "cursor": following,
                "items": [{"id": one, "title": f"画眉笼 {one}", "price": "80"} for one in ids],
            },
            "application/json",
            query_string=f"q=%E7%94%BB%E7%9C%89&c={cursor}",
        )
    text = """
family: json
search: {url: "http://HOST/api/items?q={term}&c={cursor}", terms: [画眉], pages: 9}
list:
  rows: "items[]"
  more: more
  cursor: cursor
  ok: {code: ["0"]}
  fields: {site_id: id, title: title, price: price, url: {at: id, make: "/item/{}"}}
"""

    done = home.crawl("open", text)

    assert ("ok", 2, 3) == (done["state"], done["pages"], done["new"]), done


def test_data_inside_a_script_is_listed(home):
    """As on auction pages: the page shows nothing without its script."""
    lots = '{"data":[{"id":31,"title":"鸟笼一批","price":undefined,},]}'
    home.serve("/lots", page(f'<script id="lots" type="text/json">{lots}</script>'))
    text = """
family: embedded
search: {url: "http://HOST/lots"}
list:
  script: {at: "script#lots"}
  rows: "data[]"
  fields: {site_id: id, title: title, url: {at: id, make: "/lot/{}"}}
"""

    done = home.crawl("lots", text)

    assert ("ok", 1) == (done["state"], done["new"]), done


def test_a_sitemap_of_sitemaps_leads_to_products(home):
    """Addresses of other pages and other sites are left alone."""
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    inner = "".join(
        f"<sitemap><loc>http://{home.host}/map{number}.xml</loc></sitemap>" for number in (1, 2)
    )
    home.serve("/sitemap.xml", f"<sitemapindex {space}>{inner}</sitemapindex>", "application/xml")
    for number in (1, 2):
        urls = (
            f"http://{home.host}/p/{number}00",
            f"http://{home.host}/about",
            "http://x.example/p/9",
        )
        locations = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
        home.serve(f"/map{number}.xml", f"<urlset {space}>{locations}</urlset>", "application/xml")
        product = {"@type": "Product", "name": f"鸟具 {number}", "offers": {"price": "12.5"}}
        script = f'<script type="application/ld+json">{json.dumps(product)}</script>'
        home.serve(f"/p/{number}00", page(script))
    text = """
family: shop
search: {url: "http://HOST/sitemap.xml"}
detail: {urls: ["/p/*"]}
"""

    done = home.crawl("shop", text)

    assert ("ok", 2) == (done["state"], done["new"]), done
    assert [("100", "鸟具 1"), ("200", "鸟具 2")] == [row[:2] for row in home.listings("shop")]


def test_what_a_search_finds_is_read_by_the_source_of_its_site(home):
    """A result is a lead and no listing; the source that reads its site takes it up."""
    result = f'<div class="r" mu="http://{home.host}/thread-9-1-1.html"><h3>出画眉</h3></div>'
    home.serve("/s", page(result))
    home.serve("/board", page('<table id="threadlisttableid"></table>本版块或指定的范围内尚无主题'))
    thread = '<h1><span id="thread_subject">出画眉一只</span></h1><div id="postlist">'
    home.serve(
        "/thread-9-1-1.html", page(f"{thread}{post('90', '老毛', '八百，鞍山自提', '楼主')}</div>")
    )
    search = """
family: search
search: {url: "http://HOST/s?q={term}", terms: [画眉, 百灵], per_day: 1}
list: {rows: ".r", fields: {site_id: "::attr(mu)", url: "::attr(mu)", title: h3}}
"""
    board = """
family: forum
like: discuz
search: {url: "http://HOST/board"}
"""

    found = home.crawl("finder", search)
    read = home.crawl("board", board)
    again = home.crawl("finder", search)

    assert ("ok", 1, 1) == (found["state"], found["pages"], found["new"]), found
    assert [] == home.listings("finder")
    assert [("9", "出画眉一只")] == [row[:2] for row in home.listings("board")], read
    assert 0 == again["new"]
