"""Bytes of Chinese pages, labelled rightly, wrongly, or not at all."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crawlers.decode import decode

TITLES = {
    "utf-8": "出售鹩哥䴙䴘各一只€𪚥",
    "gbk": "出售鹩哥画眉各一只",
    "gb18030": "出售鹩哥䴙䴘各一只€",
    "big5hkscs": "出售畫眉鳥一隻嘅㗎",
    "utf-16": "出售鹩哥䴙䴘各一只€",
}
SAID = {
    "big5hkscs": "自家籠養，叫口好，瀋陽自提，價格面議，聯繫電話微信同號。",
}
SAID_OTHERWISE = "自家笼养，叫口好，沈阳自提，价格面议，联系电话微信同号。"
LABELS = ("right", "wrong", "none", "contradicting", "misspelt")


def a_page(encoding, label):
    right = {"utf-16": "utf-16", "big5hkscs": "big5"}.get(encoding, encoding)
    wrong = "big5" if encoding.startswith("gb") else "gbk"
    header, meta = {
        "right": (right, right),
        "wrong": (wrong, wrong),
        "none": ("", ""),
        "contradicting": (wrong, right),
        "misspelt": ("", ""),
    }[label]
    mark = f'<meta charset="{meta}">' if meta else ""
    if label == "misspelt":
        mark = f'<meta httpequiv="ContentType" content="text/html; charset={right}">'
    said = SAID.get(encoding, SAID_OTHERWISE)
    head = f"<head>{mark}<title>{TITLES[encoding]}</title></head>"
    text = f"<html>{head}<body><p>{said}</p></body></html>"
    return text.encode(encoding), f"text/html; charset={header}" if header else "text/html"


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("encoding", TITLES)
def test_a_title_is_read_whatever_its_label_claims(encoding, label):
    """Declared, mislabelled or undeclared: the exact title, and no damage is claimed."""
    body, header = a_page(encoding, label)

    decoded = decode(body, header)

    assert f"<title>{TITLES[encoding]}</title>" in decoded.text
    assert not decoded.is_damaged


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("encoding", TITLES)
def test_a_damaged_byte_spoils_one_character_and_is_told(encoding, label):
    """One byte of the text is broken: the title stays whole, and nothing is silently wrong."""
    body, header = a_page(encoding, label)
    plain = "utf-16-le" if encoding == "utf-16" else encoding
    at = body.rindex("叫".encode(plain))
    broken = b"\x00\xd8" if plain == "utf-16-le" else b"\xff"
    damaged = body[:at] + broken + body[at + len(broken) :]

    decoded = decode(damaged, header)

    assert f"<title>{TITLES[encoding]}</title>" in decoded.text
    assert decoded.is_damaged
    assert "\ufffd" in decoded.text


def test_one_invalid_byte_in_a_utf8_title_is_one_replacement():
    """The rest of the title is intact."""
    decoded = decode("出只".encode() + b"\xe7\x94" + "眉鸟".encode())

    assert ("出只\ufffd眉鸟", True) == (decoded.text, decoded.is_damaged)


def test_a_byte_order_mark_wins_over_every_label():
    """UTF-8 with its mark is UTF-8, though header and page say otherwise."""
    body = b"\xef\xbb\xbf" + '<meta charset="gbk">出售画眉'.encode()

    assert '<meta charset="gbk">出售画眉' == decode(body, "text/html; charset=big5").text


def test_euc_and_unknown_labels_do_not_stop_a_page():
    """A label that names no text encoding counts for nothing."""
    body = '<meta charset="hex">出售画眉一只，沈阳自提'.encode("gbk")

    assert "出售画眉一只" in decode(body, "text/html; charset=no-such-thing").text


@given(st.binary(max_size=3000), st.text(max_size=40))
@example(b"\x80", "undefined")
@example(b"\x80", "unicode_escape")
def test_no_bytes_and_no_label_break_it(body, label):
    """Whatever comes, text comes out, and a replacement is never silent."""
    decoded = decode(body, f"text/html; charset={label}")

    decoded.text.encode("utf-8")
    if "\ufffd" in decoded.text:
        assert decoded.is_damaged or "\ufffd".encode() in body


@given(st.text(alphabet="出售画眉百灵靛颏一只沈阳自提价格面议元", min_size=4, max_size=200))
@example("颏画一一")  # whole UTF-8 by chance
def test_every_chinese_text_comes_back_from_gb18030_when_declared(text):
    """A declared encoding that fits is believed."""
    body = f'<meta charset="gb2312"><p>{text}</p>'.encode("gb18030")

    assert f"<p>{text}</p>" in decode(body).text


@given(st.text(alphabet="出售画眉百灵靛颏鹟鸮隼鸳一只", min_size=2, max_size=40))
@example("灵眉")  # common characters in GB18030 by chance
def test_every_chinese_text_comes_back_from_utf8_under_a_wrong_label(text):
    """Pages say gb2312 and are UTF-8: the bytes are believed."""
    body = f'<meta charset="gb2312"><p>{text}</p>'.encode()

    assert f"<p>{text}</p>" in decode(body).text


def test_a_lone_character_of_gbk_that_is_also_utf8_is_read_as_declared():
    """模 in GBK is a letter of Latvian in UTF-8: there the label decides."""
    body = '<meta charset="gbk"><p>模</p>'.encode("gbk")

    assert "<p>模</p>" in decode(body).text


def test_bytes_without_end_take_a_moment():
    """Five megabytes of nothing readable are judged by their beginning."""
    decoded = decode(b"\xff" * 5_000_000, "text/html; charset=gbk")

    assert decoded.is_damaged
