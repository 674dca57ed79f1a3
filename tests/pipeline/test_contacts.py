"""What leads to a person is masked; the length of a text stays, so that spans still fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contacts import masked


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("电话13812345678，自提", "电话***********，自提"),
        ("138-1234-5678", "*************"),
        ("１３８１２３４５６７８", "***********"),
        ("一三八一二三四五六七八", "***********"),
        ("壹叁捌①②③④五六七八", "***********"),
        ("加微信: bird_lover88 看图", "加微信: ************ 看图"),
        ("vx：abc12345", "vx：********"),
        ("QQ 123456", "QQ ******"),
        ("写信 a.b@example.com 吧", "写信 *************** 吧"),
        ("看 https://t.example/u/77 有图", "看 ********************** 有图"),
        ("出画眉一只1200元，2025年养的", "出画眉一只1200元，2025年养的"),
        ("", ""),
    ],
)
def test_a_contact_is_masked_and_nothing_else(written, kept):
    """Phone, account, mail, link, in plain and in disguise."""
    assert kept == masked(written)


@given(text=st.text(max_size=60), phone=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_masking_keeps_the_length_and_leaves_no_phone(text, phone):
    """Wherever the number stands."""
    written = f"{text}{phone}{text}"

    kept = masked(written)

    assert len(written) == len(kept)
    assert phone not in kept
    assert kept == masked(kept)
