"""A listing is kept once, with all that ever changed of it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pipeline.ingest import Ingested, NotKept, fade, ingest, ingest_many, mark_gone
from pipeline.listing import Price, Seller
from pipeline.store import audit, judgements, listings
from pipeline.store.open import open_store
from tests.told import ToldReader


def later(listing, days=1):
    return listing.seen_at + timedelta(days=days)


def what_happened(db, listing):
    rows = db.query(
        "select what from listing_events where listing_id = ? order by event_id", [listing.id]
    )
    return [row["what"] for row in rows]


def test_twice_is_as_good_as_once(db, reader, clock, a_listing):
    """The same answer delivered again after a kill changes nothing."""
    thrush = a_listing()
    first = ingest(db, reader, thrush, clock=clock)
    before = listings.get(db, thrush.id)

    second = ingest(db, reader, thrush, clock=clock)

    assert ("stored", "known") == (first.outcome, second.outcome)
    assert before == listings.get(db, thrush.id)
    assert 1 == db["judgements"].count
    assert ["first_seen"] == what_happened(db, thrush)


def test_what_is_kept_is_what_was_read(db, reader, clock, a_listing):
    """Price to the fen, times, pictures: nothing is lost on the way to the disk."""
    thrush = a_listing(
        images=("http://127.0.0.1/1.jpg",),
        price=Price(raw="1200.50元/只", yuan=Decimal("1200.50"), per="只"),
        notes={"posted_at": "unreadable"},
    )

    ingest(db, reader, thrush, clock=clock)

    assert thrush == listings.content_of(listings.get(db, thrush.id))


def test_a_suspicious_listing_waits_and_its_page_is_wanted(db, reader, clock, a_listing):
    """What enters the queue is to be kept (固定) the same night."""
    ingest(db, reader, a_listing(), clock=clock)
    ingest(db, reader, a_listing(site_id="2", title="出鸟笼"), clock=clock)
    ingest(db, reader, a_listing(site_id="3", title="出自行车"), clock=clock)

    states = {row["site_id"]: row["state"] for row in db["listings"].rows}

    assert {"991": "waiting", "2": "below", "3": "untouched"} == states
    assert ["huapiao:991"] == [one.listing_id for one in listings.wanting_snapshot(db)]


def test_counters_and_relative_times_are_no_change(db, reader, clock, a_listing):
    """A page counts its visitors each night; that is not a new version."""
    ingest(
        db,
        reader,
        a_listing(text="叫口好 浏览123 3天前发布 12人想要", images=("a.jpg?t=1",)),
        clock=clock,
    )

    again = a_listing(text="叫口好  浏览 4567 刚刚发布 13人想要", images=("a.jpg?t=2",))
    met = ingest(db, reader, _at(again, later(again)), clock=clock)

    assert "known" == met.outcome
    assert 1 == listings.get(db, again.id).version
    assert 2 == listings.get(db, again.id).sightings


def test_a_change_keeps_what_was_there_before(db, reader, clock, a_listing):
    """Who lowers the price is seen to have lowered it."""
    thrush = a_listing()
    ingest(db, reader, thrush, clock=clock)

    cheaper = a_listing(price=Price(raw="900元", yuan=Decimal(900)), seen_at=later(thrush))
    met = ingest(db, reader, cheaper, clock=clock)

    (before,) = db["listing_versions"].rows
    assert "changed" == met.outcome
    assert (1, '["price"]') == (before["version"], before["changed"])
    assert thrush == listings.from_json(before["content"])
    assert cheaper == listings.content_of(listings.get(db, thrush.id))
    assert ["first_seen", "changed"] == what_happened(db, thrush)


def test_what_is_washed_clean_while_it_waits_still_waits(db, reader, clock, a_listing):
    """An edit does not take a listing out of the queue; it is kept for what it said."""
    thrush = a_listing()
    ingest(db, reader, thrush, clock=clock)
    listings.set_snapshot(db, thrush.id, "sealed")

    ingest(db, reader, a_listing(title="出个盆", seen_at=later(thrush)), clock=clock)

    now = listings.get(db, thrush.id)
    assert ("waiting", 60, 1, ("画眉",)) == (now.state, now.score, now.score_version, now.species)
    assert (2, 2, "wanted") == (now.version, now.seen_version, now.snapshot)


def test_gone_and_returned_are_told_once_each(db, reader, clock, a_listing):
    """Taken down, found missing twice, put up again."""
    thrush = a_listing()
    ingest(db, reader, thrush, clock=clock)
    clock.move(days=1)
    news = [mark_gone(db, thrush.id, clock=clock) for _time in range(2)]
    was_gone_at = listings.get(db, thrush.id).gone_at

    met = ingest(db, reader, a_listing(seen_at=clock.now() + timedelta(days=1)), clock=clock)

    assert [True, False] == news
    assert "2026-03-11T01:00:00.000Z" == was_gone_at
    assert "returned" == met.outcome
    assert listings.get(db, thrush.id).gone_at is None
    assert ["first_seen", "gone", "returned"] == what_happened(db, thrush)


def test_an_answer_that_comes_late_says_nothing_of_today(db, reader, clock, a_listing):
    """A page of yesterday, written after today's, neither changes nor revives."""
    thrush = a_listing()
    ingest(db, reader, _at(thrush, later(thrush, 2)), clock=clock)

    met = ingest(db, reader, a_listing(title="出画眉，便宜了", seen_at=later(thrush)), clock=clock)

    assert "known" == met.outcome
    assert "出只画眉" == listings.get(db, thrush.id).title


def test_one_run_counts_one_sighting(db, reader, clock, a_listing):
    """The same listing on page 1 and page 2 of one night is one sighting."""
    thrush = a_listing()
    for minute, run in ((0, "night-1"), (1, "night-1"), (2, "night-2")):
        ingest(
            db,
            reader,
            _at(thrush, thrush.seen_at + timedelta(minutes=minute)),
            clock=clock,
            run_id=run,
        )

    assert 2 == listings.get(db, thrush.id).sightings


def test_every_reading_is_kept_with_its_lexicon(db, reader, clock, a_listing):
    """No new row when nothing changed; one for each version and each lexicon."""
    thrush = a_listing()
    newer = reader.knowing(("画眉", 80))
    ingest(db, reader, thrush, clock=clock)
    ingest(db, newer, thrush, clock=clock)
    ingest(db, newer, thrush, clock=clock)

    kept = [(one.lexicon, one.score) for one in judgements.of(db, thrush.id)]

    assert [("lexicon-1", 60), ("lexicon-2", 80)] == kept
    assert 80 == listings.get(db, thrush.id).score
    with pytest.raises(Exception, match="append only"):
        db.conn.execute("update judgements set score = 0")


def test_that_an_older_lexicon_found_nothing_is_kept_too(db, reader, clock, a_listing):
    """The day a word became known is in the history."""
    bike = a_listing(title="出黄豆雀")
    ingest(db, reader, bike, clock=clock)
    clock.move(days=1)

    ingest(db, reader.knowing(("黄豆", 70)), bike, clock=clock)

    kept = [(one.lexicon, one.score, one.at[:10]) for one in judgements.of(db, bike.id)]
    assert [("lexicon-1", 0, "2026-03-10"), ("lexicon-2", 70, "2026-03-11")] == kept


def test_what_nothing_touches_is_kept_without_seller_and_contacts(db, reader, clock, a_listing):
    """So that a new word can be tried on it, and nobody be found by it."""
    bike = a_listing(title="出自行车 微信wx_88123", text="电话 138 1234 5678，自提")

    ingest(db, reader, bike, clock=clock)

    kept = listings.get(db, bike.id)
    assert "出自行车 微信********" == kept.title
    assert "电话 *************，自提" == listings.content_of(kept).text
    assert Seller() == listings.content_of(kept).seller
    assert b"5678" not in str(db.conn.execute("select content from listings").fetchall()).encode()


def test_a_place_or_a_price_word_alone_touches_nothing(db, clock, a_listing):
    """Else nearly every honest seller would be kept for ever."""
    places = ToldReader(words=(("沈阳", 10),), kind="place")

    ingest(db, places, a_listing(title="出自行车"), clock=clock)

    kept = listings.get(db, "huapiao:991")
    assert ("untouched", True, 10) == (kept.state, kept.is_stripped, kept.score)
    assert 0 == db["judgements"].count


def test_what_begins_to_matter_is_kept_whole_when_it_is_seen_again(db, reader, clock, a_listing):
    """The contact is there once a word touches it."""
    bird = a_listing(title="出黄豆雀", text="电话13812345678")
    ingest(db, reader, bird, clock=clock)

    ingest(db, reader.knowing(("黄豆", 70)), _at(bird, later(bird)), clock=clock)

    assert "电话13812345678" == listings.content_of(listings.get(db, bird.id)).text


def test_after_its_days_only_fingerprint_and_counters_stay(db, settings, reader, clock, a_listing):
    """Ninety days unless set otherwise; what hits a word does not fade."""
    bike, thrush = a_listing(site_id="1", title="出自行车"), a_listing(site_id="2")
    for listing in (bike, thrush):
        ingest(db, reader, listing, clock=clock)
    clock.move(days=89)
    early = fade(db, settings, clock=clock)
    clock.move(days=1)

    faded = fade(db, settings, clock=clock)

    left = listings.get(db, bike.id)
    assert (0, 1) == (early, faded)
    assert ("faded", "", "", 1) == (left.state, left.title, left.content, left.sightings)
    assert left.fingerprint
    assert "waiting" == listings.get(db, thrush.id).state
    assert [] == audit.verify(db)


def test_a_faded_listing_that_is_still_up_stays_faded(db, settings, reader, clock, a_listing):
    """Seen again as it was, it is known by its fingerprint; changed, it is read again."""
    bike = a_listing(title="出自行车")
    ingest(db, reader, bike, clock=clock)
    clock.move(days=91)
    fade(db, settings, clock=clock)

    same = ingest(db, reader.knowing(("鸟", 20)), _at(bike, later(bike, 92)), clock=clock)
    state_then = listings.get(db, bike.id).state
    other = ingest(db, reader, a_listing(title="出画眉", seen_at=later(bike, 93)), clock=clock)

    assert ("known", "faded") == (same.outcome, state_then)
    assert ("changed", "waiting") == (other.outcome, listings.get(db, bike.id).state)


def test_one_listing_that_breaks_does_not_cost_the_others(db, clock, reader, a_listing):
    """Thirty on a page, one of them unreadable: twenty-nine are kept, one is told."""

    class Brittle:
        def read(self, listing):
            if listing.site_id == "3":
                raise RuntimeError("a signal fell over")
            return reader.read(listing)

        def read_many(self, listings):
            return [self.read(listing) for listing in listings]

    page = [a_listing(site_id=str(number)) for number in range(30)]

    answers = ingest_many(db, Brittle(), page, clock=clock)

    assert 29 == db["listings"].count
    assert NotKept("huapiao:3", "RuntimeError") == answers[3]
    assert 29 == sum(isinstance(one, Ingested) for one in answers)


def test_a_row_that_is_refused_leaves_nothing_half(db, clock, reader, a_listing):
    """The listing's row, its event and its judgement come together or not at all."""
    db.conn.execute(
        "create trigger no_third before insert on judgements when new.listing_id = 'huapiao:3'"
        " begin select raise(abort, 'refused'); end"
    )

    answers = ingest_many(
        db, reader, [a_listing(site_id=str(number)) for number in range(5)], clock=clock
    )

    assert ["huapiao:3"] == [one.listing_id for one in answers if isinstance(one, NotKept)]
    assert [4, 4, 4] == [db[name].count for name in ("listings", "listing_events", "judgements")]


@effort(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
@example(text="a\0b")
@example(text="\ud83d鹩哥")
@example(text="\ud83e\udd9c")
def test_no_text_breaks_a_row(db, reader, clock, a_listing, text):
    """NUL, half characters, control signs: each is stored, in every field and in the name."""
    listing = a_listing(
        site_id=text, title=f"画眉{text}", text=text, seller=Seller(name=text), tags=(text,)
    )

    first, second = (ingest(db, reader, listing, clock=clock) for _time in range(2))

    assert {first.outcome, second.outcome} <= {"stored", "known", "changed"}
    assert "known" == second.outcome
    kept = listings.get(db, listing.id)
    assert kept.title.startswith("画眉")
    assert "\0" not in kept.title


def test_a_title_of_one_megabyte_is_kept_whole(db, reader, clock, a_listing):
    """Whole, and in under a second."""
    long = a_listing(title="画眉" * 250_000)

    ingest(db, reader, long, clock=clock)

    assert 500_000 == len(listings.get(db, long.id).title)


@effort(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nights=st.lists(
        st.sampled_from(["same", "cheaper", "clean", "bird", "gone", "late"]), max_size=8
    )
)
def test_whatever_happens_the_life_of_a_listing_adds_up(settings, reader, a_listing, clock, nights):
    """Versions are without gaps, each change has its event, the newest is what is shown."""
    db = open_store(settings.home / f"{abs(hash(tuple(nights)))}.db")
    thrush, price = a_listing(), 1200
    ingest(db, reader, thrush, clock=clock)
    shown = thrush
    for night, what in enumerate(nights, start=1):
        if what == "gone":
            mark_gone(db, thrush.id, clock=clock)
            continue
        price -= what == "cheaper"
        title = {"clean": "出个盆", "bird": "出画眉"}.get(what, shown.title)
        days = night if what != "late" else -1
        now = a_listing(title=title, price=Price(yuan=Decimal(price)), seen_at=later(thrush, days))
        met = ingest(db, reader, now, clock=clock)
        shown = shown if what == "late" else now
        assert what != "late" or met.outcome == "known"

    kept = listings.get(db, thrush.id)
    versions = [row["version"] for row in db["listing_versions"].rows]
    events = [row["what"] for row in db["listing_events"].rows]
    assert [*range(1, kept.version)] == versions
    assert kept.version == events.count("changed") + 1
    assert shown.title == kept.title
    assert kept.state == "waiting"
    db.conn.close()


def _at(listing, moment):
    return replace(listing, seen_at=moment)
