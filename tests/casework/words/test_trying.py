"""What a change would have done is what it then does; and trying it writes nothing."""

import pytest

from casework.words import life, trying
from pipeline.rescore import rescore
from pipeline.score import load_reader
from pipeline.store import listings

TEXTS = (
    *("出售黄豆眉活体一只，网捕的", "黄.豆.眉 出售 一只", "自行车出售", "黄豆五斤"),
    *("出售画眉活体，网捕", "画眉笔出售", "huangdoumei 活体出售 网捕", '出售"黄\n豆眉"活体网捕'),
    "出售画眉",
)


@pytest.fixture(autouse=True)
def stock(offered):
    """Nine listings, one of each kind."""
    return [offered(str(number), text) for number, text in enumerate(TEXTS)]


@pytest.mark.parametrize(
    "case",
    [
        ("黄豆眉", {}),
        ("画眉", {"do": "retire"}),
        ("网捕", {"do": "alter", "kind": "wild", "species": "", "strength": "weak"}),
        ("出售画眉", {"do": "lookalike", "kind": "word", "species": "", "strength": ""}),
    ],
)
def test_the_preview_is_what_then_happens(db, settings, clock, drafted, case):
    """So many enter and leave the queue as it said, and each listing that changed was counted."""
    term, more = case
    change = drafted(term, **more)
    before = _as_read(db, settings)
    written = db.conn.total_changes

    tried = trying.preview(db, settings, change.lines, clock=clock)

    assert written == db.conn.total_changes
    assert not settings.own_lexicon.exists()
    life.accept(db, settings, change.change_id, by="zhao", why="对", clock=clock)
    result = rescore(db, load_reader(settings), clock=clock)
    assert (result.entered, result.left) == (tried.enters, tried.leaves)
    assert tried.then == load_reader(settings).lexicon.version
    after = _as_read(db, settings)
    assert tried.new_hits == len(after - before)
    assert tried.lost_hits == len(before - after)
    assert 0 < tried.read < tried.stored


def test_examples_quote_the_seller_and_mask_his_number(db, settings, clock, drafted, offered):
    """A person sees why, and nobody's telephone."""
    offered("0", "出售黄豆眉一只，电话13812345678", source="a")
    done = []

    tried = trying.preview(
        db, settings, drafted().lines, clock=clock, on_progress=lambda *now: done.append(now)
    )

    example = tried.examples[0]
    assert ("enters", "a:0", "黄豆眉", "plain") == (
        example.what,
        example.listing_id,
        example.term,
        example.via,
    )
    assert "出售黄豆眉一只" in example.quote
    assert "138" not in example.quote
    assert [(10, 10)] == done


def test_a_change_that_would_let_go_of_the_confirmed_says_so(db, settings, clock, drafted, found):
    """The verdicts on what would leave are counted beside it."""
    found(listings.get(db, "huapiao:8"), "confirmed")

    tried = trying.preview(db, settings, drafted("画眉", do="retire").lines, clock=clock)

    assert {"confirmed": 1} == tried.leaves_by_call


def _as_read(db, settings):
    reader = load_reader(settings)
    names = [name for (name,) in db.conn.execute("select listing_id from listings")]
    every = [listings.content_of(listings.get(db, name)) for name in names]
    return {
        (name, hit.term, hit.field, hit.start, hit.end)
        for name, ranked in zip(names, reader.read_many(every), strict=True)
        for hit in ranked.hits
    }
