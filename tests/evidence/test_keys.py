"""The keys that sign: made at first run, closed to others, turned over, and never forgotten."""

import json
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from evidence import manifest
from evidence.keys import Keys, read_history
from evidence.package.build import Order, export
from evidence.shelf import Shelf
from evidence.sign import Seal
from evidence.verify import verify, verify_all
from pipeline.base.clock import SystemClock
from pipeline.base.errors import BadInput
from pipeline.store.open import open_store
from tests.evidence.conftest import Keeper
from tests.evidence.packages import by_script


@pytest.fixture
def keys(tmp_path) -> Keys:
    """A home's keys, not made yet."""
    return Keys(tmp_path / "keys")


def test_a_key_is_made_once_and_nobody_else_may_read_it(keys, clock):
    """The first run makes it; every later one finds it."""
    first, second = keys.signing(clock), keys.signing(clock)

    modes = {path.stat().st_mode & 0o777 for path in keys.folder.iterdir()}
    assert first.key_id == second.key_id
    assert (0o700, {0o600}) == (keys.folder.stat().st_mode & 0o777, modes)


def test_a_passphrase_closes_the_key(keys, clock):
    """Without the word the file is of no use, and the sentence says which setting gives it."""
    closed = Keys(keys.folder, "白鹭 2026")
    signature = closed.signing(clock).sign(b"x")

    assert signature == Keys(keys.folder, "白鹭 2026").signing(clock).sign(b"x")
    for word in ("", "白鹭"):
        with pytest.raises(BadInput, match="key_passphrase"):
            Keys(keys.folder, word).signing(clock)


def test_a_key_that_others_can_read_is_not_used(keys, clock):
    """As ssh does: a key that lies open is no key."""
    (pem,) = (keys.signing(clock), *keys.folder.glob("*.pem"))[1:]
    pem.chmod(0o644)

    with pytest.raises(BadInput, match="chmod 600"):
        keys.signing(clock)


def test_a_key_turned_over_signs_no_more_and_its_signatures_stay_good(keeper):
    """The old key signs for the new one and is destroyed; both snapshots verify."""
    keys = Keys(keeper.settings.keys)
    before = keeper.keep()
    old = keys.signing(keeper.clock).key_id

    new = keys.turn(keeper.clock).key_id
    after = keeper.keep()

    assert [old, new] == [key.key_id for key in read_history(keys.history())]
    assert [f"{new}.pem"] == [path.name for path in keys.folder.glob("*.pem")]
    assert [f"Ed25519 {old}", f"Ed25519 {new}"] == [
        verify(one.folder).signed_by for one in (before, after)
    ]
    assert [] == [problem for one in verify_all(keeper.settings.home) for problem in one.problems]


def test_every_entry_of_the_history_holds_the_others(keys, clock):
    """Changed, taken out or put elsewhere: each is found, at whichever of four keys."""
    for _ in range(3):
        keys.turn(clock)
    listed = json.loads(keys.history())["keys"]
    others = Keys(keys.folder.parent / "others")
    (foreign,) = json.loads(others.signing(clock).history)["keys"]

    forged = [listed[:place] + listed[place + 1 :] for place in range(3)]
    forged += [[*listed[:1], listed[2], listed[1], listed[3]], [*listed, foreign], []]
    forged += [
        [{**one, name: f"{one[name]}0"} if one is listed[place] else one for one in listed]
        for place in range(4)
        for name in listed[0]
    ]

    assert 4 == len(read_history(keys.history()))
    for entries in forged:
        with pytest.raises((ValueError, IndexError)):
            read_history(manifest.canonical({"keys": entries}))


def test_the_signature_is_checked_by_openssl_alone(keeper, tmp_path):
    """Who distrusts us needs no program of ours."""
    kept = keeper.keep()
    (entry,) = json.loads((kept.folder / "signing-keys.json").read_bytes())["keys"]
    (tmp_path / "key.pem").write_text(entry["public_key"])

    ran = subprocess.run(
        [
            *("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", tmp_path / "key.pem"),
            *("-in", kept.folder / "manifest.json", "-sigfile", kept.folder / "manifest.sig"),
        ],
        capture_output=True,
        check=False,
    )

    assert 0 == ran.returncode, ran


@pytest.fixture
def sm2_key(tmp_path) -> Path:
    """A bureau's SM2 key."""
    file = tmp_path / "sm2.pem"
    made = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "SM2", "-out", file], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("this openssl makes no SM2 key")
    return file


def test_where_the_bureau_has_an_sm2_key_both_sign(settings, clock, sm2_key, tmp_path):
    """The public half is named in the manifest, which our own key signs too."""
    keeper = Keeper(settings.model_copy(update={"sm2_key": sm2_key}), clock)
    kept = keeper.keep()

    assert verify(kept.folder).signed_by.endswith(" + SM2")
    db = open_store(settings.database)
    with closing(db.conn):
        order = Order(what=(kept.snapshot_id,), title="x", by="li")
        package = export(db, keeper.settings, order, out=tmp_path / "x", clock=clock).folder
    assert 0 == by_script(package)[0]
    shutil.copy(kept.folder / "manifest.sig", next(package.rglob("manifest.sm2.sig")))
    assert "manifest.sm2.sig：签名与清单不符" in by_script(package)[1]
    signature = kept.folder / "manifest.sm2.sig"
    signature.chmod(0o644)
    for broken in (b"", bytes([signature.read_bytes()[0]]) + signature.read_bytes()[1:-1] + b"x"):
        signature.write_bytes(broken)
        assert any("manifest.sm2.sig" in one for one in verify(kept.folder).problems)
    signature.unlink()
    assert ["manifest.sm2.sig：签名缺失"] == list(verify(kept.folder).problems)


def test_an_sm2_signature_that_cannot_be_checked_is_not_waved_through(
    settings, clock, sm2_key, monkeypatch
):
    """No openssl on this machine: said, and not verified."""
    keeper = Keeper(settings.model_copy(update={"sm2_key": sm2_key}), clock)
    kept = keeper.keep()
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    (problem,) = verify(kept.folder).problems

    assert "没有 openssl" in problem


def test_what_is_no_sm2_key_is_refused_before_anything_is_sealed(settings, tmp_path):
    """A key of another kind under that setting is found at once, not at the sealing."""
    made = tmp_path / "ed25519.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", made], check=True)
    shelf = Shelf(settings.evidence, Seal(Keys(settings.keys), made))

    with pytest.raises(BadInput, match="SM2"):
        shelf.seal_of_home.ready(SystemClock())
