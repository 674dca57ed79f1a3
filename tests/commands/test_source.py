"""``shouyi source``: what scripts read, and what people are told."""

import json
import subprocess
import sys

import pytest

PAGE = (
    "<html><head><meta charset='gbk'><title>某店</title>"
    '<script type="application/ld+json">{"@type":"Product","sku":"77","name":"\u200b画眉 一只",'
    '"description":"公，叫口好","image":["/1.jpg","/2.jpg"],"offers":{"price":"1200.00",'
    '"priceCurrency":"CNY","seller":{"name":"老王"}},"datePublished":"2026-03-01T08:00:00+08:00",}'
    "</script></head><body><a href='/login'>登录</a></body></html>"
)
KEYS = {
    "source", "url", "external_id", "title", "text", "price", "place", "seller", "posted_at",
    "images", "page",
}  # fmt: skip


@pytest.fixture
def shouyi(tmp_path):
    def run(*words):
        return subprocess.run(
            [sys.executable, "-m", "commands", "source", *words, "--home", str(tmp_path / "home")],
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def saved(tmp_path):
    def save(body, name="page.html"):
        path = tmp_path / name
        path.write_bytes(body if isinstance(body, bytes) else body.encode("gb18030"))
        return str(path)

    return save


def test_the_catalogue_is_listed_shown_and_right(shouyi):
    """One JSON object a line; all disabled until somebody writes a legal basis."""
    listed = [json.loads(line) for line in shouyi("list", "--json").stdout.splitlines()]
    shown = json.loads(shouyi("show", "goofish", "--json").stdout)
    linted = shouyi("lint", "--json")

    assert {"goofish", "pets-58", "weibo-m", "discuz"} <= {line["source"] for line in listed}
    assert {False} == {line["enabled"] for line in listed}
    assert [20, 2000] == shown["expect"]["listings"]
    assert 0 == linted.returncode
    assert all(json.loads(line)["ok"] for line in linted.stdout.splitlines())


def test_a_wrong_file_is_told_and_ends_with_two(shouyi, saved):
    """One sentence on standard error, nothing else there."""
    done = shouyi("lint", saved(b"key: x\nnmae: y\n", "my.yml"))

    assert 2 == done.returncode
    assert "my.yml:2:1: unknown key nmae; did you mean name?" in done.stderr
    assert 1 == len(done.stderr.splitlines())


def test_a_page_that_no_source_speaks_of_is_read_by_its_own_data(shouyi, saved):
    """JSON-LD with a comma too many, in a page saved as GBK."""
    done = shouyi("try", "--file", saved(PAGE), "--url", "https://shop.example.com/p/77", "--json")

    (line,) = [json.loads(one) for one in done.stdout.splitlines()]
    assert set(line) >= KEYS
    assert ("", "normal", "77") == (line["source"], line["page"], line["external_id"])
    assert "\u200b画眉 一只" == line["title"]
    assert {"yuan": 1200, "raw": "1200.00"} == line["price"]
    assert ("老王", "2026-03-01T08:00:00+08:00") == (line["seller"]["name"], line["posted_at"])
    assert ["https://shop.example.com/1.jpg", "https://shop.example.com/2.jpg"] == line["images"]


def test_a_wall_is_one_line_that_says_so(shouyi, saved):
    """The same keys, and what the page is."""
    page = saved("<title>请输入验证码</title>")

    done = shouyi("try", "--file", page, "--url", "https://sy.58.com/pets/", "--json")

    (line,) = [json.loads(one) for one in done.stdout.splitlines()]
    assert (0, "pets-58", "challenge") == (done.returncode, line["source"], line["page"])
    assert set(line) >= KEYS


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "nobody"], "there is no source nobody"),
        (["try"], "names no page"),
        (["try", "--file", "EMPTY", "--url", "https://a.example.com/"], "is empty"),
        (
            ["try", "--file", "/no/such/page.html", "--url", "https://a.example.com/"],
            "cannot be read",
        ),
        (["try", "--file", "EMPTY"], "is not http or https"),
        (["try", "--file", "EMPTY", "--url", "ftp://a.example.com/"], "is not http or https"),
        (
            ["try", "--file", "EMPTY", "--url", "https://a.example.com/", "--source", "x"],
            "no source x",
        ),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_two(shouyi, saved, words, said):
    """Before anything is done."""
    done = shouyi(*[saved(b"") if word == "EMPTY" else word for word in words])

    assert (2, "") == (done.returncode, done.stdout)
    assert said in done.stderr
    assert 1 == len(done.stderr.splitlines())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://169.254.169.254/latest", "http://0x7f.1/"]
)
def test_a_private_address_is_not_fetched(shouyi, url):
    """Unless a source file of this home names it."""
    done = shouyi("try", url)

    assert (1, "") == (done.returncode, done.stdout)
    assert "not fetched" in done.stderr


def test_robots_txt_is_asked_before_a_page_is_tried(shouyi, httpserver, tmp_path):
    """Trying is reading: the same manners."""
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /p")
    own = tmp_path / "home" / "sources"
    own.mkdir(parents=True)
    own.joinpath("mine.yml").write_text(
        "key: mine\nname: 自家\nfamily: classifieds\n"
        f'base_url: "http://{httpserver.host}:{httpserver.port}/"\n'
        f'search: {{url: "http://{httpserver.host}:{httpserver.port}/p"}}\n'
        'list: {urls: ["/p*"], rows: li, fields: {site_id: a}}\n'
        f'allow_private: ["{httpserver.host}:{httpserver.port}"]\n'
        "expect: {listings: [1, 2]}\n",
        encoding="utf-8",
    )

    done = shouyi("try", httpserver.url_for("/p/1"), "--json")

    assert (1, "") == (done.returncode, done.stdout)
    assert "robots.txt" in done.stderr
    assert ["/robots.txt"] == [request.path for request, _ in httpserver.log]
