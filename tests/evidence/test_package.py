"""The package for a case: whole, signed, checked by anybody, and filled from what was sealed."""

import json
import re
import shutil
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import bagit
import docx
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from evidence import custody
from evidence.package import disclosure
from evidence.package.check import verify_package
from evidence.package.documents import LIST, RECORD, UNSIGNED, made
from evidence.package.zipped import verify_zip
from evidence.verify import verify_all
from pipeline.base.errors import BadInput, BrokenSeal, NotFound
from pipeline.base.settings import find_browser
from pipeline.store.open import open_store
from tests.evidence.conftest import a_capture, a_picture, an_exchange
from tests.evidence.packages import BYSTANDER, COMMENT, TITLE, a_bureau, by_script, by_shell


@pytest.fixture(scope="module")
def bureau(tmp_path_factory):
    """A home with evidence in it."""
    return a_bureau(tmp_path_factory.mktemp("bureau"))


@pytest.fixture(scope="module")
def made_once(bureau, tmp_path_factory):
    """Its package; only to be looked at."""
    return bureau.export(tmp_path_factory.mktemp("out") / "画眉案 1").folder


@pytest.fixture
def package(made_once, tmp_path):
    """A copy of it, to be tampered with."""
    return Path(shutil.copytree(made_once, tmp_path / "x"))


def test_a_package_holds_what_was_sealed_and_all_that_checks_it(bureau, made_once):
    """Snapshots and stamps as they lie on the shelf, byte for byte; documents, keys, roots."""
    shelf = bureau.keeper.shelf.folder
    sealed = {
        file.relative_to(shelf).as_posix(): file.read_bytes()
        for file in shelf.rglob("*")
        if file.is_file() and file.name != ".lock"
    }
    copied = {
        file.relative_to(made_once / "data/snapshots").as_posix(): file.read_bytes()
        for file in (made_once / "data/snapshots").rglob("*")
        if file.is_file()
    }

    assert sealed == copied
    assert {f"{RECORD}.docx", f"{LIST}.docx"} == {
        file.name for file in (made_once / "data/documents").iterdir()
    }
    assert 5 == len(list((made_once / "keys").iterdir()))
    assert (made_once / "authorities/roots.pem").is_file()


def test_four_ways_of_checking_agree_that_it_is_whole(made_once):
    """Our program, the script for those with Python, the one for those without, and BagIt's."""
    verdict = verify_package(made_once)

    assert () == verdict.problems
    assert verdict.signed_by.startswith("Ed25519 ")
    assert 3 == verdict.timestamp.count("+08:00")
    for code, said in (by_shell(made_once), by_script(made_once)):
        assert 0 == code, said
        assert "核对通过" in said
        assert verdict.signed_by.removeprefix("Ed25519 ") in said
        assert 3 <= len(re.findall("Time stamp: |时间戳 20", said))
    assert bagit.Bag(str(made_once)).validate()


def zipped(made_once) -> Path:
    return made_once.parent / f"{made_once.name}.zip"


def test_the_zip_is_the_same_once_more(made_once):
    """It is verified as it was handed over, and says who signed."""
    verdict = verify_zip(zipped(made_once))

    assert verify_package(made_once) == replace(verdict, path=made_once)
    assert (zipped(made_once), ()) == (verdict.path, verdict.problems)
    assert verdict.signed_by is not None


def rewritten(change):
    """Write the zip anew, one file of it changed: what a forger with a zip program does."""

    def tamper(zip_file: Path) -> str:
        with zipfile.ZipFile(zip_file) as archive:
            held = [(one, archive.read(one)) for one in archive.infolist()]
        with zipfile.ZipFile(zip_file, "w") as archive:
            for one, data in held:
                name = one.filename.partition("/")[2]
                archive.writestr(one, change(data) if name.endswith("/text.txt") else data)
        return "text.txt"

    return tamper


def with_more(name: str, data: bytes = b"x"):
    """Add one more file to the zip."""

    def tamper(zip_file: Path) -> str:
        with zipfile.ZipFile(zip_file, "a") as archive:
            archive.writestr(name, data)
        return name.rpartition("/")[2]

    return tamper


def turned(zip_file: Path) -> str:
    """Turn a byte of the packed bytes of one file."""
    with zipfile.ZipFile(zip_file) as archive:
        one = next(each for each in archive.infolist() if each.filename.endswith("page.png"))
    data = bytearray(zip_file.read_bytes())
    data[one.header_offset + 30 + len(one.filename.encode()) + one.compress_size // 2] ^= 1
    zip_file.write_bytes(data)
    return "page.png"


def longer(zip_file: Path) -> str:
    zip_file.write_bytes(zip_file.read_bytes() + b"more")
    return zip_file.name


def shorter(zip_file: Path) -> str:
    zip_file.write_bytes(zip_file.read_bytes()[:-200])
    return zip_file.name


def preceded(zip_file: Path) -> str:
    zip_file.write_bytes(b"#!/bin/sh\n" + zip_file.read_bytes())
    return zip_file.name


def another(zip_file: Path) -> str:
    zip_file.unlink()
    with zipfile.ZipFile(zip_file, "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    return zip_file.name


@pytest.mark.parametrize(
    "tamper",
    [
        *(rewritten(lambda data: data + b"x"), with_more("画眉案 1/data/more.txt"), turned),
        *(with_more("../outside.txt"), with_more("/outside.txt"), with_more("a/画眉案.txt")),
        *(longer, shorter, preceded, another),
    ],
)
def test_a_zip_that_was_tampered_with_is_given_away(made_once, tmp_path, tamper):
    """Named: the file in it, or the zip itself; and nothing is ever written beside it."""
    copy = Path(shutil.copy(zipped(made_once), tmp_path))
    name = tamper(copy)

    verdict = verify_zip(copy)

    assert any(name in problem for problem in verdict.problems), verdict
    assert (None, None) == (verdict.signed_by, verdict.timestamp)
    assert [copy.name] == [one.name for one in tmp_path.iterdir()]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_holds_a_name_twice_is_refused(made_once, tmp_path):
    """One program would show the first, another the second."""
    copy = Path(shutil.copy(zipped(made_once), tmp_path))
    with zipfile.ZipFile(copy, "a") as archive:
        archive.writestr(f"{made_once.name}/index.html", b"another page")

    (problem,) = verify_zip(copy).problems

    assert problem.startswith(f"{made_once.name}/index.html：")


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(data)


def test_a_change_to_any_file_is_found_and_named_by_all_three(package):
    """Every file of the package in turn; the two scripts for a few of them."""
    files = sorted(one.relative_to(package) for one in package.rglob("*") if one.is_file())
    passed = []

    for number, name in enumerate(files):
        whole = (package / name).read_bytes()
        flip(package / name)
        if not any(name.as_posix() in problem for problem in verify_package(package).problems):
            passed.append(("program", name))
        if number % 16 == 5 and name.name not in {"verify.py", "check-it-yourself.sh"}:
            for check in (by_shell, by_script):
                code, said = check(package)
                if code != 1 or name.name not in said:
                    passed.append((check.__name__, name, said))
        (package / name).write_bytes(whole)

    assert [] == passed
    assert () == verify_package(package).problems


def added(package: Path) -> str:
    (package / "data/snapshots/more.tsr").write_bytes(b"x")
    return "data/snapshots/more.tsr"


def added_at_the_top(package: Path) -> str:
    (package / "autorun.inf").write_bytes(b"x")
    return "autorun.inf"


def removed(package: Path) -> str:
    (package / "data/custody.jsonl").unlink()
    return "data/custody.jsonl"


def renamed(package: Path) -> str:
    (package / "data/custody.jsonl").rename(package / "data/custody.json")
    return "data/custody.jsonl"


def unsigned(package: Path) -> str:
    (package / "package.sig").unlink()
    return "package.sig"


@pytest.mark.parametrize("tamper", [added, added_at_the_top, removed, renamed, unsigned])
def test_what_is_added_or_gone_is_named_by_all_three(package, tamper):
    """Nothing hides in a package and nothing leaves it."""
    name = tamper(package)

    assert any(name in problem for problem in verify_package(package).problems)
    for check in (by_shell, by_script):
        code, said = check(package)
        assert (1, True) == (code, Path(name).name in said), said


def test_who_lists_everything_anew_cannot_sign_for_it(package):
    """All digests fit again, BagIt is content, and the signature is not."""
    file = next(package.glob("data/snapshots/*/text.txt"))
    flip(file)
    bag = bagit.Bag(str(package))
    bag.save(manifests=True)
    assert bagit.Bag(str(package)).validate()

    problems = verify_package(package).problems

    assert any("package.sig" in problem for problem in problems)
    assert any("text.txt" in problem for problem in problems)
    assert [1, 1] == [by_shell(package)[0], by_script(package)[0]]


def words_of(document: bytes | Path) -> str:
    read = docx.Document(str(document))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in read.paragraphs), *cells])


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


def test_the_word_of_the_police_and_the_score_of_a_machine_are_nowhere(made_once):
    """固定 and 存证 are ours to say; 冻结 is not; a score is no evidence of a fact."""
    texts = [
        file.read_text()
        for file in made_once.glob("*")
        if file.is_file() and file.suffix in {".html", ".txt", ".sh", ".py"}
    ]
    texts += [words_of(file) for file in made_once.glob("data/documents/*.docx")]
    texts += [file.read_text() for file in made_once.rglob("*.json")]

    assert [] == [text for text in texts if "冻结" in text or '"score"' in text or "得分" in text]


def test_the_front_page_asks_nothing_of_the_network_and_runs_nothing(made_once):
    """Every link leads into the package, every word of a seller is only a word."""
    page = (made_once / "index.html").read_text()

    assert "<script" not in page.lower()
    assert "画眉案 &lt;b&gt;&amp;" in page
    assert UNSIGNED in page
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert len(links) > 20
    assert [] == [link for link in links if not (made_once / link).is_file() and "%" not in link]
    assert [] == [link for link in links if "://" in link]


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


def test_the_copy_for_others_masks_bystanders_and_lists_what_it_leaves_out(bureau, tmp_path):
    """The seller's own contact stays; a commenter and a stranger's number do not."""
    copy = bureau.export(tmp_path / "y", is_disclosure=True).folder
    first = copy / "data/disclosure" / bureau.keeper.rows()[0].snapshot_id

    words = (first / "masked.txt").read_text()
    left_out = (copy / "data/left-out.csv").read_text(encoding="utf-8-sig")

    assert "微信 huamei2026" in words
    assert "13800002222" in words
    assert COMMENT not in words
    assert "13900001111" not in words
    assert "小刘" not in words
    everything = b"".join(file.read_bytes() for file in copy.rglob("*") if file.is_file())
    assert b"13900001111" not in everything
    sealed = json.loads((first / "manifest.json").read_text())["files"]
    there = {file.name for file in first.iterdir()}
    assert {entry["path"] for entry in sealed} - there == set(
        re.findall(rf"^{first.name},([^,]+),[0-9a-f]{{64}},.+$", left_out, re.MULTILINE)
    )
    assert () == verify_package(copy).problems
    assert [0, 0] == [by_shell(copy)[0], by_script(copy)[0]]
    flip(first / "masked.txt")
    assert any("masked.txt" in problem for problem in verify_package(copy).problems)


def test_of_the_photograph_only_the_listings_own_parts_stay_open(bureau, tmp_path):
    """Title and main picture are to be seen, everybody else's face and word is covered."""
    copy = bureau.export(tmp_path / "y", "huapiao:991", is_disclosure=True).folder

    (file,) = copy.glob("data/disclosure/*/masked.png")
    with Image.open(file) as picture:
        shown = {colour for _, colour in picture.convert("RGB").getcolors()}
    assert {(0, 0, 0), (0, 128, 0)} <= shown
    assert BYSTANDER not in shown
    assert f"{file.parent.name}/masked.png" in (copy / "index.html").read_text()
    assert [] == list(copy.rglob("page.png"))


def test_a_picture_that_may_be_a_bystanders_is_left_out(keeper, clock, tmp_path):
    """Where the listing names none of the page's pictures as its own, none is shown to others."""
    face = an_exchange(clock, url="http://127.0.0.1:8711/face.png", body=a_picture() + b"." * 3000)
    kept = keeper.keep(
        a_capture(clock, exchanges=[an_exchange(clock), face], sent=[[], []]), fields={}
    )
    assert (kept.folder / "picture-01.png").is_file()

    left_out = disclosure.copy(kept.folder, tmp_path / "y")

    assert not (tmp_path / "y" / "picture-01.png").exists()
    assert ["不能确定"] == [one.because[:4] for one in left_out if one.path == "picture-01.png"]


def test_every_export_is_in_the_custody_log(bureau, tmp_path):
    """Who, why, and by which package."""
    bureau.export(tmp_path / "y", "huapiao:991", by="wang", why="移送公安")

    db = open_store(bureau.keeper.settings.database)
    with closing(db.conn):
        row = bureau.keeper.rows()[0]
        last = custody.of(db, [row.snapshot_id])[-1]
    assert ("exported", "wang", "移送公安") == (last.did, last.who, last.why)
    assert "package_sha256" in last.details
    assert [] == [one for each in verify_all(bureau.keeper.settings.home) for one in each.problems]


def test_what_cannot_be_exported_is_said_and_nothing_is_made(bureau, tmp_path):
    """Never kept, already there, no such scan, or no longer what was sealed."""
    (tmp_path / "there").mkdir()
    for out, what, changes, error in (
        ("y", "huapiao:1", {}, NotFound),
        ("there", "huapiao:991", {}, BadInput),
        ("y", "huapiao:991", {"signed_scans": (tmp_path / "no.pdf",)}, NotFound),
    ):
        with pytest.raises(error):
            bureau.export(tmp_path / out, what, **changes)
    row = bureau.keeper.rows()[0]
    file = bureau.keeper.shelf.folder / row.snapshot_id / "text.txt"
    whole = file.read_bytes()
    flip(file)
    try:
        with pytest.raises(BrokenSeal, match=r"text\.txt"):
            bureau.export(tmp_path / "y", "huapiao:991")
    finally:
        file.write_bytes(whole)

    assert ["there"] == [one.name for one in tmp_path.iterdir()]


def test_the_script_that_strangers_read_is_short_and_stands_alone(made_once):
    """Under 200 lines, and nothing but the standard library."""
    script = (made_once / "verify.py").read_text()

    assert len(script.splitlines()) < 200
    imported = set(re.findall(r"^(?:import|from) (\w+)", script, re.MULTILINE))
    assert imported <= set(sys.stdlib_module_names)


def _opened(page_uri: str, settings) -> tuple[list[str], list[str], bool, bool]:
    """Return what a browser asked for, what it complained of, and whether two things show."""
    asked, said = [], []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=find_browser(settings), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(page_uri)
        has_picture = page.locator("img").first.evaluate("picture => picture.naturalWidth > 0")
        is_stamped = page.get_by_text(UNSIGNED).is_visible()
        browser.close()
    return asked, said, has_picture, is_stamped


@pytest.mark.browser
def test_it_opens_in_a_browser_from_a_stick_and_asks_for_nothing(bureau, made_once):
    """From file:, with a picture to be seen, no request to anywhere, no error on the console."""
    # a thread of its own: other browser tests hold a loop in this one
    with ThreadPoolExecutor(1) as apart:
        opened = apart.submit(
            _opened, (made_once / "index.html").as_uri(), bureau.keeper.settings
        ).result()

    asked, said, has_picture, is_stamped = opened
    assert (True, True) == (has_picture, is_stamped)
    assert [] == [url for url in asked if not url.startswith("file:")]
    assert [] == said
