"""A capture made by hand, for all that needs no browser; and a gate for the pages that do."""

import io
import re
from contextlib import closing
from dataclasses import dataclass

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer

from evidence.capture import Captured
from evidence.chromium.exchanges import Exchange
from evidence.keeping import Snapshot, Wanted, keep
from evidence.shelf import Shelf
from pipeline.base.urls import gate_for
from pipeline.store import listings, snapshots
from pipeline.store.open import open_store
from tests.evidence.market_of_pages import open_pages

FACTS = {"tool": {"name": "shouyi", "version": "0.1.0"}, "browser": {"product": "by hand"}}
URL = "http://127.0.0.1:8711/item/991"


def a_picture(colour: str = "green") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(written, "PNG")
    return written.getvalue()


def an_exchange(clock, **changes) -> Exchange:
    truth = {
        "request_id": changes.get("url", URL),
        "url": URL,
        "method": "GET",
        "kind": "Document",
        "request_headers": [("Accept", "text/html")],
        "posted": b"",
        "status": 200,
        "status_text": "OK",
        "headers": [("Content-Type", "text/html; charset=gbk"), ("Content-Encoding", "gzip")],
        "received_at": clock.now(),
        "body": "<title>出只画眉</title><p>自家养的，叫口好，沈阳自提</p>".encode("gbk"),
    }
    return Exchange(**{**truth, **changes})


def a_capture(clock, **changes) -> Captured:
    """Return what a plain listing page with two pictures gives."""
    exchanges = [
        an_exchange(clock),
        *(
            an_exchange(
                clock,
                url=f"http://127.0.0.1:8711/{colour}.png",
                kind="Image",
                headers=[("Content-Type", "image/png")],
                body=a_picture(colour),
            )
            for colour in ("green", "brown")
        ),
    ]
    truth = {
        "url": URL,
        "started_at": clock.now(),
        "ended_at": clock.now(),
        "took_seconds": 0.5,
        "final_url": URL,
        "title": "出只画眉",
        "text": "出只画眉\n自家养的，叫口好，沈阳自提",
        "html": "<html><title>出只画眉</title><p>出只画眉 自家养的，叫口好，沈阳自提</p></html>",
        "png": a_picture("white"),
        "mhtml": b"MIME-Version: 1.0\r\n\r\nby hand",
        "exchanges": exchanges,
        "sent": [one.request_headers for one in exchanges],
        "addresses": {"127.0.0.1:8711": "127.0.0.1"},
    }
    return Captured(**{**truth, **changes})


@dataclass(frozen=True)
class Keeper:
    """Keeps captures in the home of this test."""

    settings: object
    clock: object

    @property
    def shelf(self) -> Shelf:
        """The evidence folder."""
        return Shelf.of(self.settings)

    def keep(self, seen: Captured | None = None, **wanted) -> Snapshot:
        """Seal a capture; the plain one unless another is given."""
        seen = seen or a_capture(self.clock)
        truth = {
            "url": seen.url,
            "asked_by": "li",
            "listing_id": "huapiao:991",
            "listing_version": 1,
            "title": "出只画眉",
            "fields": {
                "title": "出只画眉",
                "images": ["http://127.0.0.1:8711/green.png", "http://127.0.0.1:8711/brown.png"],
            },
        }
        db = open_store(self.settings.database)
        with closing(db.conn):
            return keep(
                db,
                self.shelf,
                Wanted(**{**truth, **wanted}),
                seen,
                facts=FACTS,
                clock=self.clock,
            )

    def tidy(self):
        """Do what every start does first."""
        db = open_store(self.settings.database)
        with closing(db.conn):
            return self.shelf.tidy(db, clock=self.clock)

    def rows(self):
        """Return the rows in the order of the chain."""
        db = open_store(self.settings.database)
        with closing(db.conn):
            return snapshots.all_of(db)


@dataclass(frozen=True)
class Site:
    """The server of our pages, and the one beside it that no source file names."""

    server: HTTPServer
    canary: HTTPServer

    @property
    def gate(self):
        """The gate that lets exactly this server pass."""
        return gate_for([f"127.0.0.1:{self.server.port}"])


@pytest.fixture(scope="module")
def site():
    """Pages of our own making on loopback."""
    with (
        HTTPServer(host="127.0.0.1", threaded=True) as server,
        HTTPServer(host="127.0.0.1", threaded=True) as canary,
    ):
        canary.expect_request(re.compile(".*")).respond_with_data("secret")
        open_pages(server, canary)
        yield Site(server, canary)


def put_waiting(db, listing, *, version=1):
    """Put a listing into the store as one that waits for its snapshot."""
    at = "2026-03-10T01:00:00.000Z"
    row = {
        "listing_id": listing.id,
        "source": listing.source,
        "site_id": listing.site_id,
        "url": listing.url,
        "state": "waiting",
        "version": version,
        "title": listing.title,
        "score": 80,
        "first_seen_at": at,
        "last_seen_at": at,
        "content_at": at,
        "snapshot": "wanted",
        "fingerprint": "",
        "content": listings.to_json(listing),
    }
    with db.atomic():
        db["listings"].insert(row)


@pytest.fixture
def waiting():
    """Puts a listing into the store as one that waits for its snapshot."""
    return put_waiting


@pytest.fixture
def keeper(settings, clock) -> Keeper:
    """Keeps captures that were made by hand; no browser."""
    return Keeper(settings, clock)


@pytest.fixture(scope="session")
def bureau(tmp_path_factory):
    """A home with evidence in it; only to be exported from."""
    from tests.evidence.packages import a_bureau  # noqa: PLC0415 - that file builds on this one

    return a_bureau(tmp_path_factory.mktemp("bureau"))


@pytest.fixture(scope="session")
def made_once(bureau, tmp_path_factory):
    """Its package; only to be looked at."""
    return bureau.export(tmp_path_factory.mktemp("out") / "画眉案 1").folder
