"""The documents that go with a package: filled from the manifests, never as if signed."""

import json
import re
from datetime import datetime
from pathlib import Path

import docx
import pytest

from evidence.package.documents import LIST, RECORD, UNSIGNED, made
from pipeline.base.errors import BadInput
from tests.evidence.packages import (
    TITLE,
    words_of,
)


def in_words(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%Y年%m月%d日 %H时%M分%S秒")


def test_the_documents_are_filled_from_the_manifests(bureau, made_once):
    """Stamped as unsigned, with both digests of every file, and places for who signs."""
    record = words_of(made_once / f"data/documents/{RECORD}.docx")
    listed = words_of(made_once / f"data/documents/{LIST}.docx")

    for row in bureau.keeper.rows():
        told = json.loads(
            (bureau.keeper.shelf.folder / row.snapshot_id / "manifest.json").read_text()
        )
        assert row.snapshot_id in record
        assert in_words(told["taken"]["started_beijing"]) in record
        for entry in told["files"]:
            assert {entry["sha256"], entry["sm3"]} <= set(re.findall(r"[0-9a-f]{64}", listed))
        assert row.manifest_sha256 in listed
    for words in (record, listed):
        assert UNSIGNED in words
        assert 2 == words.count("提取人员（签名）")
        assert "见证人" in words
    assert "最后一页 http://127.0.0.1:8711/s?q=x（搜索词：画眉） → 打开 http://" in record
    assert "依据：巡查职责；robots.txt：遵守；间隔 4 秒；发起：li" in record
    assert "发起：li；网址由人员提供" in record
    assert "夜间由机器提取" in record
    assert "固定未成的记录：页面打不开" in record
    assert TITLE in record


def test_without_hands_that_signed_it_is_stamped_and_with_them_their_scan_is_in_it(
    bureau, tmp_path
):
    """A scan of the signed record takes the stamp off the front page, and goes with it."""
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.7 signed by hand")

    made_with = bureau.export(tmp_path / "y", signed_scans=(scan,)).folder

    assert UNSIGNED not in (made_with / "index.html").read_text()
    assert b"%PDF-1.7 signed by hand" == (made_with / "data/documents/signed-01.pdf").read_bytes()


def own_template(bureau, name: str, text: str) -> Path:
    folder = bureau.keeper.settings.templates
    folder.mkdir(exist_ok=True)
    document = docx.Document()
    document.add_paragraph(text)
    document.save(str(folder / f"{name}.docx"))
    return folder / f"{name}.docx"


@pytest.mark.parametrize(
    ("text", "field"),
    [("{{ case_no }}", "case_no"), ("{% for s in snapshots %}{{ s.fine }}{% endfor %}", "fine")],
)
def test_a_template_that_asks_for_what_there_is_not_is_refused_by_name(
    bureau, tmp_path, text, field
):
    """The sentence names file and field and lists what may be asked for; nothing is left."""
    file = own_template(bureau, RECORD, text)
    try:
        with pytest.raises(BadInput, match=f"「{field}」") as refused:
            bureau.export(tmp_path / "y")
    finally:
        file.unlink()

    assert str(file) == refused.value.where
    assert "snapshots" in refused.value.mend
    assert [] == list(tmp_path.iterdir())


def test_a_bureaus_own_template_goes_before_ours(bureau, tmp_path):
    """Dropped into the home, under the same name."""
    file = own_template(bureau, RECORD, "本局笔录 {{ title }} {{ count }} 份")
    try:
        made_here = bureau.export(tmp_path / "y").folder
    finally:
        file.unlink()

    assert f"本局笔录 {TITLE} 3 份" in words_of(made_here / f"data/documents/{RECORD}.docx")


def test_what_is_no_word_file_is_refused(tmp_path):
    """Half a file, or a text under that name."""
    (tmp_path / f"{RECORD}.docx").write_bytes(b"PK\x03\x04 half a file")

    with pytest.raises(BadInput, match="Word"):
        made(RECORD, tmp_path, {"title": "x"})


def test_a_sellers_words_cannot_break_a_document(tmp_path):
    """Control characters, halves of characters, markup and template signs are only words."""
    document = docx.Document()
    document.add_paragraph("{{ title }} 完")
    document.save(str(tmp_path / f"{RECORD}.docx"))

    made_here = made(RECORD, tmp_path, {"title": "鸟\x0b<片>\ud83d&{{ 7*7 }}"})

    (tmp_path / "out.docx").write_bytes(made_here)
    assert "鸟<片>&{{ 7*7 }} 完" in words_of(tmp_path / "out.docx")
