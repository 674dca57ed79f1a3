"""A change is a change; what moves by itself is none."""

from decimal import Decimal

import pytest

from pipeline.fingerprint import PARTS, changed, fingerprint_of
from pipeline.listing import Place, Price, Seller


@pytest.mark.parametrize(
    ("parts", "changes"),
    [
        ((), {"text": "自家养的，叫口好，沈阳自提  浏览 88 次"}),
        ((), {"text": "5分钟前发布 自家养的，叫口好，沈阳自提"}),
        ((), {"text": "自家养的，叫口好，\u3000沈阳自提 36人想要"}),
        ((), {"price": Price(raw="¥1200.00", yuan=Decimal("1200.00"))}),
        (("text",), {"text": "自家养的，叫口好，大连自提"}),
        (("title", "price"), {"title": "出两只画眉", "price": Price(yuan=Decimal(2000))}),
        (("price",), {"price": Price(raw="面议")}),
        (("images",), {"images": ("http://a/1.jpg",)}),
        (("seller",), {"seller": Seller(name="老李", site_id="u78")}),
        (("place",), {"place": Place(raw="大连")}),
        (("tags", "ocr"), {"tags": ("鸟",), "ocr": "画眉"}),
    ],
)
def test_only_what_matters_is_a_change(a_listing, parts, changes):
    """Views and relative times come and go."""
    before, after = fingerprint_of(a_listing()), fingerprint_of(a_listing(**changes))

    assert set(parts) == set(changed(before, after))


def test_a_picture_from_another_host_of_the_same_network_is_the_same(a_listing):
    """img01 today, img02 tomorrow, and a signature that runs out."""
    before, after = (
        fingerprint_of(a_listing(images=(address,)))
        for address in ("https://img01.example/a/7.jpg?sign=1", "//img02.example:81/a/7.jpg#x")
    )

    assert before == after
    assert before != fingerprint_of(a_listing(images=("https://img01.example/a/8.jpg",)))


def test_a_fingerprint_has_one_short_hash_for_each_part(a_listing):
    """So that what changed is known when the text is gone."""
    parts = fingerprint_of(a_listing()).split(".")

    assert len(PARTS) == len(parts)
    assert {1, 12} == {len(part) for part in parts}


def test_a_long_text_is_read_in_a_moment(a_listing):
    """No pattern of data/volatile.yml grows with the square (1 MB of the worst digits)."""
    assert fingerprint_of(a_listing(text="9" * 500_000 + "前" * 500_000))
