"""``shouyi night`` from outside: what is due, what is wrong, and never two at a time."""

import fcntl
import json
import subprocess
import sys
from pathlib import Path

SHOUYI = Path(sys.executable).with_name("shouyi")

SOURCE = """
key: huapiao
name: 花票网
family: classifieds
enabled: true
basis: 辽林函〔2026〕1号
base_url: http://127.0.0.1:9
allow_private: ["127.0.0.1:9"]
search: {url: "http://127.0.0.1:9/list"}
list:
  rows: li
  fields: {site_id: "::attr(id)", url: "a::attr(href)", title: "a"}
manners: {seconds_between: 0.05, reason: our own server}
expect: {listings: [1, 10]}
"""


def shouyi(home, *words):
    return subprocess.run(
        [SHOUYI, *words, "--home", str(home)], capture_output=True, text=True, check=False
    )


def a_home(tmp_path, **files) -> Path:
    home = tmp_path / "home"
    (home / "sources").mkdir(parents=True)
    for name, text in files.items():
        (home / "sources" / f"{name}.yml").write_text(text, encoding="utf-8")
    return home


def test_a_host_that_is_gone_is_a_failed_run_and_exit_1(tmp_path):
    """Nobody listens there: the night says so, and does not say "0 new"."""
    home = a_home(tmp_path, huapiao=SOURCE)

    done = shouyi(home, "night", "--json")

    assert 1 == done.returncode, done.stderr
    line = json.loads(done.stdout)
    assert {"runs": 1, "listings": 0, "flagged": 0, "snapshots": 0, "failed": 1} == line


def test_one_wrong_source_file_does_not_cost_the_others_their_night(tmp_path):
    """The wrong file is told with its line; the right one is crawled all the same."""
    home = a_home(tmp_path, huapiao=SOURCE, broken="key: broken\nnam: 错\n")

    done = shouyi(home, "night")

    assert 1 == done.returncode
    assert "broken.yml:" in done.stdout.replace("\n", "")
    assert "花票网" in done.stdout


def test_a_second_night_beside_the_first_is_refused(tmp_path):
    """Exit 2, one sentence, nothing changed."""
    home = a_home(tmp_path, huapiao=SOURCE)
    with (home / "night.lock").open("a") as first:
        fcntl.flock(first, fcntl.LOCK_EX)

        done = shouyi(home, "night", "--json")

    assert (2, "") == (done.returncode, done.stdout)
    assert "another night is at work" in done.stderr


def test_settings_that_cannot_be_are_told_by_name(tmp_path):
    """A clerk who wrote 25:00 is told which line of which file."""
    home = a_home(tmp_path)
    (home / "settings.toml").write_text('night_at = "25:00"\n', encoding="utf-8")

    done = shouyi(home, "night")

    assert 2 == done.returncode
    assert "settings.toml" in done.stderr
    assert "night_at" in done.stderr
    assert 1 == len(done.stderr.strip().splitlines())
