"""The database of a home opens, and says why when it does not."""

import pytest

from pipeline.base.errors import BadInput
from pipeline.store.open import open_store


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_was(settings):
    """Yesterday's program does not touch tomorrow's data."""
    db = open_store(settings.database)
    db["_sqlite_migrations"].insert(
        {"id": 99, "migration_set": "m9999_later", "name": "m9999_later", "applied_at": "2027"}
    )
    db.conn.close()
    before = settings.database.read_bytes()

    with pytest.raises(BadInput, match="newer Shouyi"):
        open_store(settings.database)

    assert before == settings.database.read_bytes()


def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path):
    """A text file named shouyi.db is not overwritten."""
    file = tmp_path / "shouyi.db"
    file.write_text("not a database, but longer than a header of one hundred bytes " * 4)

    with pytest.raises(BadInput, match="cannot be opened"):
        open_store(file)

    assert file.read_text().startswith("not a database")
