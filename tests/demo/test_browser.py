import pytest
from playwright.sync_api import Page, sync_playwright

from demo.stock import shelf
from pipeline.base.settings import find_browser, read_settings

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    path = find_browser(read_settings(tmp_path_factory.mktemp("home")))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium):
    """A fresh tab that notes every address it asks for and every error of a script."""
    context = chromium.new_context(viewport={"width": 1100, "height": 800})
    page = context.new_page()
    page.asked, page.errors = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    context.close()


def scroll_to_the_end(tab: Page) -> None:
    for _ in range(60):
        if "没有更多了" in tab.locator(".end").inner_text():
            return
        tab.evaluate("scrollTo(0, document.body.scrollHeight)")
        tab.wait_for_timeout(60)


def test_scrolling_the_app_shows_every_listing(tab, visit):
    """Twelve at first, all of them once the end is reached."""
    tab.goto(visit().market.shops["app"].url)
    tab.wait_for_selector("a.card")
    at_first = tab.locator("a.card:not(.ad)").count()

    scroll_to_the_end(tab)

    shown = tab.locator("a.card:not(.ad)").evaluate_all("cards => cards.map(c => c.dataset.id)")
    assert at_first < 40
    assert {ware.id for ware in shelf("app", 1).shown} == set(shown)
    assert len(shown) == len(set(shown))
    assert not tab.errors


def test_pictures_of_the_app_come_only_into_view(tab, visit):
    """A picture below the fold has no address until somebody scrolls there."""
    tab.set_viewport_size({"width": 1100, "height": 420})
    tab.goto(visit().market.shops["app"].url + "item?id=845001000001")
    tab.wait_for_selector("article.item")
    tab.wait_for_timeout(200)
    second = tab.locator("article.item img").nth(1)
    assert not second.get_attribute("src")

    second.scroll_into_view_if_needed()
    tab.wait_for_function("document.querySelectorAll('article.item img')[1].naturalWidth > 0")

    assert second.get_attribute("src").endswith("/pic/845001000001/2.jpg")


def test_a_removed_item_is_gone_in_the_apps_own_words(tab, visit):
    """The shell answers 200: only the drawn page says that the thing is gone."""
    answer = tab.goto(visit(2).market.shops["app"].url + "item?id=845001000007")
    tab.wait_for_selector(".gone")

    assert 200 == answer.status
    assert "宝贝不存在或已下架" in tab.locator(".gone").inner_text()


def test_on_the_third_night_a_slider_covers_the_app(tab, visit):
    """The refused answer becomes the layer that a person would see."""
    tab.goto(visit(3).market.shops["app"].url)
    tab.wait_for_selector("a.card")
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    tab.wait_for_selector(".baxia-dialog-mask")

    assert "被挤爆啦" in tab.locator(".baxia-dialog").inner_text()
    assert 12 == tab.locator("a.card:not(.ad)").count()


@pytest.mark.parametrize(
    ("name", "path", "title"),
    [
        ("classifieds", "xinxi/310011.html", "讓出畫眉鳥一隻"),
        ("forum", "thread-20002-1-1.html", "秋颏到货"),
        ("feed", "archives/501.html", "祖传架鹰手艺"),
        ("shop", "product/3301/", "猛禽训练套装"),
    ],
)
def test_a_browser_shows_the_page_and_asks_nobody_else(tab, visit, name, path, title):
    """Characters are right, and no request leaves for another host."""
    shop = visit().market.shops[name]

    tab.goto(shop.url + path)

    assert title in tab.title()
    assert title in tab.locator("h1").first.inner_text()
    assert not [url for url in tab.asked if not url.startswith((shop.url, "data:"))]
    assert not tab.errors
