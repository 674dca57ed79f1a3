"""A package as it is handed over: one file, and what can be wrong with it."""

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.package.check import verify_package
from evidence.package.zipped import verify_zip


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
