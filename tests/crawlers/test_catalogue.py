"""The shipped catalogue: disabled, honest about what was checked, its words from the lexicon."""

from datetime import date, timedelta

import pytest

from crawlers.sources import load_sources, search_terms, shipped_sources
from keywords.lexicon import load
from pipeline.base.settings import shipped

SOURCES = load_sources(shipped_sources())
LEXICON = load(shipped("lexicon"))


@pytest.mark.parametrize("key", sorted(SOURCES))
def test_a_shipped_source_waits_for_an_operator_and_says_what_it_was_held_against(key):
    """Nobody's site is read before a person has written down on what ground."""
    source = SOURCES[key]

    assert not source.enabled
    assert not source.basis
    assert source.checked.on
    assert source.checked.against
    assert not source.checked.live
    assert source.needs.session or source.needs.interface or source.needs.note
    assert "obey" == source.manners.robots
    assert 4 <= source.manners.seconds_between


@pytest.mark.parametrize(
    ("name", "word"), [(name, word) for name, words in search_terms().items() for word in words]
)
def test_a_word_that_is_looked_for_is_a_word_of_the_lexicon(name, word):
    """What a search finds, the lexicon must know to judge."""
    assert LEXICON.hits_in({"title": word}), f"{name}: {word}"


def test_words_have_their_turn_where_a_day_allows_few():
    """Three a day, none twice before all were asked."""
    source = SOURCES["baidu-search"]
    first = date(2026, 11, 25)
    asked = [
        start.term for day in range(10) for start in source.starts(first + timedelta(days=day))
    ]

    assert 30 == len(asked)
    assert set(source.search.terms) == set(asked)
    assert all(3 == asked.count(word) for word in source.search.terms)
