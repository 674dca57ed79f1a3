import pytest


def test_check_shows_the_official_numbers(shouyi):
    """Counts by level beside those announced; what is inferred is named."""
    answer = shouyi("lexicon", "check", "--json")

    (found,) = answer.lines
    assert 0 == answer.code
    assert [("I", 92, 92), ("II", 302, 302), ("sanyou", 1028, 1028)] == [
        (row["level"], row["here"], row["official"]) for row in found["levels"]
    ]
    assert 7 == len(found["inferred"])
    assert "大鹰鹃" in found["inferred"]
    assert "公告2021年第3号，转录，未与公报核对" in found["provenance"]


def test_check_reads_for_people_too(shouyi):
    """The same in a table."""
    answer = shouyi("lexicon", "check")

    assert 0 == answer.code
    assert "302" in answer.out
    assert "推定" in answer.out


def test_check_names_the_line_of_a_broken_own_term(shouyi, settings):
    """A bureau's own file is checked like ours."""
    settings.own_lexicon.mkdir(parents=True)
    (settings.own_lexicon / "terms.csv").write_text(
        "term,kind,species,strength,region,is_not,source\n话眉子,brid,画眉,weak,,,本局\n",
        encoding="utf-8",
    )

    answer = shouyi("lexicon", "check")

    assert 2 == answer.code
    assert "terms.csv:2:2" in answer.err
    assert 'did you mean "bird"' in answer.err


def test_a_word_is_explained(shouyi):
    """The bird, its level and list, the spellings known, the words that do not count."""
    (told,) = shouyi("lexicon", "explain", "畫眉", "--json").lines

    assert ["画眉"] == [term["term"] for term in told["terms"]]
    assert ("II", "2021-02-01") == (told["birds"][0]["level"], told["birds"][0]["list_on"])
    assert {"form": "画mei", "via": "pinyin"} in told["spellings"] or told["spellings"]
    assert "画眉笔" in [look["word"] for look in told["lookalikes"]]


@pytest.mark.parametrize("word", ["洗衣机外壳", "·"])
def test_a_word_that_is_not_there_is_said_so(shouyi, word):
    """No guess is made."""
    assert 2 == shouyi("lexicon", "explain", word).code


def test_words_and_birds_are_listed(shouyi):
    """By kind, or all the birds."""
    gear = shouyi("lexicon", "list", "--kind", "gear", "--json").lines
    birds = shouyi("lexicon", "list", "--species", "--json").lines

    assert {"gear"} == {row["kind"] for row in gear}
    assert 1541 == sum(not row["members"] for row in birds)
    assert 2 == shouyi("lexicon", "list", "--kind", "geer").code


@pytest.mark.usefixtures("kept")
def test_a_word_is_drafted_and_tried_and_not_live_yet(shouyi, settings):
    """What is stored is quoted; nothing is written but the draft; a wrong one is refused."""
    asked = ("--source", "练习", "--why", "试", "--json")

    (draft,) = shouyi("lexicon", "add", "出自行车", "--kind", "gear", *asked).lines
    (tried,) = shouyi("lexicon", "preview", str(draft["change"]), "--json").lines
    wrong = shouyi("lexicon", "add", "出自行车", "--kind", "gaer", *asked)

    assert ("draft", ["drafted"]) == (draft["state"], [step["did"] for step in draft["steps"]])
    assert (3, 1, 1) == (tried["stored"], tried["read"], tried["new_hits"])
    assert ["出自行车"] == [each["quote"] for each in tried["examples"]]
    assert not settings.own_lexicon.exists()
    assert (2, "") == (wrong.code, wrong.out)
    assert "--kind" in wrong.err
    assert 'did you mean "gear"' in wrong.err
