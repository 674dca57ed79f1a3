import json
from email.utils import parsedate_to_datetime

from lxml import etree
from parsel import Selector

from demo.stock import shelf


def test_a_board_leads_to_its_threads_and_pins_the_notice(visit):
    """Two pages of threads; the rules of the board stand apart and are no listing."""
    first = Selector(visit().get("forum", "forum-2-1.html").text)
    second = Selector(visit().get("forum", first.css("a.nxt::attr(href)").get().lstrip("/")).text)

    rows = [page.css("tbody[id^=normalthread_]::attr(id)").getall() for page in (first, second)]
    assert ["stickthread_20001"] == first.css("tbody[id^=stick]::attr(id)").getall()
    assert not second.css("tbody[id^=stick], a.nxt")
    trade = {w.id for w in shelf("forum", 1).shown if w.section in ("出售", "求购", "交换")}
    assert {f"normalthread_{tid}" for tid in trade} == {*rows[0], *rows[1]}


def test_a_thread_holds_replies_a_quote_and_pictures_that_are_blank_at_first(visit):
    """The picture's address stands in ``file``; ``src`` is the forum's blank."""
    page = Selector(visit().get("forum", "thread-20002-1-1.html").text)

    assert "秋颏到货，红蓝都有，公的多" == page.css("#thread_subject::text").get()
    assert 4 == len(page.css("td.t_f"))
    assert "毛咋样，掉尾没？" in page.css(".quote blockquote").get()
    assert {"/static/image/common/none.gif"} == set(page.css("img.zoom::attr(src)").getall())
    pictures = page.css("img.zoom::attr(file)").getall()
    assert 200 == visit().get("forum", pictures[0].lstrip("/")).status_code
    same = visit().get("forum", "forum.php?mod=viewthread&tid=20002").text
    assert "秋颏到货" in same


def test_the_forum_gives_a_feed_of_its_board(visit):
    """RSS as the forum program writes it, without the pinned notice."""
    feed = etree.fromstring(visit().get("forum", "forum.php?mod=rss&fid=2").content)

    titles = feed.xpath("//item/title/text()")
    assert "秋颏到货，红蓝都有，公的多" in titles
    assert not [title for title in titles if "版规" in title]


def test_rss_and_atom_tell_the_same_articles(visit):
    """Each entry has an id of its own, a time with zone, and leads to its article."""
    rss = etree.fromstring(visit().get("feed", "feed/").content)
    atom = etree.fromstring(visit().get("feed", "atom.xml").content)
    space = {"a": "http://www.w3.org/2005/Atom"}

    titles = rss.xpath("//item/title/text()")
    assert len(shelf("feed", 1).shown) == len(titles)
    assert titles == atom.xpath("//a:entry/a:title/text()", namespaces=space)
    assert all(parsedate_to_datetime(t).tzinfo for t in rss.xpath("//pubDate/text()"))
    assert len(set(rss.xpath("//guid/text()"))) == len(titles)
    link = rss.xpath("//item/link/text()")[0]
    article = Selector(visit().http.get(link).text)
    assert titles[0] == article.css("article h1::text").get()
    content = {"content": "http://purl.org/rss/1.0/modules/content/"}
    assert rss.xpath("//content:encoded/text()", namespaces=content)[0].startswith("<p>")


def test_a_product_tells_of_itself_in_json_ld(visit):
    """Name, price, seller and pictures as schema.org has them, among other products."""
    page = Selector(visit().get("shop", "product/3301/").text)
    graph = json.loads(page.css("script[type='application/ld+json']::text").get())["@graph"]

    (product,) = [node for node in graph if node["@type"] == "Product"]
    assert "3301" == product["sku"]
    assert ("CNY", "168.00") == (product["offers"]["priceCurrency"], product["offers"]["price"])
    assert "羽心旗舰店" == product["offers"]["seller"]["name"]
    assert product["image"]
    assert 3 == len(next(n for n in graph if n["@type"] == "ItemList")["itemListElement"])


def test_a_range_of_prices_is_an_aggregate_offer(visit):
    """650 to 9800: the low and the high end stand apart."""
    page = Selector(visit().get("shop", "product/3303/").text)
    graph = json.loads(page.css("script[type='application/ld+json']::text").get())["@graph"]

    offers = next(node["offers"] for node in graph if node["@type"] == "Product")
    assert ("650", "9800") == (offers["lowPrice"], offers["highPrice"])


def test_the_shop_lists_every_product_on_its_pages_and_in_its_sitemap(visit):
    """Three pages of eight, and a sitemap that names the same."""
    found, path = set(), "shop/page/1/"
    while path:
        page = Selector(visit().get("shop", path).text)
        found |= set(page.css("li.product > a::attr(href)").getall())
        path = page.css("a.next::attr(href)").get("").lstrip("/")

    sitemap = etree.fromstring(visit().get("shop", "sitemap.xml").content)
    named = sitemap.xpath("//*[local-name()='loc']/text()")
    assert {f"/product/{ware.id}/" for ware in shelf("shop", 1).shown} == found
    assert {visit().market.shops["shop"].url + path.lstrip("/") for path in found} == set(named)
