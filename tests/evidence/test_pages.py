"""Real pages in a real browser: what is kept is the page, whole, or says what is missing."""

import hashlib
import io
import json

import pytest
from PIL import Image
from warcio.archiveiterator import ArchiveIterator

from evidence.snapshot import Snapshot, Wanted, take_all
from evidence.verify import verify, verify_all
from pipeline.base.clock import SystemClock
from pipeline.base.settings import read_settings
from tests.evidence.market_of_pages import GBK, picture

pytestmark = pytest.mark.browser

QUICK = (
    "gbk",
    "plain",
    "moved",
    "lazy",
    "tall",
    "endless",
    "rare",
    "other-title",
    "broken",
    "outside",
    "inner",
    "away",
    "wall",
    "challenge",
    "soft404",
    "blank",
    "moves",
    "wide",
    "unseen",
    "leads-away",
    "file",
    "not-there",
)
SLOW = ("waits", "never", "hangs")
"""These use up their time, so they get little of it."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory, site):
    """Every story kept once: story -> snapshot."""
    home = tmp_path_factory.mktemp("home") / "home"
    all_kept = []
    for stories, seconds in ((QUICK, 30), (SLOW, 5)):
        settings = read_settings(home, page_timeout_seconds=seconds, snapshots_at_once=4)
        wanted = [
            Wanted(
                url=site.server.url_for(f"/{story}"),
                asked_by="li",
                title="出只画眉",
                fields={"images": [site.server.url_for("/p/1.png")]} if story == "plain" else {},
            )
            for story in stories
        ]
        all_kept += take_all(settings, wanted, gate=site.gate, clock=SystemClock())
    return {one.row.url.rpartition("/")[2]: one for one in all_kept}


def listed(snapshot: Snapshot) -> dict:
    return json.loads((snapshot.folder / "manifest.json").read_bytes())


def circumstances(snapshot: Snapshot) -> dict:
    return json.loads((snapshot.folder / "environment.json").read_bytes())


def records(snapshot: Snapshot, kind: str = "response") -> dict[str, tuple]:
    """Return path -> record headers, HTTP headers, body; digests checked by warcio too."""
    with (snapshot.folder / "page.warc.gz").open("rb") as file:
        return {
            record.rec_headers["WARC-Target-URI"].split("/", 3)[3]: (
                record.rec_headers,
                record.http_headers,
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file, check_digests="raise")
            if record.rec_type == kind
        }


def photograph(snapshot: Snapshot) -> Image.Image:
    return Image.open(io.BytesIO((snapshot.folder / "page.png").read_bytes())).convert("RGB")


def test_every_story_is_kept_and_verifies(kept):
    """Sealed or failed, each is a folder in the chain, and no byte of it is out of place."""
    assert {*QUICK, *SLOW} == set(kept)
    home = kept["plain"].folder.parent.parent

    assert [] == [one for one in verify_all(home) if not one.is_ok]


def test_a_plain_page_is_complete(kept):
    """Nothing failed, so nothing is said to be missing."""
    told = listed(kept["plain"])

    assert ("sealed", "normal", "", True, True) == (
        told["state"],
        told["page"],
        told["reason"],
        told["is_complete"],
        told["title_found"],
    )
    assert (2, "无第三方时间戳") == (told["format"], told["third_party_timestamp"])


def test_a_gbk_page_is_kept_byte_for_byte(kept):
    """The archive holds the bytes that the server sent, and their hash is theirs."""
    headers, http, body = records(kept["gbk"])["gbk"]

    assert GBK == body
    assert "127.0.0.1" == headers["WARC-IP-Address"]
    assert ("text/html", str(len(GBK))) == (http["Content-Type"], http["Content-Length"])
    assert str(len(GBK)) == http["X-Archive-Orig-Content-Length"]
    assert "叫口好" in (kept["gbk"].folder / "text.txt").read_text()
    assert headers["WARC-Payload-Digest"].startswith("sha256:")


def test_the_request_is_kept_beside_the_answer(kept):
    """Who asked, as what, for what: the request went out in these words."""
    headers, http, _ = records(kept["gbk"], "request")["gbk"]
    response, _, _ = records(kept["gbk"])["gbk"]

    assert "GET /gbk HTTP/1.1" == http.to_str().partition("\r\n")[0]
    assert "HeadlessChrome" in http["User-Agent"]
    assert "zh-CN" == http["Accept-Language"]
    assert response["WARC-Record-ID"] == headers["WARC-Concurrent-To"]


def test_pictures_that_load_on_sight_are_all_there(kept):
    """30 with loading=lazy, 10 by script, all below the fold: in the archive and on the picture."""
    bodies = records(kept["lazy"])
    shown = photograph(kept["lazy"]).getcolors(maxcolors=1_000_000)
    colours = {colour for _, colour in shown}

    assert [] == [n for n in range(40) if f"p/{n}.png" not in bodies]
    assert [] == [n for n in range(40) if (n * 6, 90, 90) not in colours]
    assert listed(kept["lazy"])["is_complete"]


def test_the_pictures_are_files_of_their_own(kept):
    """As the server sent them, each with its address in the list."""
    (line,) = (line for line in listed(kept["plain"])["files"] if line["path"] == "picture-01.png")
    body = (kept["plain"].folder / "picture-01.png").read_bytes()

    assert picture((6, 90, 90)) == body
    assert line["url"].endswith("/p/1.png")
    assert hashlib.sha256(body).hexdigest() == line["sha256"]


def test_a_picture_that_is_not_there_is_named(kept):
    """A 404 and a damaged picture: the page is kept, and the list says exactly what is missing."""
    told = listed(kept["broken"])

    missing = {
        one["url"].rpartition("/")[2]: (one["status"], one["why"]) for one in told["missing"]
    }

    assert {"404.png", "damaged.png"} == set(missing)
    assert 404 == missing["404.png"][0]
    assert ("sealed", False) == (told["state"], told["is_complete"])


def test_a_page_of_40000_pixels_is_photographed_whole(kept):
    """Each of its 40 bands has its own colour, down to the last."""
    shown = photograph(kept["tall"])
    top = shown.height - 40_000

    bands = [shown.getpixel((600, top + n * 1000 + 500)) for n in range(40)]

    assert [(n * 5, 250 - n * 5, 99) for n in range(40)] == bands
    assert listed(kept["tall"])["is_complete"]


def test_rare_characters_are_drawn_and_are_no_boxes(kept):
    """Each of them looks like itself, and none like the box of a character nobody has."""
    shown = photograph(kept["rare"])
    drawn = [shown.crop((n * 80, 300, n * 80 + 80, 400)).tobytes() for n in range(4)]
    boxes = {shown.crop((n * 80, 400, n * 80 + 80, 500)).tobytes() for n in range(2)}

    assert 4 == len(set(drawn))
    assert not boxes & set(drawn)
    assert "HanaMinA" in json.dumps(circumstances(kept["rare"])["fonts"])


@pytest.mark.parametrize(
    ("story", "kind"),
    [
        ("wall", "login_wall"),
        ("challenge", "challenge"),
        ("soft404", "removed"),
        ("blank", "empty"),
        ("leads-away", "error"),
        ("file", "error"),
        ("away", "error"),
        ("never", "error"),
        ("hangs", "error"),
    ],
)
def test_what_is_not_the_listing_is_never_passed_off_as_it(kept, story, kind):
    """The capture is kept as the record of a failure, with its reason."""
    row = kept[story].row

    assert ("failed", kind) == (row.state, row.page)
    assert row.reason
    assert verify(kept[story].folder).is_ok


def test_a_page_that_answers_with_an_error_is_a_failure(kept):
    """The server's words of regret are not the listing."""
    row = kept["not-there"].row

    assert "failed" == row.state
    assert row.page in {"removed", "error"}


def test_another_listing_under_the_address_is_said_to_be_so(kept):
    """The page is kept as it is, and the record says that the title is not on it."""
    told = listed(kept["other-title"])

    assert (False, "页面上没有找到这条信息的标题") == (told["title_found"], told["reason"])
    assert not told["is_complete"]


def test_a_page_that_grows_for_ever_is_cut_and_said_to_be(kept):
    """Never "complete" when it is not."""
    told = listed(kept["endless"])

    assert told["gaps"]
    assert not told["is_complete"]
    assert photograph(kept["endless"]).height <= 50_000


def test_a_part_that_never_ends_does_not_hold_up_the_page(kept):
    """The rest is kept; the part is named."""
    told = listed(kept["waits"])

    assert "sealed" == told["state"]
    assert ["never.png"] == [one["url"].rpartition("/")[2] for one in told["missing"]]


def test_what_scrolls_inside_the_page_is_photographed_whole(kept):
    """A window within the window: the page as it stands, and the window's whole length beside."""
    told = listed(kept["inner"])

    with Image.open(kept["inner"].folder / "area-01.png") as area:
        assert area.height >= 5_000
    assert ([], True) == (told["gaps"], told["is_complete"])


def test_a_redirect_is_followed_and_written_down(kept):
    """Requested and final address, and each step between them."""
    told = circumstances(kept["moved"])

    assert told["url_requested"].endswith("/moved")
    assert told["url_final"].endswith("/plain")
    assert [301] == [step["status"] for step in told["redirects"]]
    assert {"moved", "plain"} <= set(records(kept["moved"]))


def test_a_page_that_goes_elsewhere_by_itself_is_followed(kept):
    """A script leads on to another page of the same server: that one is kept, and whole."""
    told = listed(kept["moves"])

    assert told["url_final"].endswith("/plain")
    assert ("sealed", True) == (told["state"], told["is_complete"])


def test_a_page_wider_than_any_screen_is_said_to_be_cut(kept):
    """Its picture ends at 4,000 pixels."""
    assert 4_000 == photograph(kept["wide"]).width
    assert not listed(kept["wide"])["is_complete"]


def test_what_no_visitor_sees_is_not_missed(kept):
    """A lazy picture inside something hidden never loads, in any browser."""
    assert listed(kept["unseen"])["is_complete"]


def test_nothing_reaches_a_server_that_no_source_names(kept, site):
    """Redirect, picture, frame, fetch, beacon, web socket, worker, new window: not one gets out."""
    told = circumstances(kept["outside"])

    assert [] == [request.path for request, _ in site.canary.log]
    assert "取页关口" in kept["away"].row.reason
    assert "取页关口" in kept["leads-away"].row.reason
    refused = json.dumps(told["refused_by_gate"])
    assert f"{site.canary.port}" in refused
    assert {"img", "frame"} <= {
        one["url"].rpartition("/")[2] for one in listed(kept["outside"])["missing"]
    }


def test_the_circumstances_are_those_of_the_capture(kept):
    """What a court asks for: where, when in both zones, with what, how the server answered."""
    told = circumstances(kept["plain"])

    assert "127.0.0.1" == told["server"]["address"]
    assert 200 == told["server"]["status"]
    assert ["Content-Type", "text/html; charset=utf-8"] in told["server"]["headers"]
    assert told["taken"]["started_beijing"].endswith("+08:00")
    assert told["browser"]["product"].startswith("HeadlessChrome/")
    assert ("zh-CN", "Asia/Shanghai") == (
        told["browser"]["locale"],
        told["browser"]["time_zone"],
    )
    assert "not checked" == told["clock"]["offset_against_time_server"]
    assert "li" == told["asked_by"]
