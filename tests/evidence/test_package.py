"""The package for a case: whole, signed, and checked by anybody."""

import json
import re
import runpy
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import bagit
import pytest
from playwright.sync_api import sync_playwright

from evidence import custody, manifest
from evidence.package.check import verify_package
from evidence.package.documents import LIST, RECORD, UNSIGNED
from evidence.verify import verify_all
from pipeline.base.errors import BadInput, BrokenSeal, NotFound
from pipeline.base.settings import find_browser
from pipeline.store.open import open_store
from tests.evidence.packages import (
    by_script,
    by_shell,
    flip,
    words_of,
)


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


def test_the_script_reads_a_manifest_of_any_shape_to_the_end(package):
    """Keys taken away or made another kind: named, and never a crash."""
    script = runpy.run_path(str(package / "verify.py"))["verify"]
    folder = min(package.glob("data/snapshots/*/"))
    whole = json.loads((folder / "manifest.json").read_bytes())
    passed = []

    for key, wrong in (
        ("files", None),
        ("files", [1]),
        ("format", "x"),
        ("chain", None),
        ("chain", {"before": [1]}),
        ("taken", {"ended_utc": 1}),
        ("signing", []),
    ):
        (folder / "manifest.json").write_bytes(manifest.canonical({**whole, key: wrong}))
        if not any(folder.name in problem for problem in script(package)):
            passed.append((key, wrong))

    assert [] == passed


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
