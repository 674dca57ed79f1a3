"""The way out of a command: one sentence, and the exit code that scripts rely on."""

import errno
import os
import sqlite3

import pytest

import commands


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, 1), (errno.EROFS, 2), (errno.EACCES, 2)]
)
def test_a_disk_that_takes_nothing_is_one_sentence(monkeypatch, capsys, number, code):
    """Full in the middle is 1; closed from the start, so that nothing was changed, is 2."""
    assert code == left(monkeypatch, OSError(number, os.strerror(number), "home/keys"))

    assert f"home/keys: {os.strerror(number)}" in capsys.readouterr().err


def test_a_database_that_may_not_be_written_is_one_sentence(monkeypatch, capsys, tmp_path):
    """SQLite says it in its own way."""
    sqlite3.connect(tmp_path / "a.db").execute("create table it (x)").connection.close()
    closed = sqlite3.connect(f"file:{tmp_path / 'a.db'}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as told:
        closed.execute("insert into it values (1)")
    closed.close()

    assert 2 == left(monkeypatch, told.value)
    assert "readonly" in capsys.readouterr().err


def left(monkeypatch, error):
    """Return the exit code of a command that ends with this error."""

    def command(**_):
        raise error

    monkeypatch.setattr(commands, "_root", lambda _: command)
    with pytest.raises(SystemExit) as gone:
        commands.main()
    return gone.value.code
