"""Cutting a text at its hits: nothing is lost, nothing moves."""

from hypothesis import example, given
from hypothesis import strategies as st

from desk.marking import Span, pieces

TEXTS = st.text(
    alphabet=st.sampled_from("画眉鸟出a1 \n\u200b\u202e\u0301😀\u200d\ufeff<>&\"'"), max_size=40
)


@given(text=TEXTS, edges=st.lists(st.tuples(st.integers(-2, 45), st.integers(-2, 45)), max_size=6))
@example(text="画\u200b眉", edges=[(0, 3), (0, 1), (2, 3)])
def test_the_pieces_are_the_text_and_know_their_hits(text, edges):
    """Put together they give it back; each knows exactly the hits that cover it."""
    spans = [Span(start, end, number) for number, (start, end) in enumerate(edges)]

    place = 0
    for piece in pieces(text, spans):
        length = 1 if piece.unseen else len(piece.text)
        if piece.unseen:
            assert f"U+{ord(text[place]):04X}" == piece.code_point
        else:
            assert text[place : place + length] == piece.text
        covering = {
            span.number
            for span in spans
            if 0 <= span.start < span.end <= len(text)
            and span.start <= place
            and place + length <= span.end
        }
        assert covering == set(piece.hits)
        place += length
    assert len(text) == place


def test_a_mark_that_turns_the_text_around_is_told_and_never_sent():
    """It would turn our own words around too."""
    shown = pieces("价格\u202e001 出")

    assert ["turn"] == [piece.unseen for piece in shown if piece.unseen]
    assert "\u202e" not in "".join(piece.text for piece in shown)


def test_an_emoji_of_several_pictures_is_left_whole():
    """The joiner inside 👨‍👩‍👧 hides nothing."""
    assert ["👨\u200d👩\u200d👧"] == [piece.text for piece in pieces("👨\u200d👩\u200d👧")]
