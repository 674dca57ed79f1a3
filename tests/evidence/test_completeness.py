"""The manifest says complete, or exactly what is missing; never "complete" when it is not."""

import json

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer

from evidence.snapshot import Wanted, take_all
from evidence.verify import verify
from pipeline.base.clock import SystemClock
from pipeline.base.settings import read_settings
from pipeline.base.urls import gate_for
from tests.evidence.hard_pages import PRICE, SELLER, STORIES, TITLE, HardPages

pytestmark = pytest.mark.browser

WHOLE = ("forty-lazy", "very-tall", "consent", "consent-locks", "login-with-a-cross", "bars")
WHOLE += ("inner", "second-look", "other-size")
LACKING = {
    "lost-pictures": ("/gone/a.png", "/gone/b.png"),
    "login-wall": ("登录层盖住",),
    "captcha": ("验证层盖住",),
    "endless": ("只取到这里",),
    "white-price": ("价格没有画在图上",),
    "other-picture": ("页面上没有找到主图",),
    "damaged-picture": ("没有找到主图", "/damaged.png"),
    "lost-main-picture": ("主图没有载入", "/p/1.png_300x300.png"),
}
NOT_THE_LISTING = {"soft-404": "removed", "half-loaded": "error"}


@pytest.fixture(scope="module")
def hard():
    """The pages, on a server of our own."""
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield HardPages(server)


@pytest.fixture(scope="module")
def kept(tmp_path_factory, hard):
    """Each page kept once, as the page of one and the same listing."""
    home = tmp_path_factory.mktemp("hard") / "home"
    settings = read_settings(home, snapshots_at_once=3)
    gate = gate_for([f"127.0.0.1:{hard.server.port}"])
    wanted = [
        Wanted(
            url=hard.server.url_for(f"/{story}"),
            asked_by="li",
            title=TITLE,
            fields={
                "title": TITLE,
                "text": "自家笼养的，叫口好，沈阳自提，有意者联系",
                "price": {"raw": PRICE, "yuan": "1200"},
                "seller": {"name": SELLER},
                "images": [hard.server.url_for("/p/1.png")],
            },
        )
        for story in (*STORIES, "second-look")
    ]
    taken = take_all(settings, wanted, gate=gate, clock=SystemClock())
    return {one.row.url.rpartition("/")[2]: one for one in taken}


def told(snapshot, name="manifest.json"):
    return json.loads((snapshot.folder / name).read_bytes())


def said(snapshot) -> str:
    manifest = told(snapshot)
    return json.dumps([manifest["gaps"], manifest["missing"]], ensure_ascii=False)


def picture(snapshot, name) -> Image.Image:
    return Image.open(snapshot.folder / name).convert("RGB")


def is_of_the_listing(shot: Image.Image) -> bool:
    """Whether the listing's own picture, which has a colour of its own, is to be seen."""
    return (6, 90, 90) in {colour for _, colour in shot.getcolors(maxcolors=10_000_000)}


def test_every_page_has_been_kept_and_verifies(kept):
    """No page of them breaks the capture, and each folder proves itself."""
    assert {*WHOLE, *LACKING, *NOT_THE_LISTING} == set(kept)
    assert [] == [problem for one in kept.values() for problem in verify(one.folder).problems]


@pytest.mark.parametrize("story", WHOLE)
def test_what_is_whole_is_said_to_be(kept, story):
    """All that a visitor can bring into sight is in sight."""
    assert ("sealed", True, "[[], []]") == (
        kept[story].state,
        told(kept[story])["is_complete"],
        said(kept[story]),
    )


@pytest.mark.parametrize("story", LACKING)
def test_what_is_lacking_is_named(kept, story):
    """Each thing that is not there, and never the word complete."""
    assert ("sealed", False) == (kept[story].state, told(kept[story])["is_complete"])
    assert [] == [mark for mark in LACKING[story] if mark not in said(kept[story])]


@pytest.mark.parametrize("story", NOT_THE_LISTING)
def test_what_is_not_the_listing_is_the_record_of_a_failure(kept, story):
    """A removed page and one that never finished loading are told apart, and neither is it."""
    row = kept[story].row

    assert ("failed", NOT_THE_LISTING[story]) == (row.state, row.page)


def test_a_layer_is_kept_as_served_and_the_listing_legible_beside_it(kept):
    """Two captures: what the site served first, and what lies under it."""
    for story in ("consent", "consent-locks", "login-with-a-cross"):
        assert not is_of_the_listing(picture(kept[story], "page.png")), story
        assert is_of_the_listing(picture(kept[story], "page-clear.png")), story


def test_a_page_that_a_layer_held_locked_is_kept_in_its_whole_length(kept):
    """Closed first, then scrolled again: six screens, not one."""
    assert picture(kept["consent-locks"], "page-clear.png").height > 4_000


def test_each_press_is_recorded(kept):
    """Which button, in which layer, when, and what came of it."""
    (step,) = told(kept["consent"], "environment.json")["clicks"]

    assert ("press", "同意并继续", "div#layer", "已关闭") == (
        step["did"],
        step["what"],
        step["on"],
        step["came_of_it"],
    )
    assert step["at"].endswith("Z")


def test_no_gate_is_passed(kept, hard):
    """In a log-in layer only its cross is pressed; in a captcha nothing at all."""
    assert {"agree", "know", "x"} == set(hard.pressed)
    for story in ("login-wall", "captcha"):
        (step,) = told(kept[story], "environment.json")["clicks"]
        assert "left alone" == step["did"]
        assert not (kept[story].folder / "page-clear.png").exists()


def test_bars_are_laid_flat_for_the_second_picture(kept):
    """The price under the bar at the top is legible, and the record says what was done."""
    steps = told(kept["bars"], "environment.json")["clicks"]

    assert ["div#top", "div#foot"] == [step["what"] for step in steps]
    assert {"unstick"} == {step["did"] for step in steps}
    assert (kept["bars"].folder / "page-clear.png").exists()


def test_what_scrolls_inside_is_photographed_to_its_end(kept):
    """Ten comments with a picture each, of which the page shows one and a half."""
    area = picture(kept["inner"], "area-01.png")
    colours = {colour for _, colour in area.getcolors(maxcolors=10_000_000)}

    assert [] == [n for n in range(20, 30) if (n * 6, 90, 90) not in colours]
    assert 10 == len(told(kept["inner"], "declared.json")["comments"])


def test_a_page_that_was_not_ready_is_looked_at_again_at_once(kept):
    """The second look brought it; the first stands in its record."""
    (before,) = told(kept["second-look"], "environment.json")["looks_before"]

    assert ("error", "出错页（页面没有加载完：half loaded）") == (before["page"], before["reason"])
    assert 2 == len(told(kept["half-loaded"], "environment.json")["looks_before"]) + 1


def test_title_price_seller_and_picture_are_found_where_they_stand(kept):
    """Their places on the photograph are in the record; a person may look there."""
    sights = {one["name"]: one for one in told(kept["forty-lazy"], "sights.json")}

    assert ["picture", "price", "seller", "title"] == sorted(sights)
    assert {""} == {one["problem"] for one in sights.values()}
    assert (300, 300) == (
        sights["picture"]["place"]["width"],
        sights["picture"]["place"]["height"],
    )
