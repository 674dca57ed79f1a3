"""The counters say what a count would say, whatever is done to the listings."""

import sqlite3

from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pipeline.ingest import ingest
from pipeline.store import open as opening
from pipeline.store.open import open_store

_ASKED = "select state, call, count from listing_counts where count > 0 order by 1, 2"
_COUNTED = "select state, call, count(*) from listings group by 1, 2 order by 1, 2"

deeds = st.lists(
    st.tuples(
        st.sampled_from(["waiting", "judged", "below", "gone"]),
        st.sampled_from(["", "lawful"]),
        st.integers(0, 3),
    ),
    max_size=12,
)


@effort(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_the_counters_follow_the_listings(db, reader, clock, a_listing, deeds):
    """Put in, moved on, taken out, and rolled back."""
    db.conn.execute("pragma foreign_keys = off")  # what hangs on a listing goes unread
    with db.atomic():
        db.conn.execute("savepoint clean")
        for number in range(4):
            ingest(db, reader, a_listing(site_id=str(number)), clock=clock)
        db.conn.execute("delete from judgements")
        db.conn.execute("delete from listing_events")
        for state, call, number in deeds:
            name = f"huapiao:{number}"
            if state == "gone":
                db.conn.execute("delete from listings where listing_id = ?", (name,))
            else:
                sql = "update listings set state = ?, call = ? where listing_id = ?"
                db.conn.execute(sql, (state, call, name))

        assert db.conn.execute(_COUNTED).fetchall() == db.conn.execute(_ASKED).fetchall()
        db.conn.execute("rollback to clean")
    assert [] == db.conn.execute(_ASKED).fetchall()


def test_a_home_from_before_the_counters_is_counted(
    settings, reader, clock, a_listing, monkeypatch
):
    """Forward only, and nothing is lost on the way."""
    monkeypatch.setattr(opening, "MIGRATIONS", opening.MIGRATIONS[:-1])
    before = open_store(settings.database)
    for number, title in enumerate(("出画眉", "出画眉", "出盆")):
        ingest(before, reader, a_listing(site_id=str(number), title=title), clock=clock)
    before.conn.close()
    monkeypatch.undo()

    db = open_store(settings.database)

    assert [("untouched", "", 1), ("waiting", "", 2)] == db.conn.execute(_ASKED).fetchall()
    db.conn.close()


def test_a_step_of_the_first_version_still_opens(settings):
    """A file as the very first step left it, brought up to today."""
    settings.home.mkdir(parents=True)
    first = opening.Database(sqlite3.connect(settings.database))
    with first.atomic():
        opening.MIGRATIONS[0].apply(first)
    first.conn.close()

    db = open_store(settings.database)

    assert {"people", "runs", "snapshots", "listing_counts"} <= set(db.table_names())
    db.conn.close()
