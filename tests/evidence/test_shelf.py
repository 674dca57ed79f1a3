"""A snapshot is on the shelf whole, or not at all, whatever ends the program meanwhile."""

import os
import signal
from contextlib import closing

import pytest

from evidence.verify import verify, verify_all
from pipeline.store import audit, listings
from pipeline.store.open import open_store

KILLABLE = ("fsync", "rename", "mkdir", "unlink", "rmdir")


def in_a_child(work) -> int:
    """Run ``work`` in a process of its own; return its exit code, or minus the signal."""
    return os.waitstatus_to_exitcode(os.waitpid(child_of(work), 0)[1])


def child_of(work) -> int:
    """Start ``work`` in a process of its own; return its number."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def killed_at(number: int, *, after: bool):
    """Make the process kill itself at its ``number``-th change of the disk."""
    calls = 0

    def deadly(real):
        def call(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == number and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return real(*args, **kwargs)
            finally:
                if calls == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        return call

    for name in KILLABLE:
        setattr(os, name, deadly(getattr(os, name)))


def state_of(keeper) -> tuple[list[str], list[str]]:
    """Return the folders on the shelf and the rows, both sorted; nothing half-made counts."""
    folders = [entry.name for entry in keeper.shelf.folder.iterdir() if entry.name != ".lock"]
    return sorted(folders), sorted(row.snapshot_id for row in keeper.rows())


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_point_it_is_whole_or_absent(keeper, after):
    """SIGKILL at every change of the disk in turn; each time the next start mends the rest."""
    keeper.keep()
    number, kept, exit_code = 0, 1, -9

    while exit_code != 0:
        number += 1

        def work(number=number):
            killed_at(number, after=after)
            keeper.keep()

        exit_code = in_a_child(work)
        keeper.tidy()
        folders, rows = state_of(keeper)
        assert folders == rows, f"killed at call {number}"
        assert len(rows) in {kept, kept + 1}
        kept = len(rows)

    assert number > 15
    assert kept > 2, "some were killed after the rename, and taken in again"
    assert [] == [one for one in verify_all(keeper.settings.home) if not one.is_ok]
    db = open_store(keeper.settings.database)
    with closing(db.conn):
        assert [] == audit.verify(db)


def test_what_was_sealed_without_a_row_is_taken_in_by_whoever_seals_next(keeper):
    """Another worker at work does not wait for a new start, and the chain does not fork."""

    def work():
        real, calls = os.rename, []

        def rename(*args, **kwargs):
            real(*args, **kwargs)
            calls.append(args)
            os.kill(os.getpid(), signal.SIGKILL)

        os.rename = rename
        keeper.keep()

    assert -signal.SIGKILL == in_a_child(work)
    keeper.keep()

    assert [1, 2] == [row.chain_number for row in keeper.rows()]
    assert [] == [one for one in verify_all(keeper.settings.home) if not one.is_ok]


def test_two_workers_make_one_chain(keeper):
    """Eight sealed by two processes at once stand in one row, each naming the one before."""

    def work():
        for _ in range(4):
            keeper.keep()

    keeper.tidy()
    children = [child_of(work) for _ in range(2)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

    assert [0, 0] == codes
    assert [1, 2, 3, 4, 5, 6, 7, 8] == [row.chain_number for row in keeper.rows()]
    assert [] == [one for one in verify_all(keeper.settings.home) if not one.is_ok]


def test_a_snapshot_in_the_making_is_not_taken_for_a_leftover(keeper, clock):
    """Only what nobody holds any more is taken away."""
    with keeper.shelf.making(clock.now()) as (_snapshot_id, folder):
        assert 0 == in_a_child(keeper.tidy)
        assert folder.is_dir()

    dead = keeper.shelf.folder / ".making-20260310T010000Z-00000000"
    dead.mkdir()

    assert ("20260310T010000Z-00000000",) == keeper.tidy()
    assert not dead.exists()


def test_snapshots_that_an_older_database_does_not_know_are_taken_in(keeper):
    """A database restored from yesterday finds today's folders again, in their order."""
    keeper.keep()
    yesterday = keeper.settings.database.read_bytes()
    for _ in range(3):
        keeper.keep()
    rows = keeper.rows()
    for part in keeper.settings.home.glob("shouyi.db*"):
        part.unlink()
    keeper.settings.database.write_bytes(yesterday)

    keeper.tidy()

    assert rows == keeper.rows()


def test_a_folder_that_does_not_verify_is_never_taken_in(keeper):
    """Taking in is not forgiving: what was tampered with stays outside and is reported."""
    kept = keeper.keep()
    (kept.folder / "page.png").chmod(0o644)
    (kept.folder / "page.png").write_bytes(b"another")
    for part in keeper.settings.home.glob("shouyi.db*"):
        part.unlink()

    keeper.tidy()

    assert [] == keeper.rows()
    assert kept.folder.is_dir()
    assert not verify(kept.folder).is_ok


def test_what_is_sealed_can_only_be_read(keeper):
    """Written once: not even its owner changes it by mistake."""
    kept = keeper.keep()

    assert {0o444} == {file.stat().st_mode & 0o777 for file in kept.folder.iterdir()}


def test_a_full_disk_leaves_no_half_made_folder(keeper, monkeypatch):
    """What cannot be written is not kept, and says so; what was there stays."""
    kept = keeper.keep()

    def full(_handle):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            keeper.keep()

    assert ([kept.snapshot_id], [kept.snapshot_id]) == state_of(keeper)
    assert keeper.keep().row.chain_number == 2


def test_the_listing_learns_how_its_snapshot_stands(keeper, a_listing, waiting):
    """Sealed for what was on the page; still wanted where the listing changed meanwhile."""
    db = open_store(keeper.settings.database)
    with closing(db.conn):
        waiting(db, a_listing(), version=2)

        keeper.keep(listing_version=1)
        before = listings.get(db, "huapiao:991").snapshot
        keeper.keep(listing_version=2)

        assert ["wanted", "sealed"] == [before, listings.get(db, "huapiao:991").snapshot]
        entries = db.conn.execute("select did, who from audit").fetchall()
        assert [("snapshot.sealed", "li")] * 2 == entries
