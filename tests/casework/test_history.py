"""All that is known of one listing, its differences word by word."""

import time
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from casework import history, verdicts
from casework.differences import Piece, between
from pipeline.base.errors import NotFound
from pipeline.ingest import ingest, mark_gone
from tests.told import ToldReader


@given(
    before=st.text(alphabet="画眉鸟 12ab。\n", max_size=30),
    after=st.text(alphabet="画眉鸟 12ab。\n", max_size=30),
)
@example(before="", after="画眉")
@example(before="1200元", after="1900元")
def test_the_pieces_lead_from_one_text_to_the_other(before, after):
    """Nothing is lost between them, and two pieces of one kind never touch."""
    pieces = between(before, after)

    assert before == "".join(piece.text for piece in pieces if piece.kind != "added")
    assert after == "".join(piece.text for piece in pieces if piece.kind != "removed")
    assert all(piece.text for piece in pieces)


def test_a_number_is_one_word():
    """1200 became 900: not a 1 and a 2 that went."""
    assert (
        Piece("same", "卖"),
        Piece("removed", "1200"),
        Piece("added", "900"),
        Piece("same", "元"),
    ) == between("卖1200元", "卖900元")


def test_two_long_texts_are_compared_in_a_moment():
    """A megabyte on either side."""
    began = time.process_time()

    pieces = between("画" * 300_000 + "眉", "鸟" * 300_000 + "眉")

    assert time.process_time() - began < 5
    assert Piece("same", "眉") == pieces[-1]


@pytest.mark.usefixtures("team")
def test_the_whole_life_of_a_listing_is_told(db, clock, a_listing, stored, verdict):
    """Put up, edited, judged, taken down."""
    thrush = stored()
    later = a_listing(text="自家养的，沈阳自提", seen_at=a_listing().seen_at + timedelta(days=1))
    ingest(db, ToldReader(), later, clock=clock)
    verdicts.give(db, verdict(thrush), seen_version=2, clock=clock)
    mark_gone(db, thrush.listing_id, clock=clock)

    known = history.known(db, thrush.listing_id)

    assert [1, 2] == [version.version for version in known.versions]
    assert [(), ("text",)] == [version.changed for version in known.versions]
    assert Piece("removed", "叫口好，") in known.versions[1].differences["text"]
    assert ["first_seen", "changed", "gone"] == [event.what for event in known.events]
    assert [1, 2] == [judgement.version for judgement in known.judgements]
    assert known.judgements[-1] == known.judgement
    assert ["li"] == [given.by for given in known.verdicts]
    assert () == known.snapshots
    assert later == known.listing


def test_what_is_not_there_is_told(db):
    """With the way to find what is."""
    with pytest.raises(NotFound, match="shouyi queue"):
        history.known(db, "huapiao:1")
