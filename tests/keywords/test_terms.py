import random

SAMPLE = 400


def test_every_word_is_found_where_it_stands_alone(lexicon):
    """A word that can never be found is a line nobody should have to read."""
    words = random.Random(5).sample(lexicon.terms(), SAMPLE)  # noqa: S311 - a fixed seed

    lost = [
        word.term
        for word in words
        if not any(
            hit.kind == word.kind and lexicon.fold(word.term) in lexicon.fold(hit.surface)
            for hit in lexicon.read_closely({"text": f"，{word.term}，"}).hits
        )
    ]

    assert [] == lost


def test_no_word_says_two_things(lexicon):
    """One form, one meaning: what is made by rule gives way to what was written."""
    forms = [entry.form for entry in lexicon.entries()]

    assert len(forms) == len(set(forms))
