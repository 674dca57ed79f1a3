"""What an officer or a volunteer brings: bounded, and nothing of it leads out of memory."""

import base64
import gzip
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import brought
from crawlers.brought import Bundle
from pipeline.base.errors import BadInput

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
URL = "https://www.somewhere.example/info/88213.html"
PAGE = (
    '<html><head><meta charset="utf-8"><title>出两只画眉 - 某某网</title></head><body>'
    "<h1>出两只画眉</h1><p>价格：800元</p><div class=content>老毛画眉，会唱，"
    "沈阳铁西自提，3小时前从笼里拍的</div></body></html>"
)


def page_file(folder):
    path = folder / "saved.html"
    path.write_text(f"<!-- saved from url=(0044){URL} -->\n{PAGE}", encoding="utf-8")
    return path


def mhtml_file(folder):
    path = folder / "saved.mhtml"
    body = base64.encodebytes(PAGE.encode()).decode()
    path.write_text(
        f"From: <Saved by Blink>\nSnapshot-Content-Location: {URL}\nMIME-Version: 1.0\n"
        'Date: Mon, 9 Mar 2026 10:00:00 -0000\nContent-Type: multipart/related; boundary="b"\n\n'
        f"--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n"
        f"Content-Location: {URL}\n\n{body}\n--b\nContent-Type: image/png\n\nx\n--b--\n",
        encoding="utf-8",
    )
    return path


def har_file(folder):
    path = folder / "saved.har"
    entry = {
        "startedDateTime": "2026-03-09T10:00:00.000Z",
        "request": {"url": URL},
        "response": {"status": 200, "content": {"mimeType": "text/html", "text": PAGE}},
    }
    picture = {"request": {"url": URL + ".png"}, "response": {"content": {"mimeType": "image/png"}}}
    path.write_text(json.dumps({"log": {"entries": [picture, {"broken": 1}, entry]}}), "utf-8")
    return path


def warc_body():
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE.encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}\r\n"
        "WARC-Date: 2026-03-09T10:00:00Z\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + answer + b"\r\n\r\n")


def warc_file(folder):
    path = folder / "saved.warc.gz"
    path.write_bytes(warc_body())
    return path


def wacz_file(folder):
    path = folder / "saved.wacz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.warc.gz", warc_body())
        archive.writestr("pages/pages.jsonl", "{}")
        archive.writestr("../../etc/cron.d/evil.html", PAGE)
        archive.writestr("C:\\evil.html", PAGE)
    return path


FILES = {
    "page": page_file,
    "mhtml": mhtml_file,
    "har": har_file,
    "warc": warc_file,
    "zip": wacz_file,
}


@pytest.mark.parametrize("kind", FILES)
def test_a_page_is_found_in_whatever_it_was_saved_as(kind, tmp_path):
    """With its own address; and its own time, where the file says it."""
    bundle = Bundle(FILES[kind](tmp_path), NOW)

    (page,) = bundle.pages()

    assert (kind, URL) == (bundle.kind, page.url)
    assert "老毛画眉" in page.text
    said = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
    assert page.seen_at == (NOW if kind == "page" else said)


def test_names_that_lead_out_are_told_and_nothing_is_written(tmp_path):
    """Zip-slip."""
    folder = tmp_path / "in"
    folder.mkdir()
    bundle = Bundle(wacz_file(folder), NOW)

    assert 1 == len([*bundle.pages()])

    assert 2 == sum("leads out" in why for why in bundle.left_out)
    assert ["saved.wacz"] == [path.name for path in tmp_path.rglob("*") if path.is_file()]


def test_a_bomb_is_left_out(tmp_path, monkeypatch):
    """Ten times the bound of one page, packed to a few kilobytes."""
    monkeypatch.setattr(brought, "MOST_PAGE_BYTES", 100_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.html", PAGE.replace("<h1>", f"<h1>{'x' * 1_000_000}"))

    bundle = Bundle(path, NOW)

    assert [] == [*bundle.pages()]
    assert "larger than" in bundle.left_out[0]


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("empty.html", b"", "is empty"),
        ("nowhere.html", PAGE.encode(), "--url"),
        ("odd.har", b'{"log": {"nothing": 1}}', "no HAR"),
        ("odd.zip", b"PK\x03\x04 and no more", "damaged ZIP"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence(tmp_path, name, body, said):
    """Before anything is kept."""
    path = tmp_path / name
    path.write_bytes(body)

    with pytest.raises(BadInput, match=said):
        [*Bundle(path, NOW).pages()]


@given(start=st.sampled_from([b"PK\x03\x04", b"\x1f\x8b", b"WARC/1.0\r\n", b'{"log": ', b"From: x",
                              b"<html>"]), rest=st.binary(max_size=300))  # fmt: skip
def test_no_file_breaks_the_reader(start, rest, tmp_path_factory):
    """Pages, or one sentence."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(start + rest)

    try:
        pages = [*Bundle(path, NOW, url=URL).pages()]
    except BadInput:
        return
    assert all(page.url.startswith("http") for page in pages)


def test_the_command_keeps_the_listing_and_who_brought_it(tmp_path):
    """Through the same readers and the same judgement as a crawl; twice is as good as once."""
    home = tmp_path / "home"
    file = har_file(tmp_path)

    def shouyi(*words):
        done = subprocess.run(
            [sys.executable, "-m", "commands", *words, "--json", "--home", str(home)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, json.loads(done.stdout), done.stderr

    code, first, said = shouyi(
        "source", "import", str(file), "--by", "王警官", "--note", "群众提供"
    )
    _, again, _ = shouyi("source", "import", str(file), "--by", "王警官")
    _, shown, _ = shouyi("show", first["ids"][0])

    assert 0 == code, said
    assert (1, 1, 1) == (first["listings"], first["new"], first["flagged"])
    assert (1, 0) == (again["known"], again["new"])
    assert "brought:www.somewhere.example/88213" == shown["listing"]
    assert ["王警官", "王警官"] == [one["by"] for one in shown["brought"]]
    assert 800 == shown["price"]["yuan"]
