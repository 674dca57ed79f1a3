"""Every word of the desk has its English, with the same places to fill in."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from pipeline.base.settings import shipped

ROOT = Path(__file__).resolve().parents[2]
_KEYWORDS = {"_": None, "say": None, "mark": None, "gettext": None}
_CHINESE = re.compile(r"[一-鿿]")


def _words_of(room):
    rules = [("**.py", "python"), ("templates/**.html", "jinja2")]
    found = extract_from_dir(ROOT / room, rules, {}, _KEYWORDS)
    return {words for _file, _line, words, *_ in found if _CHINESE.search(str(words))}


@pytest.fixture(scope="module")
def english():
    with shipped("locale", "en", "LC_MESSAGES", "shouyi.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}


@pytest.mark.parametrize("room", ["desk", "casework"])
def test_every_word_has_its_english(english, room):
    """A new Chinese word without English is named here."""
    words = _words_of(room)

    assert len(words) > 10
    assert set() == {each for each in words if not english.get(each)}


def test_both_languages_have_the_same_places_to_fill_in(english):
    """``%(n)d`` and ``{path}`` on one side are on the other too."""
    places = re.compile(r"%\(\w+\)|\{\w+\}")

    odd = {
        chinese
        for chinese, words in english.items()
        if set(places.findall(chinese)) != set(places.findall(words))
    }

    assert set() == odd
