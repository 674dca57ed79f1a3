"""A new word is tried on all that is kept; what was made of it before stays."""

from dataclasses import replace
from datetime import timedelta

from pipeline.ingest import fade, ingest
from pipeline.rescore import Rescored, rescore
from pipeline.store import judgements, listings


def test_a_new_word_finds_what_was_kept_without_contacts(db, reader, clock, a_listing):
    """黄豆 is learnt today; the listing of last week enters the queue."""
    ingest(db, reader, a_listing(title="出黄豆一对", text="电话13812345678"), clock=clock)
    told = []

    result = rescore(
        db, reader.knowing(("黄豆", 70)), clock=clock, on_progress=lambda *done: told.append(done)
    )

    now = listings.get(db, "huapiao:991")
    assert Rescored(read=1, entered=1) == result
    assert [(1, 1)] == told
    assert ("waiting", 70, "wanted") == (now.state, now.score, now.snapshot)
    assert [0, 70] == [one.score for one in judgements.of(db, "huapiao:991")]


def test_read_twice_by_one_lexicon_is_read_once(db, reader, clock, a_listing):
    """Killed and begun again, it goes on with what is left."""
    ingest(db, reader, a_listing(), clock=clock)
    newer = reader.knowing(("画眉", 80))
    rescore(db, newer, clock=clock)

    again = rescore(db, newer, clock=clock)

    assert Rescored() == again
    assert 2 == db["judgements"].count


def test_a_word_taken_back_takes_its_listings_out_of_the_queue(db, reader, clock, a_listing):
    """Nothing asks for their page any more; the contacts go too."""
    ingest(db, reader, a_listing(text="微信abc12345"), clock=clock)

    result = rescore(db, reader.knowing(("鹩哥", 60)), clock=clock)

    now = listings.get(db, "huapiao:991")
    assert Rescored(read=1, left=1) == result
    assert ("untouched", "", True) == (now.state, now.snapshot, now.is_stripped)
    assert "abc12345" not in now.content


def test_what_was_washed_clean_is_read_as_it_was(db, reader, clock, a_listing):
    """The older version speaks for it as long as it says more."""
    thrush = a_listing()
    ingest(db, reader, thrush, clock=clock)
    clean = a_listing(title="出个盆", seen_at=thrush.seen_at + timedelta(days=1))
    ingest(db, reader, clean, clock=clock)

    rescore(db, reader.knowing(("画眉", 90)), clock=clock)

    now = listings.get(db, thrush.id)
    assert ("waiting", 90, 1, 2) == (now.state, now.score, now.score_version, now.version)


def test_a_verdict_is_not_unmade_by_a_word(db, reader, clock, a_listing):
    """What a person decided stays decided until the page changes."""
    ingest(db, reader, a_listing(), clock=clock)
    db.conn.execute("update listings set state = 'judged', call = 'lawful'")
    db.conn.commit()

    rescore(db, reader.knowing(("画眉", 95)), clock=clock)

    now = listings.get(db, "huapiao:991")
    assert ("judged", "lawful", 95) == (now.state, now.call, now.score)


def test_what_has_faded_is_left_alone(db, settings, reader, clock, a_listing):
    """There is nothing left to read."""
    ingest(db, reader, a_listing(title="出自行车"), clock=clock)
    clock.move(days=100)
    fade(db, settings, clock=clock)

    assert Rescored() == rescore(db, reader.knowing(("自行车", 60)), clock=clock)


def test_a_crawl_beside_it_is_not_overwritten(db, reader, clock, a_listing):
    """A listing that changes while it is read keeps what the crawl wrote."""
    thrush = a_listing()
    ingest(db, reader, thrush, clock=clock)
    newer = reader.knowing(("画眉", 80))

    class Interrupted:
        def read(self, listing):
            if listing.title == thrush.title:
                later = thrush.seen_at + timedelta(days=1)
                ingest(db, reader, replace(thrush, title="出画眉，急", seen_at=later), clock=clock)
            return newer.read(listing)

        def read_many(self, listings):
            return [self.read(listing) for listing in listings]

    rescore(db, Interrupted(), clock=clock)

    now = listings.get(db, thrush.id)
    assert ("出画眉，急", 2, "lexicon-1") == (now.title, now.version, now.lexicon)
