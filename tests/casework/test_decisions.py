"""Whatever a team does to a queue in whatever order, no decision is lost or doubled."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from casework import queue, verdicts
from casework.reasons import Call
from casework.verdicts import Overtaken
from pipeline.base.errors import NotFound
from pipeline.ingest import ingest
from pipeline.store import audit, listings
from tests.told import ToldReader

deeds = st.lists(
    st.tuples(
        st.sampled_from(["judge", "stale", "twice", "undo", "edit"]),
        st.sampled_from(["li", "wang"]),
        st.sampled_from([*Call]),
        st.integers(0, 2),
    ),
    max_size=14,
)


@pytest.mark.usefixtures("team")
@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_every_decision_adds_up(db, clock, a_listing, verdict, deeds):
    """What was acknowledged is there, what was refused is not, and the log is whole."""
    with db.atomic():
        db.conn.execute("savepoint clean")
        _do_all(db, clock, a_listing, verdict, deeds)
        db.conn.execute("rollback to clean")


def _do_all(db, clock, a_listing, verdict, deeds):
    seen_at = a_listing().seen_at
    for number in range(3):
        ingest(db, ToldReader(), a_listing(site_id=str(number)), clock=clock)
    given, undone = [], 0
    for step, (deed, by, call, number) in enumerate(deeds, start=1):
        stored = listings.get(db, f"huapiao:{number}")
        version = stored.seen_version - (deed == "stale")
        try:
            if deed == "edit":
                later = seen_at + timedelta(days=step)
                edited = a_listing(site_id=str(number), title=f"画眉第{step}版", seen_at=later)
                ingest(db, ToldReader(), edited, clock=clock)
            elif deed == "undo":
                verdicts.undo(db, by=by, clock=clock)
                undone += 1
            else:
                for _press in range(2 if deed == "twice" else 1):
                    one = verdicts.give(
                        db,
                        verdict(stored, call, by=by),
                        seen_version=version,
                        clock=clock,
                        once_key=f"key-{step}",
                    )
                given.append(one.verdict_id)
        except (Overtaken, NotFound):
            assert deed in {"stale", "undo"}
    _check(db, given, undone)


def _check(db, given, undone):
    told = [each for number in range(3) for each in verdicts.of(db, f"huapiao:{number}")]
    assert sorted(given) == sorted(each.verdict_id for each in told)
    assert undone == sum(each.is_undone for each in told)
    for number in range(3):
        now = listings.get(db, f"huapiao:{number}")
        standing = verdicts.standing(db, now.listing_id)
        assert now.state in {"waiting", "judged"}
        if now.state == "judged":
            assert standing is not None
            assert standing.call == now.call
        else:
            assert not now.call
    counts = queue.counts(db)
    assert 3 == counts["waiting"] + counts["judged"]
    assert [] == audit.verify(db)
