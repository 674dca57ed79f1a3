"""A home with people in it, and listings as the store keeps them."""

import pytest
from argon2 import PasswordHasher

from casework import people
from casework.reasons import Call
from casework.verdicts import Verdict
from pipeline.ingest import ingest
from pipeline.store import listings
from tests.told import ToldReader

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_REASON = {
    Call.CONFIRMED: "wild_caught",
    Call.LAWFUL: "origin_proof_checked",
    Call.NOT_WILDLIFE: "word_only",
    Call.UNSURE: "species_unclear",
}


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    monkeypatch.setattr(people, "HASHER", QUICK)


@pytest.fixture
def team(db, clock):
    """Li and Wang are analysts, Zhao supervises, Qian runs the machine."""
    for name, role in (("li", "analyst"), ("wang", "analyst"), ("zhao", "supervisor")):
        people.add(db, name, role=role, clock=clock)
    people.add(db, "qian", role="operator", clock=clock)


@pytest.fixture
def stored(db, clock, a_listing):
    """Keep a listing and return it as it stands in the store."""

    def keep(**changes):
        listing = a_listing(**changes)
        ingest(db, ToldReader(), listing, clock=clock)
        return listings.get(db, listing.id)

    return keep


@pytest.fixture
def verdict():
    """Return what somebody decides about a listing, with a reason that fits."""

    def decided(listing, call="confirmed", by="li", **more):
        return Verdict(
            listing.listing_id, Call(call), **{"reason": _REASON[Call(call)], "by": by, **more}
        )

    return decided
