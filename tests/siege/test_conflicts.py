"""Two people, one listing, the same moment: one verdict stands, the other is told, no word is lost.

The quick form forces 60 conflicts, the long one (``--siege=long``) 2,000.
"""

import threading

import pytest
from argon2 import PasswordHasher

from casework import people, verdicts
from casework.reasons import Call
from casework.verdicts import Overtaken, Verdict
from pipeline.ingest import ingest
from pipeline.store import audit, listings
from pipeline.store.open import open_store
from tests.told import ToldReader


@pytest.fixture
def two_people(db, clock, monkeypatch):
    """Li and Wang, who are as fast as each other."""
    monkeypatch.setattr(people, "HASHER", PasswordHasher(1, 8, 1))
    for name in ("li", "wang"):
        people.add(db, name, clock=clock)


@pytest.mark.siege
@pytest.mark.usefixtures("two_people")
def test_forced_conflicts_lose_no_edit(settings, db, clock, a_listing, campaign):
    """Each listing is decided once; the loser sees the winner's verdict and may decide anew."""
    tries = campaign.tries(quick=60, long=2000)
    gate, told, winners = threading.Barrier(2), {"li": [], "wang": []}, []
    for number in range(tries):
        ingest(db, ToldReader(), a_listing(site_id=str(number)), clock=clock)

    def work(name):
        own = open_store(settings.database)
        for number in range(tries):
            given = Verdict(
                f"huapiao:{number}", Call.CONFIRMED, "wild_caught", name, f"{name} 写的"
            )
            gate.wait(timeout=60)
            try:
                verdicts.give(own, given, seen_version=1, clock=clock)
                told[name].append("won")
            except Overtaken as overtaken:
                winners.append((name, overtaken.standing and overtaken.standing.by))
                seen = listings.get(own, given.listing_id).seen_version
                verdicts.give(own, given, seen_version=seen, clock=clock)
                told[name].append("lost")
        own.conn.close()

    two = [threading.Thread(target=work, args=(name,)) for name in told]
    for each in two:
        each.start()
    for each in two:
        each.join()

    assert [{"won", "lost"}] * tries == [set(pair) for pair in zip(*told.values(), strict=True)]
    assert {("li", "wang"), ("wang", "li")} >= set(winners)
    notes = db.execute("select listing_id, note from verdicts").fetchall()
    assert 2 * tries == len(notes) == len(set(notes))
    assert [] == audit.verify(db)
