"""The index of words: exactly what LIKE finds, best first, and never behind the store."""

import sqlite3

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.listing import Listing
from pipeline.store import listings, words
from pipeline.store.open import open_store

_PUT = """
    insert into listings (listing_id, source, site_id, url, state, title, score, first_seen_at,
                          last_seen_at, content_at, fingerprint, content)
    values (?, 'huapiao', ?, '', ?, ?, ?, '', '', '', '', ?)
"""
_LIKE = """
    select listing_id from listings
     where json_extract(content, '$.title') like ? escape '!'
        or json_extract(content, '$.text') like ? escape '!'
"""
_FOUND = """
    select r.listing_id from listing_search as f
      join search_rows as r on r.number = ? - (f.rowid & ?)
     where f.listing_search match ? order by f.rowid
"""
ALPHABET = "画眉鸟出a B-%_'\"\n\u200b😀¥１é"


def put(db, clock, site_id, title, text="", *, state="waiting", score=50):
    content = listings.to_json(
        Listing(source="huapiao", site_id=site_id, seen_at=clock.now(), title=title, text=text)
    )
    with db.atomic():
        db.conn.execute(_PUT, (f"huapiao:{site_id}", site_id, state, title, score, content))


def found(db, text):
    mask = words.NUMBER_MASK
    return [each for (each,) in db.conn.execute(_FOUND, (mask, mask, words.phrase(text)))]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One store for all examples."""
    db = open_store(tmp_path_factory.mktemp("words") / "shouyi.db")
    yield db
    db.conn.close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    texts=st.lists(st.tuples(*[st.text(ALPHABET, max_size=12)] * 2), min_size=1, max_size=6),
    asked=st.text(ALPHABET, min_size=2, max_size=4),
)
@example(texts=[("出画", "眉鸟")], asked="画眉")
@example(texts=[("A-b", "a_b")], asked="a-B")
def test_two_characters_and_up_find_what_like_finds(shared, clock, texts, asked):
    """No more, no less: signs, letters of either case, joins between fields."""
    with shared.atomic():
        shared.conn.execute("delete from listings")
    for number, (title, text) in enumerate(texts):
        put(shared, clock, str(number), title, text)

    escaped = "".join("!" + each if each in "!%_" else each for each in asked)
    expected = {each for (each,) in shared.conn.execute(_LIKE, [f"%{escaped}%"] * 2)}

    assert expected == set(found(shared, asked))


def test_best_and_newest_first(db, clock):
    """The index gives its finds in the queue's order by itself."""
    for site_id, score in (("a", 10), ("b", 90), ("c", 90), ("d", 50)):
        put(db, clock, site_id, "出画眉", score=score)

    assert ["huapiao:c", "huapiao:b", "huapiao:d", "huapiao:a"] == found(db, "画眉")


def test_what_changes_is_found_anew_and_what_goes_is_not_found(db, clock):
    """A row is moved when its score rises, rewritten with its words, gone with the listing."""
    put(db, clock, "a", "出画眉")
    put(db, clock, "b", "出画眉", score=60)

    with db.atomic():
        db.conn.execute("update listings set score = 99 where site_id = 'a'")
    assert ["huapiao:a", "huapiao:b"] == found(db, "画眉")

    with db.atomic():
        db.conn.execute("update listings set content = '', state = 'faded' where site_id = 'b'")
    assert ["huapiao:a"] == found(db, "画眉")

    with db.atomic():
        db.conn.execute("delete from listings")
    assert [] == found(db, "画眉")
    # every token of the words is out again, not only unreachable
    db.conn.execute("create virtual table temp.tokens using fts5vocab(main, listing_search, row)")
    assert [] == [term for (term,) in db.conn.execute("select term from temp.tokens")]


def test_a_stranger_to_the_index_may_write_and_it_catches_up(settings, db, clock):
    """A plain connection leaves a note of what it changed; the next writer settles it."""
    put(db, clock, "a", "出画眉")

    with sqlite3.connect(settings.database) as plain:
        plain.execute('update listings set score = 7, content = \'{"title":"出百灵"}\'')
    plain.close()
    put(db, clock, "b", "别的事")

    assert [] == found(db, "画眉")
    assert ["huapiao:a"] == found(db, "百灵")


def test_what_is_rolled_back_was_never_indexed(db, clock):
    """The index and the listing share one transaction."""
    db.conn.execute("begin")
    put(db, clock, "a", "出画眉")
    db.conn.rollback()

    put(db, clock, "b", "出百灵")
    assert [] == found(db, "画眉")
