"""A word is proposed, tried, accepted and taken back; each step is somebody's."""

import json
from datetime import date

import pytest

from casework.words import changes, life, nightly, shadows
from casework.words.changes import State
from pipeline.base.errors import BadInput, Conflict
from pipeline.rescore import rescore
from pipeline.score import load_reader
from pipeline.store import audit, judgements, listings

TEXT = "出售黄豆眉一只"


def test_a_word_lives_from_draft_to_rolled_back(db, settings, clock, drafted, offered):
    """It counts in shadow, works once accepted, and leaves the files as they were."""
    stored = offered("1", TEXT)
    before = load_reader(settings).lexicon.version
    change = drafted()
    life.shadow(db, change.change_id, by="zhao", why="先看两夜", clock=clock)
    clock.move(days=1)
    offered("2", TEXT, seen_at=clock.now())
    nightly.after_the_reading(db, settings, night_on=date(2026, 3, 11), clock=clock)
    (night,) = shadows.nights_of(db, change.change_id)
    assert (1, 1) == (night.told["new_hits"], night.told["enters"])
    assert [] == [hit for hit in load_reader(settings).lexicon.terms() if hit.term == "黄豆眉"]

    accepted = life.accept(db, settings, change.change_id, by="zhao", why="全对", clock=clock)
    rescore(db, load_reader(settings), clock=clock)

    now = listings.get(db, stored.listing_id)
    assert ("waiting", accepted.lexicon) == (now.state, now.lexicon)
    first, *_between, last = judgements.of(db, stored.listing_id)
    assert (before, accepted.lexicon) == (first.lexicon, last.lexicon)
    assert "黄豆眉" in [hit["term"] for hit in last.hits]

    life.roll_back(db, settings, change.change_id, by="zhao", why="误报", clock=clock)
    rescore(db, load_reader(settings), clock=clock)

    assert before == load_reader(settings).lexicon.version
    assert [] == list(settings.own_lexicon.iterdir())
    assert len(judgements.of(db, stored.listing_id)) > 2
    steps = changes.get(db, change.change_id).steps
    assert ["drafted", "shadowed", "accepted", "rolled_back"] == [step.did for step in steps]
    logged = db.conn.execute("select who, did from audit where did like 'words.%'").fetchall()
    assert [
        ("li", "words.drafted"),
        ("zhao", "words.shadowed"),
        ("zhao", "words.accepted"),
        ("zhao", "words.rolled_back"),
    ] == logged
    assert [] == audit.verify(db)


def test_killed_between_the_decision_and_the_file_the_night_finishes_it(
    db, settings, clock, drafted, monkeypatch
):
    """The decision is on disk; the file follows, once."""
    change = drafted()
    with monkeypatch.context() as broken:
        broken.setattr(life.changes, "apply", _killed_when(settings.own_lexicon))
        with pytest.raises(KeyboardInterrupt):
            life.accept(db, settings, change.change_id, by="zhao", why="对", clock=clock)
    assert not changes.get(db, change.change_id).is_written
    assert not settings.own_lexicon.exists()

    said = nightly.before_the_crawl(db, settings, clock=clock)

    assert ["1 changes of the lexicon put in place"] == said
    assert [] == nightly.before_the_crawl(db, settings, clock=clock)
    assert "黄豆眉" in (settings.own_lexicon / "terms.csv").read_text(encoding="utf-8")


def _killed_when(folder):
    from keywords.changes import apply  # noqa: PLC0415 - the real one, before it is broken

    def killed(lines, own, fold):
        if own == folder:
            raise KeyboardInterrupt
        apply(lines, own, fold)

    return killed


def test_a_shipped_word_is_altered_and_comes_back_as_it_was(db, settings, clock, drafted):
    """To alter is to put an own row in its place."""
    change = drafted("网捕", do="alter", kind="hunt", species="", strength="weak")
    life.accept(db, settings, change.change_id, by="zhao", why="太泛", clock=clock)
    assert {"hunt"} == _kinds(settings, "网捕")

    life.roll_back(db, settings, change.change_id, by="zhao", why="还是原来的好", clock=clock)

    assert {"wild"} == _kinds(settings, "网捕")


def test_a_word_that_is_retired_takes_its_look_alikes_with_it(db, settings, clock, drafted):
    """画眉笔 has nothing to take back once 画眉 is gone."""
    change = drafted("画眉", do="retire")

    life.accept(db, settings, change.change_id, by="zhao", why="试", clock=clock)

    assert set() == _kinds(settings, "画眉") | _kinds(settings, "画眉笔")


def _kinds(settings, term):
    entries = load_reader(settings).lexicon.entries()
    return {entry.kind for entry in entries if entry.term == term}


def test_a_later_change_of_the_same_word_must_go_first(db, settings, clock, drafted):
    """What was altered twice is taken back in turn."""
    first = drafted()
    life.accept(db, settings, first.change_id, by="zhao", why="对", clock=clock)
    second = drafted(do="alter", strength="weak")
    life.accept(db, settings, second.change_id, by="zhao", why="太泛", clock=clock)

    with pytest.raises(Conflict, match=f"先撤回 {second.change_id}"):
        life.roll_back(db, settings, first.change_id, by="zhao", why="错", clock=clock)


def test_who_only_proposes_cannot_decide_and_nobody_decides_without_a_reason(
    db, settings, clock, drafted
):
    """An analyst drafts; the supervisor of the whole province decides, and says why."""
    change = drafted()

    for by, why in (("li", "我看行"), ("zhao", "  ")):
        with pytest.raises(BadInput):
            life.accept(db, settings, change.change_id, by=by, why=why, clock=clock)

    assert State.DRAFT is changes.get(db, change.change_id).state
    assert not settings.own_lexicon.exists()


@pytest.mark.parametrize(
    ("term", "more", "where"),
    [
        ("黄豆眉", {"species": "画梅"}, "--species"),
        ("黄豆眉", {"source": ""}, "--source"),
        ("画眉笔", {}, "TERM"),
        ("豆", {}, "--strength"),
    ],
)
def test_a_line_that_cannot_stand_is_refused_where_it_was_typed(db, drafted, term, more, where):
    """Nothing is kept of it."""
    with pytest.raises(BadInput) as refused:
        drafted(term, **more)

    assert where == refused.value.where
    assert refused.value.mend
    assert [] == changes.all_of(db)


def test_the_details_of_a_step_name_the_words(db, drafted):
    """The log alone tells what was proposed."""
    drafted()

    (details,) = db.conn.execute("select details from audit where did = 'words.drafted'").fetchone()
    assert "黄豆眉" == json.loads(details)["lines"][0]["term"]
