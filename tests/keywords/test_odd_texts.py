"""Texts as nobody should write them: what they give is said here, and none takes long."""

import sys

import pytest

from keywords.match import MOST_HITS


@pytest.mark.parametrize(
    ("text", "birds"),
    [
        ("\ud83d" * 1000 + "出画眉一只", ["画眉"]),
        ("出\u202e画\u200f眉\u202c一只", ["画\u200f眉"]),
        ("出画" + "\u0301" * 10_000 + "眉一只", ["画" + "\u0301" * 10_000 + "眉"]),
        ("😀" * 1000 + "出画眉一只", ["画眉"]),
        ("哈" * 1_000_000 + "，出画眉一只", ["画眉"]),
        ("兰蔻画眉笔" * 1000, []),
        ("\x00\x1f\x1e" * 1000, []),
    ],
    ids=["surrogates", "right to left", "marks", "emoji", "no break", "confusers", "controls"],
)
def test_an_odd_text_hides_nothing_and_makes_nothing_up(lexicon, text, birds):
    """A bird among rubbish is found, and rubbish is no bird."""
    hits = lexicon.hits_in({"text": text})

    assert birds == [hit.surface for hit in hits if hit.kind == "bird"]
    assert all(hit.surface == text[hit.start : hit.end] for hit in hits)


def test_a_text_wholly_of_confusers_says_why_it_is_clear(lexicon):
    """Every name is taken back, and by which word is told; never more than so many."""
    found = lexicon.read({"text": "画眉笔" * 2000})

    assert [] == [hit for hit in found.hits if hit.kind in {"bird", "code"}]
    assert {"画眉笔"} == {hit.surface for hit in found.lookalikes}
    assert 0 < len(found.vetoed) <= MOST_HITS


@pytest.mark.parametrize(
    "piece",
    ["e" + "\u0301" * 50, "画眉笔", "哈", "\U0001f426", "出画眉一只，", "红·子", "㎏", "收"],
)
def test_twice_the_text_is_twice_the_work(lexicon, piece):
    """No text, however odd, takes quadratic time: the steps are counted, not the seconds."""
    lexicon.hits_in({"title": piece * 10})

    short, long = _steps(lexicon, piece * 150), _steps(lexicon, piece * 300)

    assert long < 2.2 * short + 100


def _steps(lexicon, text):
    """Return how many lines of Python are run, and functions called from them."""
    lexicon.forget()
    steps = 0

    def count(*_):
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        lexicon.read_closely({"title": text})
    finally:
        sys.settrace(before)
    return steps
