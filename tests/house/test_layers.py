"""Rooms look down, never up; broken once, it is seen red."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")


def _lint(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [LINT, "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_room_imports_one_above_it():
    """The contracts of pyproject.toml hold for the code as it stands."""
    result = _lint(ROOT)

    assert 0 == result.returncode, result.stdout


def test_a_wrong_way_import_is_seen(tmp_path):
    """A listing that asks the desk breaks the build, with the file and the line."""
    for room in ("keywords", "pipeline", "crawlers", "evidence", "casework", "desk", "demo"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("static"))
    shutil.copytree(ROOT / "commands", tmp_path / "commands")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "scheduler.py", tmp_path)
    listing = tmp_path / "pipeline" / "listing.py"
    listing.write_text(listing.read_text() + "\nimport desk\n")

    result = _lint(tmp_path)

    assert 0 != result.returncode
    assert "pipeline.listing" in result.stdout
