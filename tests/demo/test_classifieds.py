import re

import pytest
from parsel import Selector

from demo.stock import shelf


def read(answer) -> Selector:
    return Selector(answer.content.decode("gbk"))


def walk(visit, **which) -> list[Selector]:
    """Return every page of the list, following the next link."""
    pages, path = [], "huaniao/"
    while path:
        pages.append(read(visit(**which).get("classifieds", path)))
        following = pages[-1].css("a.next::attr(href), a[rel=next]::attr(href)").get("")
        path = following.lstrip("/")
    return pages


def test_pages_are_gbk_and_say_so_only_inside(visit):
    """As on old sites: no charset in the header, gb2312 in the page, GBK in the bytes."""
    answer = visit().get("classifieds", "xinxi/310011.html")

    assert "text/html" == answer.headers["content-type"]
    assert b"charset=gb2312" in answer.content
    assert "讓出畫眉鳥一隻" in answer.content.decode("gbk")
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")


def test_what_gbk_cannot_hold_survives_as_a_reference(visit):
    """A zero-width space and an emoji reach the reader, though GBK knows neither."""
    hidden = visit().get("classifieds", "xinxi/310023.html")

    assert b"&#8203;" in hidden.content
    assert "画\u200b眉" in read(hidden).css("h1.bt::text").get()
    assert b"&#128558;" in visit().get("classifieds", "xinxi/310024.html").content


def test_the_next_link_leads_to_every_listing_once(visit):
    """Paging ends; the pinned listing is on every page, the advert is no listing."""
    pages = walk(visit)
    ids = [
        found for page in pages for found in page.css("li.info:not(.top)::attr(data-id)").getall()
    ]
    pinned = [page.css("li.info.top::attr(data-id)").getall() for page in pages]

    shown = shelf("classifieds", 1).shown
    assert len(pages) == 4
    assert len(ids) == len(set(ids))
    assert {ware.id for ware in shown} == {*ids, "310010"}
    assert [["310010"]] * 4 == pinned
    assert all(1 == len(page.css("li.info.ad:not([data-id])")) for page in pages)


def test_a_detail_page_shows_what_the_listing_says(visit):
    """Price, place, seller with his number, telephone as text, pictures, exact time."""
    page = read(visit().get("classifieds", "xinxi/310003.html"))

    assert "出两只画眉，一打一唱，笼子另算" == page.css("h1.bt::text").get()
    assert "1000/只" == page.css(".price::text").get()
    assert "大连·瓦房店" == page.css(".area::text").get()
    assert "渤海听眉" == page.css("a.seller::text").get()
    assert re.fullmatch(r"/user/\d{6}\.html", page.css("a.seller::attr(href)").get())
    assert re.fullmatch(r"1380000\d{4}", page.css(".tel::text").get())
    assert ["/pic/310003/1.jpg", "/pic/310003/2.jpg"] == page.css(".photos img::attr(src)").getall()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", page.css(".time::attr(title)").get())


def test_times_are_said_as_people_say_them(visit):
    """Minutes, hours, yesterday, a day without its year: each stands somewhere."""
    said = [t for page in walk(visit) for t in page.css("li.info .time::text").getall()]

    for shape in (r"\d+分钟前", r"昨天 \d\d:\d\d", r"\d\d-\d\d"):
        assert [words for words in said if re.fullmatch(shape, words)]


@pytest.mark.parametrize("query", ["kw=%BB%AD%C3%BC", "kw=%E7%94%BB%E7%9C%89"])
def test_the_search_takes_gbk_and_utf8(visit, query):
    """The shop's own form sends GBK; the same words in UTF-8 find the same."""
    page = read(visit().get("classifieds", f"sousuo?{query}"))

    found = page.css("li.info a.tit::text").getall()
    assert "画眉笔一盒十二支，深棕灰棕都有" in found
    assert "出两只画眉，一打一唱，笼子另算" in found


def test_a_search_without_result_says_so(visit):
    """Nothing found is said in words, on a page that is otherwise whole."""
    page = read(visit().get("classifieds", "sousuo?kw=zzzz"))

    assert "抱歉，没有找到符合条件的信息" == page.css(".nothing::text").get()
    assert not page.css("li.info")


def test_robots_closes_some_paths(visit):
    """The list and the listings are open, sellers and the click counter are not."""
    lines = visit().get("classifieds", "robots.txt").text.splitlines()

    assert "User-agent: *" in lines
    assert {"Disallow: /user/", "Disallow: /click"} <= set(lines)
    assert not [line for line in lines if "huaniao" in line or "xinxi" in line]


def test_the_second_layout_shows_the_same_in_other_markup(visit):
    """After the redesign no old selector finds anything, and nothing else has changed."""
    old, new = walk(visit), walk(visit, layout=2)

    titles = {title for page in new for title in page.css("article.goods strong::text").getall()}
    assert {t for page in old for t in page.css("a.tit::text").getall()} - titles == {
        "高档实木鸟笼厂家直销 全省包送 支持定做"
    }
    assert not [page for page in new if page.css("li.info, a.tit, a.next")]
    detail = read(visit(layout=2).get("classifieds", "xinxi/310003.html"))
    assert "1000/只" == detail.css("dd.sum::text").get()
    assert not detail.css("h1.bt, .price, .content")
