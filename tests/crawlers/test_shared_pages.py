"""Real saved pages, served over HTTP and from file, against the values that are right.

They are not ours to pass on, so they lie beside the repository; without them this is skipped.
"""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.pages.base import fetched
from crawlers.recognise import read_any
from crawlers.sources import load_sources, shipped_sources
from pipeline.base.clock import beijing_iso

SHARED = Path(__file__).parents[3] / "shared" / "pages"
VALUES = json.loads((SHARED / "values.json").read_text("utf-8")) if SHARED.is_dir() else {}
SEEN = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
TYPES = {".json": "application/json", ".html": "text/html", ".xml": "application/xml"}
pytestmark = pytest.mark.skipif(not VALUES, reason=f"no saved pages in {SHARED}")


@pytest.fixture(scope="module")
def sources():
    return load_sources(shipped_sources())


def wrong_with(name, page):
    right = VALUES[name]
    kinds = right["page"] if isinstance(right["page"], list) else [right["page"]]
    if page.verdict.kind.value not in kinds:
        yield f"page is {page.verdict.kind} ({page.verdict.because})"
    if "count" in right and right["count"] != len(page.listings):
        yield f"count is {len(page.listings)}"
    for key, expected in right.get("first", {}).items():
        actual = value_of(page.listings[0], key) if page.listings else None
        is_part = isinstance(expected, str) and isinstance(actual, str) and expected in actual
        if actual != expected and not is_part:
            yield f"{key} is {actual!r}, not {expected!r}"


def value_of(listing, key):
    return {
        "external_id": listing.site_id,
        "title": listing.title,
        "text": listing.text,
        "price_yuan": listing.price.yuan,
        "price_raw": listing.price.raw,
        "place": listing.place.raw,
        "seller": listing.seller.name,
        "images": len(listing.images),
        "posted_at": listing.posted_at and beijing_iso(listing.posted_at)[:19],
    }[key]


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_saved_page_gives_its_verdict_count_and_values(name, sources):
    """With no source named: recognised by its address, its marks, or its own data."""
    saved = SHARED / name
    headers = {"content-type": TYPES[saved.suffix]}
    page = fetched(VALUES[name]["url"], saved.read_bytes(), seen_at=SEEN, headers=headers)

    _, read = read_any(page, sources.values())

    assert [] == [*wrong_with(name, read)]


SERVED = {
    "58_pet_list_rows_2014.html": ("pets-58", 1, "17573771378563"),
    "tieba_mobile_board_list_2020.html": ("tieba-m", 28, "6465015907"),
    "weibo_cn_profile_list_2020.html": ("weibo-cn", 10, "J74OAhxtL"),
    "goofish_search_pingpong_2025.json": ("goofish", 8, "845090278669"),
    "discuz_gbk_thread_sale_images.html": ("discuz", 1, ""),
}


@pytest.mark.parametrize("name", SERVED)
def test_a_page_served_over_http_is_read_by_source_try(name, httpserver, tmp_path):
    """Through the gate, from a home whose own source file names the server."""
    key, count, first = SERVED[name]
    saved = SHARED / name
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/page").respond_with_data(
        saved.read_bytes(), content_type=TYPES[saved.suffix]
    )
    home = tmp_path / "home"
    own = home / "sources"
    own.mkdir(parents=True)
    text = (shipped_sources() / f"{key}.yml").read_text("utf-8")
    own.joinpath(f"{key}.yml").write_text(
        f'{text}allow_private: ["{httpserver.host}:{httpserver.port}"]\n', encoding="utf-8"
    )

    done = subprocess.run(
        [sys.executable, "-m", "commands", "source", "try", httpserver.url_for("/page"),
         "--source", key, "--json", "--home", str(home)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (0, "") == (done.returncode, done.stderr)
    assert count == len(lines)
    assert {"normal"} == {line["page"] for line in lines}
    assert lines[0]["external_id"] == first


CRAWLED = {
    "tieba_mobile_board_list_2020.html": ("tieba-m", 28),
    "weibo_cn_profile_list_2020.html": ("weibo-cn", 10),
}


@pytest.mark.parametrize("name", CRAWLED)
def test_a_page_served_over_http_is_crawled_whole(name, httpserver, tmp_path):
    """The shipped rules, pointed at a server of ours: every listing of the page is stored."""
    key, count = CRAWLED[name]
    host = f"{httpserver.host}:{httpserver.port}"
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/page").respond_with_data(
        (SHARED / name).read_bytes(), content_type="text/html"
    )
    text = (shipped_sources() / f"{key}.yml").read_text("utf-8")
    text = re.sub(r"(?m)^search:\n(  .*\n)+", f'search: {{url: "http://{host}/page"}}\n', text)
    text = re.sub(r"(?m)^base_url:.*", f'base_url: "http://{host}/"', text)
    text = re.sub(r"(?m)^manners:.*", 'manners: {seconds_between: 0.05, reason: "ours"}', text)
    text = re.sub(r"(?m)^expect:.*", f"expect: {{listings: [{count}, {count}]}}", text)
    text = re.sub(r"(?m)^  next:.*\n", "", text)
    own = tmp_path / "own.yml"
    own.write_text(
        text.replace("enabled: false", "enabled: true\nbasis: a server of our own")
        + f'allow_private: ["{host}"]\n',
        encoding="utf-8",
    )

    done = subprocess.run(
        [sys.executable, "-m", "commands", "crawl", "--source-file", str(own), "--json",
         "--home", str(tmp_path / "home")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    (line,) = [json.loads(one) for one in done.stdout.splitlines()]
    assert ("ok", count, count) == (line["state"], line["listings"], line["new"]), done.stderr
