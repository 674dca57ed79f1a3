"""The queue: best first, page by page, nothing twice and nothing passed over."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from casework import queue, verdicts
from casework.queue import Place, Wanted
from pipeline.base.clock import HeldClock
from pipeline.base.errors import BadInput
from pipeline.ingest import ingest
from pipeline.listing import Place as WrittenPlace
from pipeline.store.open import open_store
from tests.conftest import a_listing
from tests.told import ToldReader

WORDS_OF_ALL = "自家养的，叫口好，沈阳自提|1200元|老王"


@pytest.fixture(scope="module")
def narrow_shop(tmp_path_factory):
    """Forty listings of two sources, three birds, three places; made once for all examples."""
    db = open_store(tmp_path_factory.mktemp("narrow") / "shouyi.db")
    clock = HeldClock(datetime(2026, 3, 10, 1, tzinfo=UTC))
    for number in range(40):
        birds = ("画眉", "百灵", "游隼")[number % 3 :][:2]
        reader = ToldReader().knowing(*((bird, 50 + number % 7) for bird in birds))
        listing = a_listing(
            source=("huapiao", "xian")[number % 2],
            site_id=str(number),
            title="出只" + "和".join(birds),
            place=WrittenPlace(code=("210100", "210200", "")[number % 5 % 3]),
        )
        ingest(db, reader, listing, clock=clock)
    yield db, queue.waiting(db, limit=500)
    db.conn.close()


@pytest.fixture
def scored(db, clock, a_listing):
    """Keep listings with these scores, named 0, 1, 2 ..."""

    def keep(*scores, **changes):
        for number, score in enumerate(scores):
            reader = ToldReader().knowing(("画眉", score), version=f"lexicon-{score}")
            ingest(db, reader, a_listing(site_id=f"{number:03}", **changes), clock=clock)

    return keep


def numbers(rows):
    return [int(row.listing_id.partition(":")[2]) for row in rows]


def test_the_best_comes_first(db, scored):
    """Highest score; of equals the later name."""
    scored(60, 90, 75, 90, 20)

    assert [3, 1, 2, 0] == numbers(queue.waiting(db))
    assert 4 == queue.count(db)
    assert 3 == numbers([queue.next_up(db)])[0]


@effort(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scores=st.lists(st.integers(50, 60), max_size=12), size=st.integers(1, 5))
def test_paging_shows_each_listing_once(db, scored, scores, size):
    """Whatever the scores and the size of a page; also by the place written in a link."""
    db.conn.execute("pragma foreign_keys = off")  # what hangs on a listing goes unread
    db.conn.execute("delete from judgements")
    db.conn.execute("delete from listing_events")
    db.conn.execute("delete from listings")
    db.conn.commit()
    scored(*scores)
    seen, after = [], None
    while page := queue.waiting(db, after, size):
        seen += page
        after = Place.read(str(page[-1].place))

    assert len(scores) == len({row.listing_id for row in seen}) == len(seen)
    assert sorted((row.score for row in seen), reverse=True) == [row.score for row in seen]


def test_a_listing_that_arrives_while_one_scrolls_shifts_nothing(db, scored, clock, a_listing):
    """Paged by the last row seen, not by offset."""
    scored(90, 80, 70, 60)
    first = queue.waiting(db, limit=2)
    reader = ToldReader().knowing(("画眉", 99))
    ingest(db, reader, a_listing(site_id="999"), clock=clock)

    assert [2, 3] == numbers(queue.waiting(db, first[-1], limit=2))


def test_passing_over_goes_on_downwards_and_round(db, scored):
    """After the last one the first is shown again."""
    scored(90, 80, 70)

    second = queue.next_up(db, "huapiao:000")
    last = queue.next_up(db, second.listing_id)
    round_again = queue.next_up(db, last.listing_id)

    assert [1, 2, 0] == numbers([second, last, round_again])


def test_the_only_one_has_none_after_it(db, scored):
    """Nor has an empty queue."""
    assert queue.next_up(db) is None
    scored(90)
    assert queue.next_up(db, "huapiao:000") is None


def test_it_can_be_asked_for_less(db, clock, a_listing, scored):
    """By source, species, place, score and verdict."""
    scored(90, 55)
    elsewhere = a_listing(source="niaoshi", site_id="1", title="出画眉")
    elsewhere = replace(elsewhere, place=replace(elsewhere.place, raw="大连", code="210200"))
    ingest(db, ToldReader(), elsewhere, clock=clock)

    def asked(**words):
        return [row.listing_id for row in queue.waiting(db, wanted=Wanted(**words))]

    assert ["niaoshi:1"] == asked(source="niaoshi")
    assert ["niaoshi:1"] == asked(place_code="2102")
    assert ["huapiao:000"] == asked(score_from=80)
    assert 3 == len(asked(species="画眉"))
    assert [] == asked(species="鹩哥")
    assert 1 == queue.count(db, Wanted(score_from=80))


@pytest.mark.usefixtures("team")
def test_counts_agree_with_the_lists(db, clock, stored, verdict):
    """Each number is the length of its list."""
    judged = [stored(site_id=str(number)) for number in range(4)]
    calls = ("confirmed", "lawful", "lawful", "unsure")
    for listing, call in zip(judged, calls, strict=True):
        verdicts.give(db, verdict(listing, call), seen_version=1, clock=clock)
    stored(site_id="5")
    stored(site_id="6", title="出鸟笼")
    stored(site_id="7", title="出盆")

    counts = queue.counts(db)

    assert (1, 4, 1, 1, 0) == tuple(
        counts[state] for state in ("waiting", "judged", "below", "untouched", "faded")
    )
    assert (1, 2, 0, 1) == tuple(
        counts[call] for call in ("confirmed", "lawful", "not_wildlife", "unsure")
    )
    for status, count in counts.items():
        assert count == queue.count(db, queue.wanted_by_status(status)), status


@pytest.mark.parametrize("text", ["", "x", "1:", "1000:a", "-1:a", "１:a", "90"])
def test_a_place_that_is_none_is_refused(text):
    """A link that somebody wrote by hand."""
    with pytest.raises(BadInput):
        Place.read(text)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "listings_by_score"),
        (Wanted(state="judged", call="lawful"), "listings_by_call"),
        (Wanted(words="画眉", source="huapiao"), "SCAN f VIRTUAL TABLE INDEX"),
    ],
)
def test_every_list_is_read_off_an_index(db, wanted, index):
    """No sorting, at any depth; a filter asks the index of words first."""
    told = []
    db.conn.set_trace_callback(told.append)
    queue.waiting(db, Place(60, "x"), wanted=wanted)
    db.conn.set_trace_callback(None)

    asked = next(each for each in told if " from " in each and "order by" in each)
    plan = [row[3] for row in db.conn.execute(f"explain query plan {asked}")]

    assert index in plan[0]
    assert "TEMP B-TREE" not in " ".join(plan)


@effort(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.builds(
        Wanted,
        source=st.sampled_from(["", "huapiao", "xian"]),
        species=st.sampled_from(["", "画眉", "百灵"]),
        species_among=st.sampled_from([(), ("",), ("画眉", "游隼")]),
        words=st.sampled_from(["", "出", "出只", "沈阳", "%", "1200", "没有这个"]),
        place_code=st.sampled_from(["", "21", "2101"]),
        cities=st.sampled_from([(), ("2101",), ("2102", "")]),
        score_from=st.sampled_from([0, 60]),
    )
)
def test_whatever_narrows_a_list_leaves_what_plainly_fits(narrow_shop, wanted):
    """Two ways to ask, one answer; the count is of the list."""
    db, everything = narrow_shop

    fits = [
        row.listing_id
        for row in everything
        if wanted.source in {"", row.source}
        and (not wanted.species or wanted.species in row.species)
        and (not wanted.species_among or set(wanted.species_among) & set(row.species))
        and (wanted.words in row.title or wanted.words in WORDS_OF_ALL)
        and row.place_code.startswith(wanted.place_code)
        and (not wanted.cities or row.place_code[:4] in wanted.cities)
        and row.score >= wanted.score_from
    ]

    found = queue.waiting(db, limit=500, wanted=wanted)
    assert set(fits) == {row.listing_id for row in found}
    assert sorted((row.score for row in found), reverse=True) == [row.score for row in found]
    assert len(fits) == queue.count(db, wanted)
    assert wanted.is_whole or min(3, len(fits)) == queue.count(db, wanted, most=3)
