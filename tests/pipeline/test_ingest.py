"""A listing is kept once, with all that ever changed of it."""

from dataclasses import replace

from pipeline.ingest import ingest
from pipeline.store import listings


def test_twice_is_as_good_as_once(db, reader, clock, a_listing):
    """The same answer delivered again after a kill changes nothing."""
    thrush = a_listing()
    first = ingest(db, reader, thrush, clock=clock)
    before = listings.get(db, thrush.id)

    second = ingest(db, reader, thrush, clock=clock)

    assert ("stored", "known") == (first.outcome, second.outcome)
    assert before == listings.get(db, thrush.id)
    assert 1 == db["judgements"].count
    assert 1 == db["listing_events"].count


def test_what_is_kept_is_what_was_read(db, reader, clock, a_listing):
    """Price to the fen, times, pictures: nothing is lost on the way to the disk."""
    thrush = a_listing(images=("http://127.0.0.1/1.jpg",), notes={"posted_at": "unreadable"})

    ingest(db, reader, thrush, clock=clock)

    assert thrush == replace(listings.content_of(listings.get(db, thrush.id)), notes=thrush.notes)
