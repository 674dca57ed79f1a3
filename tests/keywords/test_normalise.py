from hypothesis import given
from hypothesis import strategies as st

any_text = st.text(st.characters(exclude_categories=()))  # lone surrogates too


@given(any_text)
def test_folding_twice_is_folding_once(lexicon, text):
    """What is folded reads as itself."""
    once = lexicon.fold(text)

    assert once == lexicon.fold(once)


@given(any_text)
def test_every_folded_character_knows_where_it_was_typed(lexicon, text):
    """The way back never runs backwards and never leaves the text."""
    folded = lexicon._folding.folded(text)

    assert folded.text == lexicon.fold(text)
    assert len(folded.at) == len(folded.text)
    assert folded.at == sorted(folded.at)
    assert all(0 <= at < len(text) for at in folded.at)


def test_forms_that_look_alike_read_alike(lexicon):
    """Traditional, full-width, radicals, rare glyphs and fancy letters are one text."""
    assert "红点颏" == lexicon.fold("紅點頦")
    assert "vx12" == lexicon.fold("ＶＸ：①②")
    assert "鸟" == lexicon.fold("⻦")
    assert "普通鵟" == lexicon.fold("普通𫛭")
    assert "小䴙䴘" == lexicon.fold("小鸊鷉")
    assert "huamei" == lexicon.fold("𝗵𝘂𝗮𝗺𝗲𝗶")
    assert "画眉" == lexicon.fold("画\u200b眉\u202e")
