"""Pages read by rules: what breaks stays small, and nothing listed is told from not understood."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType

import pytest
from web_poet.fields import field

from crawlers.families import reader_of
from crawlers.pages.base import fetched
from crawlers.pages.listing import ListingFields
from crawlers.pages.merging import merged
from crawlers.pages.rules import css, path, walk
from crawlers.pages.shown import html_text, parse_html, text_of
from crawlers.sources import load_source
from pipeline.base.errors import PageChanged
from pipeline.listing import Price, Seller
from pipeline.page import PageKind

SEEN = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
SOURCE = """\
key: huapiao
name: 花票网
family: classifieds
base_url: "https://huapiao.example.com/"
search: {url: "https://huapiao.example.com/list"}
list:
  urls: ["/list*"]
  rows: "li"
  skip: ".ad"
  next: "a.next::attr(href)"
  empty: [没有找到]
  fields:
    site_id: "::attr(data-id)"
    url: "a::attr(href)"
    title: "a"
    price: ".price"
    images: "img::attr(src)"
detail:
  urls: ["/item/*"]
  fields:
    title: "h1"
    text: {at: ".text", drop: ".tip"}
    price: ".price"
    place: ".place"
    posted: ".time"
    seller: ".seller"
expect: {listings: [1, 100]}
"""


@pytest.fixture
def source(tmp_path):
    file = tmp_path / "huapiao.yml"
    file.write_text(SOURCE, encoding="utf-8")
    return load_source(file)


@pytest.fixture
def reader(source):
    return reader_of(source)


def a_page(html, url="https://huapiao.example.com/list", **others):
    return fetched(url, html.encode(), seen_at=SEEN, **others)


ROW = "<li data-id={0}><a href='/item/{0}?spm=a.b#x'>画眉{0}</a><b class=price>{0}元</b></li>"


def rows(count):
    return "".join(ROW.format(number) for number in range(100, 100 + count))


def test_a_list_gives_its_cards_in_order(reader):
    """Adverts left out, each id once, addresses canonical and whole."""
    html = rows(3) + "<li class=ad data-id=1><a href=/x>广告</a></li>" + rows(1)

    page = reader.index(a_page(f"<ul>{html}</ul><a class=next href='?p=2'>下一页</a>"))

    assert ["100", "101", "102"] == [card.site_id for card in page.cards]
    assert "https://huapiao.example.com/item/100" == page.cards[0].url
    assert "https://huapiao.example.com/list?p=2" == page.next_url
    assert (PageKind.NORMAL, True) == (page.verdict.kind, page.has_details)


def test_one_field_that_breaks_leaves_thirty_listings(source, monkeypatch):
    """That field is empty and says why; nothing else is touched."""

    class Broken(ListingFields):
        @field
        def price(self) -> Price:
            if self.site_id == "107":
                raise KeyError("data-total")
            return Price(raw="1", yuan=Decimal(1))

    reader = reader_of(source)
    monkeypatch.setattr(reader, "fields_class", Broken)

    page = reader.index(a_page(rows(30)))

    assert 30 == len(page.cards)
    assert (Price(), "broken: KeyError") == (page.cards[7].price, page.cards[7].notes["price"])
    assert 29 == sum(card.price.yuan == 1 for card in page.cards)


def test_a_row_without_an_id_is_counted_and_loses_nothing(reader):
    """The page's own sum stays right."""
    page = reader.index(a_page(rows(5) + "<li><a href=/y>无号</a></li>"))

    assert (5, ("no id",)) == (len(page.cards), page.lost)


@pytest.mark.parametrize(
    ("html", "kind", "cause"),
    [
        ("<p>没有找到符合条件的信息</p>", PageKind.EMPTY, "empty"),
        ("<div class=card>画眉</div>", PageKind.ERROR, "layout"),
        ("<li>画眉</li><li>百灵</li>", PageKind.ERROR, "layout"),
        ("<title>百度安全验证</title>", PageKind.CHALLENGE, "title"),
        ("<p>请先登录</p>", PageKind.LOGIN_WALL, "words"),
        ("", PageKind.ERROR, "nothing"),
    ],
)
def test_a_list_without_cards_says_what_it_is(reader, html, kind, cause):
    """Only the site's own words make it empty."""
    verdict = reader.index(a_page(html)).verdict

    assert (kind, cause) == (verdict.kind, verdict.cause)


def test_words_of_a_wall_do_not_make_a_wall_of_a_page_with_listings(reader):
    """A short page may tell visitors to log in, and list all the same."""
    page = reader.index(a_page("<p>登录后查看更多，请先登录</p>" + rows(2)))

    assert (PageKind.NORMAL, 2) == (page.verdict.kind, len(page.cards))


def test_a_detail_page_is_read_and_what_it_lacks_comes_from_its_card(reader):
    """The page wins; the card fills."""
    (card,) = reader.index(
        a_page("<li data-id=9><a href=/item/9>画眉</a><b class=price>900</b><img src=/1.jpg></li>")
    ).cards

    page = reader.detail(
        a_page(
            "<h1>出只画眉</h1><div class=text>叫口好<p>沈阳<span class=tip>下载</span></div>"
            "<i class=place>沈阳铁西</i><i class=time>昨天09:27</i><i class=seller>老王</i>",
            url="https://huapiao.example.com/item/9?from=list",
        )
    )
    listing = page.listing(card)

    assert ("9", "https://huapiao.example.com/item/9") == (listing.site_id, listing.url)
    assert ("出只画眉", "叫口好\n沈阳") == (listing.title, listing.text)
    assert (Decimal(900), "210106") == (listing.price.yuan, listing.place.code)
    assert ("https://huapiao.example.com/1.jpg",) == listing.images
    assert datetime(2026, 3, 9, 1, 27, tzinfo=UTC) == listing.posted_at
    assert "price" not in listing.notes


def test_a_wall_in_place_of_a_listing_is_never_a_listing(reader):
    """It is told, with what it is."""
    page = reader.detail(a_page("<p>请登录后使用</p>", url="https://huapiao.example.com/item/9"))

    with pytest.raises(PageChanged, match="login_wall"):
        page.listing()


def test_a_page_with_nothing_of_a_listing_has_changed(reader):
    """Neither title nor text: the layout is another."""
    page = reader.detail(a_page("<h2>别的</h2>", url="https://huapiao.example.com/item/9"))

    assert (PageKind.ERROR, "layout") == (page.verdict.kind, page.verdict.cause)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "http://[broken", "fleamarket://item?id=1"]
)
def test_what_is_no_web_address_is_none(reader, url):
    """Empty, with a note; never handed on."""
    (card,) = reader.index(
        a_page(f"<li data-id=9><a href='{url}'>x</a><img src='{url}'></li>")
    ).cards

    assert ("", ()) == (card.url, card.images)
    assert "not on the page" == card.notes["url"]


def test_nul_and_half_emoji_do_not_reach_a_listing(reader):
    """Out of every field; the bytes of the page are kept elsewhere."""
    (card,) = reader.index(
        a_page("<li data-id='9\x01'><a href=/item/9>画\x00眉\x0b&#xD83D;</a></li>")
    ).cards

    card.title.encode("utf-8")
    assert "9" == card.site_id
    assert card.title.startswith("画眉")


def test_damage_is_told_of_the_listing_that_has_it(reader):
    """Its neighbour is whole."""
    html = rows(2).encode().replace("画眉100".encode(), b"\xe7\x94" + "眉100".encode())

    one, other = reader.index(fetched("https://huapiao.example.com/list", html, seen_at=SEEN)).cards

    assert ("\ufffd眉100", True) == (one.title, one.is_damaged)
    assert ("画眉101", False) == (other.title, other.is_damaged)


def test_scripts_hidden_words_and_comments_are_not_shown():
    """What a visitor does not see is no text of the listing."""
    html = "<div>出<!-- x --><b>画</b>眉<script>登录</script><i style='display: none'>扰</i>只"
    html += "<br>沈阳<p>一</p>二</div>"

    assert "出画眉只\n沈阳\n一\n二" == text_of(parse_html(html))
    assert "a & b\nc" == html_text("a &amp; <b>b</b><br/>c")


def test_a_deep_page_is_read_without_a_stack(reader):
    """Two thousand levels are read; a parser's own end is reached before twenty thousand."""
    html = "<div>" * 2_000 + "画眉" + "</div>" * 2_000

    assert "画眉" == text_of(parse_html(html))
    assert "layout" == reader.index(a_page("<div>" * 20_000 + "画眉")).verdict.cause


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("data.list[].id", ["1", "2"]),
        ("data.list[1].id", ["2"]),
        ("data.list[9].id", []),
        ("data.nothing.id", []),
        ("data.list[].tags[]", ["a", "b"]),
    ],
)
def test_a_path_walks_keys_and_lists(keys, found):
    """What is not there gives nothing, and breaks nothing."""
    answer = {"data": {"list": [{"id": "1", "tags": ["a"]}, {"id": "2", "tags": ["b"]}, "odd"]}}

    assert found == walk(answer, path(keys))


@pytest.mark.parametrize("selector", ["a >", "a[", "::text::attr(x)", "a::attr(x) b", "*" * 9])
def test_what_is_no_selector_is_told(selector):
    """Before anything is fetched."""
    with pytest.raises(ValueError, match=r"."):
        css(selector)


def test_what_a_card_and_a_page_say_is_put_together(a_listing):
    """The page's words win; a price that the page hides comes from the card."""
    card = a_listing(
        seller=Seller(name="老王", site_id="u1"), notes=MappingProxyType({"text": "x"})
    )
    page = replace(card, price=Price(note="unreadable"), seller=Seller(name="王老板"), text="全文")

    listing = merged(card, page)

    assert card.price == listing.price
    assert Seller(name="王老板", site_id="u1") == listing.seller
    assert {} == dict(listing.notes)
