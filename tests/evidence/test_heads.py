"""The heads of the chains: signed, kept apart, and what they give away later."""

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from evidence import heads, manifest
from evidence.keys import Keys, read_history
from evidence.verify import verify_all
from pipeline.store.open import open_store


def anchored(keeper):
    db = open_store(keeper.settings.database)
    with closing(db.conn):
        return heads.anchor(db, keeper.settings, clock=keeper.clock)


def problems_of(keeper):
    return [problem for one in verify_all(keeper.settings.home) for problem in one.problems]


def test_the_head_is_that_of_the_last_snapshot_and_checks_with_openssl(keeper, tmp_path):
    """Whoever holds the printed page needs the public key and openssl, nothing of ours."""
    keeper.keep()
    last = keeper.keep()

    head = anchored(keeper)

    said = re.search(r"所签原文：(.+)", head.text)[1]
    assert last.row.manifest_sha256 == json.loads(said)["manifest_sha256"]
    (tmp_path / "said").write_text(said)
    (tmp_path / "sig").write_bytes(bytes.fromhex(head.signature))
    key = read_history(Keys(keeper.settings.keys).history())[-1]
    (tmp_path / "key.pem").write_text(key.pem)
    words = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem"]
    ran = subprocess.run(
        [*words, "-in", "said", "-sigfile", "sig"], cwd=tmp_path, capture_output=True, check=False
    )
    assert 0 == ran.returncode, ran
    assert [] == problems_of(keeper)


def test_evidence_replaced_with_its_rows_is_given_away_by_an_old_head(keeper):
    """Folder, chain and database rewritten by somebody who holds the key: yesterday's head not."""
    kept = keeper.keep()
    anchored(keeper)
    told = json.loads((kept.folder / "manifest.json").read_bytes())
    data = manifest.canonical({**told, "page_because": "nothing to see"})
    signature = Keys(keeper.settings.keys).signing(keeper.clock).sign(data)
    for name, content in {
        "manifest.json": data,
        **manifest.check_lines(data),
        "manifest.sig": signature,
    }.items():
        (kept.folder / name).chmod(0o644)
        (kept.folder / name).write_bytes(content)
    digests = manifest.digests_of(data)
    with closing(sqlite3.connect(keeper.settings.database)) as conn:
        conn.execute("drop trigger snapshots_are_append_only_u")
        conn.execute(
            "update snapshots set manifest_sha256 = ?, manifest_sm3 = ?",
            (digests.sha256, digests.sm3),
        )
        conn.commit()

    (problem,) = problems_of(keeper)

    assert kept.snapshot_id in problem
    assert "链头" in problem


def test_a_snapshot_taken_away_with_its_row_is_missed(keeper):
    """The last of the chain, gone from folder and database alike."""
    kept = keeper.keep()
    anchored(keeper)
    shutil.rmtree(kept.folder)
    with closing(sqlite3.connect(keeper.settings.database)) as conn:
        conn.execute("drop trigger snapshots_are_append_only_d")
        conn.execute("delete from snapshots")
        conn.commit()

    assert any(kept.snapshot_id in problem for problem in problems_of(keeper))


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda line: line.replace('"chain_number": 1', '"chain_number": 2'), "签名不符"),
        (lambda line: line[:-9], "读不出来"),
        (lambda _line: "{}", "读不出来"),
    ],
)
def test_a_head_that_was_edited_is_named_by_its_line(keeper, edit, words):
    """The file beside the database is signed line by line."""
    keeper.keep()
    anchored(keeper)
    file = keeper.settings.home / heads.NAME
    file.write_text(edit(file.read_text()))

    (problem,) = problems_of(keeper)

    assert "第 1 行" in problem
    assert words in problem
