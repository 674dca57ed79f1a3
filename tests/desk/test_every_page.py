"""What holds for each page: readable by all, light, at home on one origin, in two languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PAGES = ("/queue", "/queue?words=不存在", "/listings/huapiao:1000", "/nowhere")


def _serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], each["nodes"][0]["html"][:200])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_no_page_shuts_anybody_out(market, at_desk, scheme, width):
    """Axe finds nothing serious, in light and dark, on a desk and in a hand."""
    market(8)
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 860}}
    page = at_desk(**how)

    found = {}
    for path in PAGES:
        page.goto(path)
        found[path] = _serious(page)
    page.goto("/listings/huapiao:1000")
    page.keyboard.press("1")
    found["reasons"] = _serious(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    found["keys"] = _serious(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="退出").click()
    found["/login"] = _serious(page)

    assert {name: [] for name in found} == found


@pytest.mark.parametrize("width", [1280, 400])
def test_no_page_is_wider_than_its_screen(market, at_desk, width):
    """Nothing hides at the right edge."""
    market(8)
    page = at_desk(viewport={"width": width, "height": 860})

    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_each_page_is_light_and_asks_only_its_own_desk(desk, market, at_desk):
    """At most 12 requests and 150 kB, and none goes anywhere else."""
    market(60)
    page = at_desk()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    seen = []
    session.on("Network.loadingFinished", lambda told: seen.append(told["encodedDataLength"]))
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    for path in (*PAGES, "/overview", "/queue/bulk?all=1", "/second"):
        seen.clear()
        asked.clear()
        page.goto(path, wait_until="networkidle")
        assert len(asked) <= 12
        assert sum(seen) <= 150_000
        assert all(url.startswith(desk.address) for url in asked)


def test_english_by_a_switch_that_stays(market, at_desk):
    """Chinese first; the other language is one click away and is kept for the session."""
    market(2)
    page = at_desk()

    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en]")
    english = page.locator("main").inner_text()
    page.locator(".row .title").first.click()
    listing = page.locator("#stage").inner_text()
    page.get_by_role("button", name="中文").click()
    page.wait_for_selector("html[lang=zh-CN]")

    assert "Waiting" in english
    assert "Confirmed" in listing
    assert "待研判" in page.locator("main").inner_text()
