"""The card: which article on which day, what would be lawful, and never a judgement."""

import itertools
from datetime import date

import pytest

from casework import law
from keywords.hits import Species
from pipeline.base.errors import BadInput
from pipeline.base.settings import shipped

BEFORE, AFTER = date(2023, 4, 30), date(2023, 5, 1)


def a_bird(**changes):
    truth = {
        "name": "画眉",
        "latin": "Garrulax canorus",
        "order": "雀形目",
        "family": "噪鹛科",
        "level": "II",
        "list_name": "国家重点保护野生动物名录",
        "list_on": date(2021, 2, 1),
        "note": "",
        "cites": "II",
        "liaoning": False,
        "traded": True,
        "group": "songbird",
        "lawful": "",
        "provenance": "公告2021年第3号，转录，未与公报核对",
        "is_inferred": False,
    }
    return Species(**{**truth, **changes})


def the_card(bird, on=date(2026, 3, 10), language="zh"):
    (card,) = law.card([bird.name], on, species={bird.name: bird}, language=language)
    return card


def numbers(card, word="野生动物保护法"):
    return [article.number for article in card.articles if article.text.startswith(word)]


def test_the_law_of_the_day_of_the_act_is_shown():
    """Until 2023-04-30 the text of 2018, from 2023-05-01 the revision: other numbers."""
    old, new = (the_card(a_bird(), on) for on in (BEFORE, AFTER))

    assert "第二十七条" in numbers(old)
    assert "第二十八条第一款" not in numbers(old)
    assert "第二十八条第一款" in numbers(new)
    assert "第二十七条" not in numbers(new)
    assert {date(2018, 10, 26)} == {
        article.in_force_from for article in old.articles if "2018" in article.text
    }


@pytest.mark.parametrize(
    ("on", "is_there"),
    [
        (date(2024, 3, 14), False),
        (date(2024, 3, 15), True),
        (date(2029, 3, 14), True),
        (date(2029, 3, 15), False),
    ],
)
def test_the_closed_time_of_liaoning_has_its_days(on, is_there):
    """2024-03-15 to 2029-03-14, both included."""
    assert is_there == any("辽宁" in article.text for article in the_card(a_bird(), on).articles)


@pytest.mark.parametrize(
    ("changes", "standing", "word", "paper"),
    [
        ({"level": "I"}, "I", "省级批准", "专用标识"),
        ({"level": "II"}, "II", "专用标识", "人工繁育许可证"),
        ({"level": "sanyou", "cites": ""}, "sanyou", "合法来源证明", "合法来源证明"),
        ({"level": "none", "cites": "II"}, "cites", "附录", "进出口证明"),
        ({"level": "none", "cites": "II", "lawful": "marked"}, "cites", "试点", "专用标识"),
        ({"level": "none", "cites": "", "lawful": "domestic"}, "none", "家养", "检疫证明"),
        ({"level": "none", "cites": ""}, "none", "名录", "检疫证明"),
    ],
)
def test_each_standing_has_its_lawful_way_and_next_step(changes, standing, word, paper):
    """What proves a lawful trade, and what is done next."""
    card = the_card(a_bird(**changes))

    assert standing == card.standing
    assert word in card.lawful_way
    assert paper in card.papers
    assert card.next_step
    assert card.way_checked


def test_nothing_on_any_card_says_that_something_is_unlawful():
    """The product says 疑似, 线索, 待核查; 涉嫌违法 is for people with the right to say it."""
    levels, lawful = ("I", "II", "sanyou", "none"), ("", "domestic", "marked", "farmed")
    for level, cites, way, on in itertools.product(levels, ("", "II"), lawful, (BEFORE, AFTER)):
        card = the_card(a_bird(level=level, cites=cites, lawful=way), on)
        shown = card.lawful_way + card.next_step

        assert "违法" not in shown
        assert "犯罪" not in shown
        assert card.articles or level == "none" or on == BEFORE


def test_every_article_says_how_well_it_was_read():
    """Nothing poses as verified."""
    for on in (BEFORE, AFTER, date(2026, 9, 1)):
        for article in the_card(a_bird(), on).articles:
            assert "核对" in article.checked
            assert article.source


def test_what_must_be_known_before_it_is_cited_is_said():
    """An inferred row; a list younger than the act."""
    card = the_card(a_bird(is_inferred=True, list_on=date(2023, 6, 26)), date(2022, 9, 1))

    assert 2 == len(card.cautions)
    assert () == the_card(a_bird()).cautions


def test_the_card_speaks_english_too():
    """By the switch on the desk."""
    card = the_card(a_bird(), language="en")

    assert "National class II" == card.level
    assert "special mark" in card.lawful_way


def test_a_name_that_is_no_bird_has_no_card():
    """And the others have theirs."""
    birds = {"画眉": a_bird()}

    cards = law.card(["自行车", "画眉"], AFTER, species=birds)

    assert ["画眉"] == [card.name for card in cards]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("  - text: criminal", "  - text: crimnal", "no text crimnal"),
        (
            "    read: press\n    source: copies",
            "    read: pres\n    source: copies",
            "no mark pres",
        ),
        ("    from: 2022-04-09", "    from: yesterday", "interpretation_2022.from"),
        ("levels:", "levls:", "levels"),
        ("steps:", "steps: [", "is not YAML"),
    ],
)
def test_a_law_file_that_is_wrong_is_told(tmp_path, old, new, sentence):
    """Before anything is shown from it."""
    text = shipped("law.yml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "law.yml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(BadInput, match=sentence):
        law.load(file)


def test_the_shipped_birds_have_their_cards():
    """From the lexicon's own rows, when no others are given."""
    thrush, bunting = law.card(["画眉", "黄胸鹀"], date(2026, 3, 10))

    assert ("II", "I") == (thrush.standing, bunting.standing)
    assert thrush.provenance
