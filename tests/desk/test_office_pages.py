"""The pages beside the queue in a real browser: readable by all, and worked by keys and by hand."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from casework import people
from tests.desk.conftest import PASSWORD

pytestmark = pytest.mark.browser

PAGES = (
    "/overview",
    "/figures?of=flagged",
    "/queue/bulk?all=1",
    "/second",
    "/people",
    "/people/li",
    "/account",
    "/log",
)


@pytest.fixture(autouse=True)
def _zhao(db, clock, desk):
    """Zhao supervises the province, so every page opens."""
    assert desk.address
    people.add(db, "zhao", role="supervisor", password=PASSWORD, clock=clock)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_no_page_shuts_anybody_out_or_is_wider_than_its_screen(market, at_desk, width, scheme):
    """Axe finds nothing serious, nothing hides at the edge, and every page is in the menu."""
    market(6)
    page = at_desk("zhao", color_scheme=scheme, viewport={"width": width, "height": 860})

    found, wide = {}, {}
    for path in PAGES:
        page.goto(path)
        violations = Axe().run(page).response["violations"]
        found[path] = [v["id"] for v in violations if v["impact"] in {"serious", "critical"}]
        wide[path] = page.evaluate("document.documentElement.scrollWidth")

    assert {path: [] for path in PAGES} == found
    assert max(wide.values()) <= width
    assert page.get_by_role("link", name="概览").is_visible()


def test_a_contact_is_shown_by_keys_alone_and_stays_only_on_that_page(offered, at_desk):
    """Open the line, choose why, press the button: the number stands there, once."""
    offered(title="出画眉鸟 打鸟 凶", text="野生画眉 网捕 电话13804001234", site_id="7")
    page = at_desk("li")
    page.goto("/listings/huapiao:7")
    assert "13804001234" not in page.content()

    page.locator(".reveal summary").focus()
    page.keyboard.press("Enter")
    page.locator(".reveal [name=field]").select_option("text")
    page.locator(".reveal [name=why]").select_option("identify_seller")
    page.get_by_role("button", name="显示并记录").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已记入日志")

    assert "13804001234" in page.locator("#text").inner_text()
    page.reload()
    assert "13804001234" not in page.locator("#text").inner_text()


def test_a_number_of_the_overview_opens_its_listings(market, at_desk):
    """By Enter on the number; the way back is one link."""
    market(4)
    page = at_desk("li")
    page.goto("/overview")

    page.locator("a.figure").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/figures?*")

    assert 4 == page.locator("#behind tr").count()
    page.keyboard.press("q")
    page.wait_for_url("**/overview?days=30")
