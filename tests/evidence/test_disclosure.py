"""The copy for others: bystanders masked, and what was left out listed."""

import json
import re

from PIL import Image

from evidence.package import disclosure
from evidence.package.check import verify_package
from tests.evidence.conftest import a_capture, a_picture, an_exchange
from tests.evidence.packages import BYSTANDER, COMMENT, by_script, by_shell, flip


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
