"""The source files of the market read what the market shows, field by field."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from commands.demo import write_sources
from crawlers.families import reader_of
from crawlers.pages.base import fetched
from crawlers.sources import load_source
from demo.shops.app import APP_KEY, TOKEN, digest
from pipeline.page import PageKind


@pytest.fixture
def pages(visit, tmp_path):
    """Reads an address of a shop with the shop's own source file."""
    visitor = visit()
    files = {path.stem: path for path in write_sources(visitor.market, tmp_path)}

    def read(shop, path, how="index", **more):
        reader = reader_of(load_source(files[f"demo-{shop}"]))
        answer = visitor.get(shop, path, **more)
        page = fetched(
            str(answer.url),
            answer.content,
            seen_at=datetime.now(UTC),
            status=answer.status_code,
            headers=answer.headers,
        )
        return getattr(reader, how)(page)

    return read


def test_the_list_gives_its_cards_and_the_next_page(pages):
    """Eighteen and the pinned one; the advert is left out, nothing is lost."""
    page = pages("classifieds", "huaniao/?page=1")

    assert PageKind.NORMAL == page.verdict.kind
    assert (19, ()) == (len(page.cards), page.lost)
    assert page.next_url.endswith("/huaniao/?page=2")
    assert page.has_details
    assert not [card for card in page.cards if "厂家直销" in card.title]


def test_a_listing_page_is_read_whole(pages):
    """GBK, zero-width space, price, place, seller, pictures, time."""
    listing = pages("classifieds", "xinxi/310023.html", "detail").listing()

    assert ("310023", "转让画\u200b眉一只，净口") == (listing.site_id, listing.title)
    assert listing.text.startswith("这只画\u200b眉\u200b鸟跟我四年")
    assert Decimal(1500) == listing.price.yuan
    assert ("辽阳·宏伟", "211004") == (listing.place.raw, listing.place.code)
    assert "隐湖居" == listing.seller.name
    assert listing.seller.site_id in listing.seller.url
    assert 1 == len(listing.images)
    assert listing.posted_at < listing.seen_at
    assert "offer" == listing.kind


def test_an_answer_of_the_app_gives_listings_without_its_advert(pages):
    """Price joined from its parts, time from milliseconds, the text whole."""
    text = json.dumps({"keyword": "", "pageNumber": 1})
    query = {"t": "1", "data": text, "sign": digest(f"{TOKEN}&1&{APP_KEY}&{text}")}
    cookie = {"cookie": f"_qz_h5_tk={TOKEN}_1"}

    page = pages("app", "h5/mtop.qingzhou.search/1.0/", params=query, headers=cookie)

    assert PageKind.NORMAL == page.verdict.kind
    assert (12, (), True) == (len(page.cards), page.lost, page.has_more)
    throat = next(card for card in page.cards if card.site_id == "845001000001")
    assert ("蓝靛颏一只 带笼衣", Decimal(900)) == (throat.title, throat.price.yuan)
    assert "搬家转让" in throat.text
    assert throat.url.endswith("/item?id=845001000001")


def test_a_refused_answer_of_the_app_is_no_empty_one(pages):
    """Unsigned: the app says refused, and that is what is read."""
    page = pages("app", "h5/mtop.qingzhou.search/1.0/")

    assert PageKind.CHALLENGE == page.verdict.kind
    assert () == page.cards


def test_a_board_gives_threads_and_no_notice(pages):
    """Eight rows; the pinned rules of the board are no listing."""
    page = pages("forum", "forum-2-1.html")

    assert (PageKind.NORMAL, 8, ()) == (page.verdict.kind, len(page.cards), page.lost)
    assert page.has_details
    assert page.next_url.endswith("/forum-2-2.html")
    assert "20001" not in {card.site_id for card in page.cards}


def test_a_thread_gives_its_opener_and_the_answer_that_sells(pages):
    """Quotes, the opener's own words and 给我留一只 are no listings."""
    page = pages("forum", "thread-20003-1-1.html", "detail")
    calm = pages("forum", "thread-20002-1-1.html", "detail")

    opener, reply = page.listings
    assert ("20003", "wanted") == (opener.site_id, opener.kind)
    assert ("20003-2000302", "营口老宋") == (reply.site_id, reply.seller.name)
    assert "我这有两只红靛颏" in reply.text
    assert reply.url.endswith("#pid2000302")
    assert ["20002"] == [listing.site_id for listing in calm.listings]
    assert 2 == len(calm.read.images)


def test_a_feed_gives_whole_articles(pages):
    """Ids that are no addresses; the words behind the cut of the description."""
    page = pages("feed", "feed/")

    first = page.cards[0]
    assert (PageKind.NORMAL, 15, False) == (page.verdict.kind, len(page.cards), page.has_details)
    assert ("heitu-501", "架鹰人后代") == (first.site_id, first.seller.name)
    assert "黄鹰" in first.text
    assert 2 == len(first.images)
    assert first.posted_at < first.seen_at


def test_an_atom_feed_is_read_as_well(pages):
    """The same articles under the other format."""
    page = pages("feed", "atom.xml")

    assert 15 == len(page.cards)
    assert all(card.title and card.url.startswith("http") for card in page.cards)


def test_a_shop_is_read_by_its_list_or_by_its_sitemap(pages):
    """Eight products a page; the sitemap names all of them under the same ids."""
    page = pages("shop", "")
    sitemap = pages("shop", "sitemap.xml")

    assert (8, True) == (len(page.cards), page.has_details)
    assert page.next_url.endswith("/shop/page/2/")
    assert {card.site_id for card in page.cards} <= {card.site_id for card in sitemap.cards}
    assert 20 == len(sitemap.cards)


def test_a_product_page_describes_itself(pages):
    """The related products are not it."""
    listing = pages("shop", "product/3301/", "detail").listing()

    assert ("3301", Decimal(168)) == (listing.site_id, listing.price.yuan)
    assert listing.title.startswith("猛禽训练套装")
    assert ("羽心旗舰店", 1) == (listing.seller.name, len(listing.images))
