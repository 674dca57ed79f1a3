"""Every `$ shouyi` line of the READMEs runs, in the order a reader meets them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHOUYI = Path(sys.executable).with_name("shouyi")
READMES = ("README.md", "README.zh-CN.md")


def _lines(readme: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    return re.findall(r"^\$ shouyi (.+)$", text, re.MULTILINE)


def test_both_readmes_show_the_same_commands():
    """A clerk who reads Chinese is told no less."""
    assert _lines("README.md") == _lines("README.zh-CN.md")


def test_every_page_and_picture_the_readmes_name_is_there():
    """No dead link in the first thing anybody reads."""
    for readme in READMES:
        text = (ROOT / readme).read_text(encoding="utf-8")
        links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")]
        assert links
        assert [] == [link for link in links if not (ROOT / link).exists()]


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_the_lines_of_the_readme_run_in_a_clean_home(tmp_path):
    """One night over the practice market, then what a morning needs."""
    outputs = {}
    for line in _lines("README.md"):
        done = subprocess.run(
            [SHOUYI, *shlex.split(line)],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "120"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, f"shouyi {line}\n{done.stdout}\n{done.stderr}"
        outputs[line.split()[0]] = done.stdout

    assert "红喉歌鸲" in outputs["match"]
    assert "demo-" in outputs["queue"]
    assert (tmp_path / "data" / "run" / "shouyi.db").is_file()
