"""Pictures of our own store: only sealed ones, only by the names their manifest knows."""

import json
from contextlib import closing
from io import BytesIO

import pytest
from PIL import Image

from evidence import custody
from evidence.package.zipped import verify_zip
from pipeline.store import snapshots
from pipeline.store.open import open_store
from pipeline.store.snapshots import Kept
from tests.evidence.conftest import Keeper


@pytest.fixture
def sealed(db, settings, market):
    """A listing whose page was kept: one page image, one picture, one MHTML."""

    def keep(state="sealed", number=1):
        (listing,) = market(1)
        name = f"20260310-{number:06d}"
        folder = settings.evidence / name
        folder.mkdir(parents=True)
        Image.new("RGB", (1280, 5000), "#eed").save(folder / "page.png")
        Image.new("RGB", (640, 480), "#686").save(folder / "picture-01.jpg")
        (folder / "page.mhtml").write_text("<script>alert(1)</script>")
        (folder / "secret.png").write_bytes(b"not in the manifest")
        files = [{"path": each} for each in ("page.png", "page.mhtml", "picture-01.jpg")]
        (folder / "manifest.json").write_text(json.dumps({"files": files}))
        values = {
            "snapshot_id": name,
            "chain_number": number,
            "listing_id": listing.listing_id,
            "listing_version": 1,
            "url": listing.url,
            "state": state,
            "page": "normal" if state == "sealed" else "login_wall",
            "reason": "" if state == "sealed" else "要求登录",
            "is_complete": 1,
            "taken_at": "2026-03-10T01:00:00.000Z",
            "took_seconds": 1.0,
            "size_bytes": 123_456,
            "manifest_sha256": "ab" * 32,
            "manifest_sm3": "cd" * 32,
            "before_sha256": "",
            "asked_by": "schedule",
        }
        snapshots.keep(db, Kept(**values))
        return listing, name

    return keep


def test_the_pictures_of_a_sealed_page_are_shown_from_our_store(li, sealed):
    """As they are, and made small so that a page stays light."""
    listing, name = sealed()

    page = li.http.get(f"/listings/{listing.listing_id}").text
    whole = li.http.get(f"/evidence/{name}/page.png")
    small = li.http.get(f"/evidence/{name}/page.png?small=1")

    assert f"/evidence/{name}/page.png" in page
    assert f"/evidence/{name}/picture-01.jpg" in page
    assert "image/png" == whole.headers["content-type"]
    assert (840, 525) == Image.open(BytesIO(small.content)).size
    assert "sandbox" in whole.headers["content-security-policy"]
    assert "nosniff" == whole.headers["x-content-type-options"]


def test_who_opens_a_picture_of_evidence_is_in_the_custody_log(li, sealed, db):
    """The whole picture is a look at evidence; the small one on a page is not."""
    _listing, name = sealed()

    li.http.get(f"/evidence/{name}/page.png?small=1")
    li.http.get(f"/evidence/{name}/page.png")

    (row,) = custody.of(db, [name])
    assert ("li", "viewed", "page.png") == (row.who, row.did, row.why)


def test_the_package_goes_to_who_may_see_contacts_and_says_why(
    li, somebody, offered, settings, clock
):
    """A zip that verifies; the custody log has who and why; without a reason there is none."""
    listing = offered(site_id="991")
    Keeper(settings, clock).keep(listing_id=listing.listing_id)
    qian = somebody()
    qian.log_in("qian")
    path = f"/listings/{listing.listing_id}/package"
    form = {"csrf": li.token(), "why": "移送公安"}

    assert "导出证据包" in li.http.get(f"/listings/{listing.listing_id}").text
    assert "导出证据包" not in qian.http.get(f"/listings/{listing.listing_id}").text
    given = li.http.post(path, data=form)
    without = li.http.post(path, data={**form, "why": " "})
    not_his = qian.http.post(path, data={**form, "csrf": qian.token()})

    assert [200, 400, 404] == [given.status_code, without.status_code, not_his.status_code]
    (zipped,) = (settings.home / "exports" / "packages").iterdir()
    assert zipped.read_bytes() == given.content
    assert () == verify_zip(zipped).problems
    db = open_store(settings.database)
    with closing(db.conn):
        (row,) = snapshots.of(db, listing.listing_id)
        last = custody.of(db, [row.snapshot_id])[-1]
    assert ("exported", "li", "移送公安", "127.0.0.1") == (
        last.did,
        last.who,
        last.why,
        last.from_where,
    )


def test_a_page_that_could_not_be_kept_is_never_shown_as_the_listing(li, sealed):
    """A log-in wall is told as such; its picture stays in the folder."""
    listing, name = sealed(state="failed")

    page = li.http.get(f"/listings/{listing.listing_id}").text

    assert "要求登录" in page
    assert "/evidence/" not in page
    assert 404 == li.http.get(f"/evidence/{name}/page.png").status_code


@pytest.mark.parametrize(
    "path",
    [
        "page.mhtml",
        "secret.png",
        "manifest.json",
        "../../shouyi.db",
        "..%2f..%2fshouyi.db",
        "%2e%2e/%2e%2e/shouyi.db",
        "....//page.png",
        "/etc/passwd",
        "page.png/",
        "page.png%00.jpg",
        "",
    ],
)
def test_nothing_else_leaves_the_store(li, sealed, path):
    """No other file, no way up, no odd spelling."""
    _, name = sealed()

    assert 404 == li.http.get(f"/evidence/{name}/{path}").status_code


def test_a_link_in_the_folder_leads_nowhere(li, sealed, settings):
    """A picture that is a link to a file elsewhere is not served."""
    _, name = sealed()
    page = settings.evidence / name / "page.png"
    page.unlink()
    page.symlink_to(settings.database)

    assert 404 == li.http.get(f"/evidence/{name}/page.png").status_code


def test_a_stranger_sees_no_picture(caller, sealed):
    """The door stands before the pictures too."""
    _, name = sealed()

    assert 303 == caller.http.get(f"/evidence/{name}/page.png").status_code
