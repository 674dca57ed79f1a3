"""``shouyi evidence`` as scripts call it: names, shapes and exit codes are a promise."""

import io
import json
import shutil
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from unittest import mock

import pytest
import structlog

from commands import main
from evidence.keys import Keys
from pipeline.base.clock import SystemClock
from pipeline.store.open import open_store

SOURCE = """\
key: huapiao
name: 花票网
family: classifieds
enabled: false
basis: our own server
base_url: "http://{host}/"
search: {{url: "http://{host}/list?page={{page}}", pages: 1}}
list: {{rows: "li", fields: {{site_id: "::attr(data-id)", url: "a::attr(href)", title: a}}}}
detail: {{urls: ["/*"], fields: {{title: h1}}}}
allow_private: ["{host}"]
manners: {{seconds_between: 0.05, reason: "our own server"}}
expect: {{listings: [1, 100], always: [site_id, title]}}
"""


def shouyi(*words) -> tuple[int, list[dict], str]:
    """Run the command as a script does; return its exit code, its JSON lines, what it said."""
    ran = subprocess.run(
        [sys.executable, "-m", "commands", "evidence", *map(str, words)],
        capture_output=True,
        check=False,
    )
    return _answer(words, ran.returncode, ran.stdout, ran.stderr)


def called(*words) -> tuple[int, list[dict], str]:
    """Run the same command without a process of its own: a second less for each."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    before = structlog.get_config()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["shouyi", "evidence", *map(str, words)]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            structlog.configure(**before)
    return _answer(words, code, out.buffer.getvalue(), err.buffer.getvalue())


def _answer(words, code: int, out: bytes, err: bytes) -> tuple[int, list[dict], str]:
    lines = out.decode().splitlines()
    told = [json.loads(line) for line in lines] if "--json" in words else []
    return code, told, out.decode() + err.decode()


def test_verify_needs_no_home_and_tells_one_line_a_folder(keeper, tmp_path):
    """Two intact folders and one tampered with: exit 1, and the line says which file."""
    folders = [
        shutil.copytree(
            kept.folder, tmp_path / "elsewhere" / kept.snapshot_id, copy_function=shutil.copyfile
        )
        for kept in (keeper.keep(), keeper.keep())
    ]
    assert 0 == called("verify", *folders)[0]
    (folders[1] / "page.png").write_bytes(b"another")

    code, told, _ = shouyi("verify", "--json", *folders)

    assert 1 == code
    assert [True, False] == [line["ok"] for line in told]
    assert {
        "path": str(folders[0]),
        "ok": True,
        "files": 17,
        "problems": [],
        "signed_by": f"Ed25519 {Keys(keeper.settings.keys).signing(SystemClock()).key_id}",
        "timestamp": None,
    } == told[0]
    assert "page.png" in told[1]["problems"][0]


def test_verify_of_a_whole_home_looks_at_the_chain_too(keeper):
    """The last line is that of the chain; people read it in words."""
    keeper.keep()
    keeper.keep()

    code, told, _ = called("verify", "--json", keeper.settings.home)
    _, _, said = called("verify", keeper.settings.home)

    assert (0, 3) == (code, len(told))
    assert 2 == said.count("校验通过")
    assert "链条完整" in said


def test_a_folder_that_is_not_there_is_unusable_input(tmp_path):
    """Exit 2 and one sentence."""
    code, told, said = called("verify", "--json", tmp_path / "nowhere")

    assert (2, []) == (code, told)
    assert 1 == len(said.splitlines())


def test_a_folder_that_is_no_snapshot_is_not_verified(tmp_path):
    """Something is there, and it is not what it should be: exit 1."""
    (tmp_path / "page.png").write_bytes(b"x")

    code, told, _ = called("verify", "--json", tmp_path)

    assert 1 == code
    assert ["manifest.json：文件缺失"] == told[0]["problems"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://2130706433/", "file:///etc/passwd", "http://[::1]/"]
)
def test_an_address_that_the_gate_refuses_changes_nothing(tmp_path, url):
    """Exit 2, one sentence, and not even a home is made."""
    home = tmp_path / "home"

    code, _, said = called("snapshot", url, "--home", home)

    assert 2 == code
    assert "not fetched" in said
    assert not home.exists()


@pytest.mark.browser
def test_a_listing_is_kept_by_its_name(settings, site, a_listing, waiting):
    """From the store to a sealed folder that verifies; then a page that is gone: exit 1."""
    host = f"127.0.0.1:{site.server.port}"
    settings.own_sources.mkdir(parents=True)
    (settings.own_sources / "huapiao.yml").write_text(SOURCE.format(host=host))
    db = open_store(settings.database)
    with closing(db.conn):
        waiting(db, a_listing(url=site.server.url_for("/plain")))

    code, (told,), _ = shouyi("snapshot", "huapiao:991", "--home", settings.home, "--json")
    gone, _, said = shouyi("snapshot", site.server.url_for("/soft404"), "--home", settings.home)

    assert 0 == code
    assert ("huapiao:991", "sealed", True) == (told["listing"], told["state"], told["complete"])
    assert 0 == called("verify", told["path"])[0]
    assert 1 == gone
    assert "已下架" in said


def test_a_set_of_listings_is_exported_checked_and_given_away_by_one_byte(keeper, tmp_path):
    """The walk of the manual: export, check it yourself, change a byte, exit 1 and the name."""
    for number in (1, 2):
        keeper.keep(listing_id=f"huapiao:{number}")
    home, out = keeper.settings.home, tmp_path / "x"
    what = ("huapiao:1", "huapiao:2", "--out", out, "--title", "画眉案", "--by", "li")

    code, (told,), _ = called("export", *what, "--home", home, "--json")
    again = called("export", *what, "--home", home)[0]
    by_hand = subprocess.run(
        ["sh", "./check-it-yourself.sh"], cwd=out, capture_output=True, check=False
    )

    assert (0, 2, 0) == (code, again, by_hand.returncode)
    assert 2 == len(told["snapshots"])
    assert 0 == called("verify", out, f"{out}.zip")[0]
    file = next(out.glob("data/snapshots/*/page.mhtml"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    code, (told,), _ = called("verify", out, "--json")
    assert (1, None) == (code, told["signed_by"])
    assert any("page.mhtml" in problem for problem in told["problems"])


def test_whoever_verifies_a_home_is_in_its_custody_log(keeper, tmp_path):
    """One row for the whole home; a folder that lies elsewhere leaves no trace."""
    kept = keeper.keep()
    home = keeper.settings.home
    elsewhere = shutil.copytree(kept.folder, tmp_path / "elsewhere" / kept.snapshot_id)

    assert [0, 0] == [called("verify", path, "--by", "zhao")[0] for path in (home, elsewhere)]
    assert 0 == called("verify", kept.folder, "--by", "li")[0]
    code, told, _ = called(
        "touch",
        "huapiao:991",
        "--did",
        "printed",
        "--by",
        "wang",
        "--why",
        "附卷",
        "--home",
        home,
        "--json",
    )

    assert 0 == code
    assert [("li", "made"), ("li", "verified"), ("wang", "printed")] == [
        (line["who"], line["did"]) for line in told
    ]
    db = open_store(keeper.settings.database)
    with closing(db.conn):
        whole = db.conn.execute("select who from custody where what = 'home'").fetchall()
    assert [("zhao",)] == whole


def test_keys_heads_and_stamps_are_asked_by_command(keeper, tmp_path):
    """Turned over; printed and countersigned; and plainly: no third party's time."""
    keeper.keep()
    home = ("--home", keeper.settings.home)

    _, before, _ = called("key", *home, "--json")
    code, after, _ = called("key", "--turn", *home, "--json")
    head, (told,), _ = called(
        "head", "--out", tmp_path / "head.txt", "--countersigned", "县检察院", *home, "--json"
    )
    stamp, _, said = called("stamp", *home)
    unknown = called("touch", "huapiao:991", "--did", "burnt", *home)[0]

    assert (0, 0, 0, 2) == (code, head, stamp, unknown)
    assert [True] == [line["signs_now"] for line in before]
    assert [before[0]["key"]] == [line["key"] for line in after if not line["signs_now"]]
    assert told["key_id"] == after[-1]["key"]
    assert told["signature"] in (tmp_path / "head.txt").read_text()
    assert "无第三方时间戳" in said
    db = open_store(keeper.settings.database)
    with closing(db.conn):
        ((did, details),) = db.conn.execute(
            "select did, details from custody where what = 'home'"
        ).fetchall()
    assert ("countersigned", "县检察院") == (did, json.loads(details)["by"])
    assert 0 == called("verify", keeper.settings.home)[0]
