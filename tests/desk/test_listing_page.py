"""One listing: hits at the right characters, nothing of the seller's runs or loads."""

import re
from decimal import Decimal
from html import unescape

import pytest

from pipeline.listing import Price, Seller


def _text(page):
    shown = page.split('id="text">')[1].split("</p>")[0]
    return unescape(re.sub(r"<span class=\"unseen\".*?</span>|<[^>]+>", "", shown))


def test_hits_stand_on_the_characters_the_seller_typed(li, offered):
    """Also where a zero-width mark is strewn between, and where two hits overlap."""
    text = "😀前几天网的百\u200b灵，野生，画眉鸟也有，要的加v，自提"
    offered(title="野生百灵", text=text)

    page = li.http.get("/listings/huapiao:991").text

    shown = page.split('id="text">')[1].split("</p>")[0]
    marked = re.findall(r'<mark class="hit"[^>]*>(.*?)</mark>', shown)
    assert "百" in marked
    assert "灵" in marked
    assert 'title="看不见的字符 U+200B"' in shown
    assert text.replace("\u200b", "") == _text(page)


def test_each_hit_says_why(li, offered):
    """What a mark is described by is on the page."""
    offered(title="出画眉鸟", text="野生画眉，自提")

    page = li.http.get("/listings/huapiao:991").text

    wanted = set(" ".join(re.findall(r'aria-describedby="([^"]+)"', page)).split())
    assert wanted
    assert wanted <= set(re.findall(r'id="(hit-\d+)"', page))


def test_a_change_is_shown_word_by_word(clock, caller, offered):
    """What went and what came, beside when."""
    offered(title="出画眉鸟", text="野生画眉，一百五", price=Price(raw="150元", yuan=Decimal(150)))
    clock.move(days=1)
    offered(title="出画眉鸟", text="家养画眉，一百五", price=Price(raw="300元", yuan=Decimal(300)))
    caller.log_in()

    page = caller.http.get("/listings/huapiao:991").text

    assert "<del>野生</del><ins>家养</ins>" in page
    assert "<del>150</del><ins>300</ins>" in page


def test_the_species_card_names_level_list_and_paper(li, offered):
    """What an analyst needs to decide stands beside the text."""
    offered(title="出只画眉鸟", text="野生画眉，自提")

    page = li.http.get("/listings/huapiao:991").text

    for words in ("国家二级", "Garrulax canorus", "国家重点保护野生动物名录", "第二十八条"):
        assert words in page


def test_the_sellers_address_is_text_and_his_contacts_are_masked_in_the_card(li, offered):
    """No link leads to him: a click would tell him who looks."""
    offered(
        title="出画眉鸟",
        text="野生画眉",
        url="http://seller.example/item?id=1",
        seller=Seller(name="老王13804001234", url="http://seller.example/u"),
    )

    page = li.http.get("/listings/huapiao:991").text

    assert "http://seller.example/item?id=1" in page
    assert not re.search(r'(?:href|src|action)="[^"]*seller\.example', page)
    assert "13804001234" not in page


@pytest.mark.parametrize("size", [1_000_000])
def test_a_monstrous_listing_still_fits_on_a_page(li, offered, size):
    """A title of a million characters, a wall of combining marks: shown in part, and said."""
    offered(title="出画眉鸟" + "很" * size, text="画眉" + "a\u0301\u0302\u0303" * size)

    page = li.http.get("/listings/huapiao:991").content
    queue = li.http.get("/queue").content

    assert len(page) < 150_000
    assert len(queue) < 150_000


@pytest.mark.browser
def test_the_reason_of_a_hit_is_read_by_pointer_and_by_keyboard(at_desk, offered):
    """One small card, by hover and by focus, gone with Escape."""
    offered(title="出画眉鸟", text="野生画眉，自提")
    page = at_desk()
    page.goto("/listings/huapiao:991")

    mark = page.locator("#text .hit[data-hits]").first
    mark.hover()
    by_pointer = page.locator("#why").inner_text()
    page.mouse.move(5, 5)
    mark.focus()
    by_keyboard = page.locator("#why").inner_text()
    page.keyboard.press("Escape")

    assert by_pointer == by_keyboard != ""
    assert 0 == page.locator("#why").count()
