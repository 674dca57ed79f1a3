"""Watched until gone: what became of a listing, as the site showed it and no other way."""

import fcntl
import io
import json
import random
from contextlib import closing
from datetime import timedelta

import pytest
from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug import Response

from evidence.snapshot import take_wanted
from evidence.verify import verify_all
from evidence.watching import ledger
from evidence.watching.ledger import Look
from evidence.watching.times import removals
from evidence.watching.watch import look_again
from pipeline.base.clock import unstamp
from pipeline.base.urls import gate_for
from pipeline.listing import Price, Seller
from pipeline.store import listings, snapshots
from pipeline.store.open import open_store

HEAD = '<!doctype html><meta charset="utf-8"><title>花票网</title>'
TEXT = "自家笼养的，叫口好，沈阳自提，有意者联系"


def shown(price="1200元", text=TEXT, colour="green"):
    return (
        f"{HEAD}<h1>出只画眉</h1><p>{price}</p><p>老王</p><p>{text}</p>"
        f"<p>浏览 {{views}} 次</p><img src=/{colour}.png>"
    )


def photo(seed: str) -> bytes:
    """A picture of some size, as sellers take them, and always the same one."""
    written = io.BytesIO()
    dots = random.Random(seed).randbytes(60 * 60 * 3)  # noqa: S311 - dice, not keys
    Image.frombytes("RGB", (60, 60), dots).save(written, "PNG")
    return written.getvalue()


class Fate:
    """A listing on a site of its own, and what the site makes of it next."""

    def __init__(self, server, settings, clock, db):
        self.server, self.settings, self.clock, self.db = server, settings, clock, db
        self.status, self.body, self.views = 200, shown(), 0
        server.expect_request("/item/991").respond_with_handler(self._serve)
        for colour in ("green", "brown"):
            server.expect_request(f"/{colour}.png").respond_with_data(
                photo(colour), content_type="image/png"
            )

    def _serve(self, _request):
        self.views += 17
        body = self.body.replace("{views}", str(self.views))
        return Response(body, status=self.status, content_type="text/html; charset=utf-8")

    @property
    def gate(self):
        """Lets exactly this site pass."""
        return gate_for([f"127.0.0.1:{self.server.port}"])

    def becomes(self, body="", status=200):
        """The site shows something else from now on."""
        self.body, self.status = body, status

    def looked(self, **after):
        """Let time pass and look again at what is due; return what was found."""
        self.clock.move(**after)
        return look_again(self.settings, gate=self.gate, clock=self.clock)

    @property
    def watch(self):
        """The watch over the listing."""
        return ledger.of(self.db, "huapiao:991")

    def kept(self):
        """Every snapshot of the listing."""
        return snapshots.of(self.db, "huapiao:991")


@pytest.fixture
def fate(settings, clock, a_listing, waiting):
    """A thrush for 1200 yuan, kept tonight."""
    db = open_store(settings.database)
    with closing(db.conn), HTTPServer(host="127.0.0.1", threaded=True) as server:
        one = Fate(server, settings, clock, db)
        waiting(
            db,
            a_listing(
                url=server.url_for("/item/991"),
                text=TEXT,
                price=Price(raw="1200元"),
                seller=Seller(name="老王"),
                images=(server.url_for("/green.png"),),
            ),
        )
        take_wanted(settings, gate=one.gate, clock=clock)
        yield one


@pytest.mark.browser
def test_a_listing_is_followed_through_all_that_becomes_of_it(fate):
    """Still there, dearer, behind a captcha, gone, back: each as it was, nothing overwritten."""
    assert [] == fate.looked()
    assert ["up"] == [one.found for one in fate.looked(hours=3)]

    fate.becomes(shown(price="1500元", colour="brown"))
    (changed,) = fate.looked(hours=7)
    assert ("changed", "价格、图片有变化") == (changed.found, changed.because)

    fate.becomes(f"{HEAD}<p>安全验证 请完成下方验证后继续访问", status=403)
    (wall,) = fate.looked(hours=4)
    assert ("unclear", "challenge", 403) == (wall.found, wall.page, wall.status)
    assert fate.watch.gone_at is None

    fate.becomes(f"{HEAD}<p>抱歉，该信息已下架")
    (gone,) = fate.looked(hours=7)
    assert ("gone", "removed", 200) == (gone.found, gone.page, gone.status)
    assert gone.at == fate.watch.gone_at
    assert listings.get(fate.db, "huapiao:991").gone_at

    fate.becomes(shown(price="1500元", colour="brown"))
    (back,) = fate.looked(hours=25)
    assert "back" == back.found
    assert fate.watch.gone_at is None
    assert listings.get(fate.db, "huapiao:991").gone_at is None

    assert ["sealed", "sealed", "failed", "sealed"] == [row.state for row in fate.kept()]
    assert [] == [one for one in verify_all(fate.settings.home) if not one.is_ok]


@pytest.mark.browser
def test_a_change_is_shown_in_words_and_side_by_side(fate):
    """The new snapshot names the first one, the lines that went and came, and both pictures."""
    fate.becomes(shown(price="1500元", colour="brown"))
    (changed,) = fate.looked(hours=3)

    first, second = fate.kept()
    folder = fate.settings.evidence / changed.snapshot_id
    told = json.loads((folder / "difference.json").read_bytes())

    assert (first.snapshot_id, changed.snapshot_id) == (
        told["first_snapshot_id"],
        second.snapshot_id,
    )
    assert {"-": "1200元", "+": "1500元"}.items() <= {
        one["sign"]: one["line"] for one in told["lines"] if "元" in one["line"]
    }.items()
    pairs = {one["url"].rpartition("/")[2]: one for one in told["pictures"]}
    assert (None, False) == (pairs["green.png"]["after"], pairs["green.png"]["is_same"])
    assert "picture-01.png" == pairs["brown.png"]["after"]["file"]
    assert first.snapshot_id == told["page"]["before"]["snapshot_id"]


@pytest.mark.browser
def test_what_never_stands_still_is_no_change(fate):
    """Another number of views, another advert: the listing is still the same one."""
    fate.becomes(shown() + "<p>猜你喜欢：电动车九成新</p>")

    assert ["up"] == [one.found for one in fate.looked(hours=3)]
    assert 1 == len(fate.kept())


@pytest.mark.browser
@pytest.mark.parametrize("status", [403, 500, 200])
def test_what_does_not_say_gone_is_not_gone(fate, status):
    """A refusal, a fault, or the front page in its place: nothing is known, and we look again."""
    fate.becomes(f"{HEAD}<h1>欢迎来到花票网</h1><p>今日推荐：电动车九成新，急转。</p>", status)

    (look,) = fate.looked(hours=3)

    assert ("unclear", "up", None) == (look.found, fate.watch.state, fate.watch.gone_at)
    assert unstamp(fate.watch.next_look_at) - unstamp(look.at) == timedelta(hours=6)
    assert 1 == len(fate.kept())


@pytest.mark.browser
def test_what_failed_is_taken_again_later(settings, clock, a_listing, waiting):
    """The failure stays as a record; an hour later it is due, and then it is there."""
    db = open_store(settings.database)
    with closing(db.conn), HTTPServer(host="127.0.0.1", threaded=True) as server:
        fate = Fate(server, settings, clock, db)
        fate.becomes("", 500)
        waiting(db, a_listing(url=server.url_for("/item/991"), text=TEXT))
        (failed,) = take_wanted(settings, gate=fate.gate, clock=clock)
        fate.becomes(shown())
        clock.move(minutes=59)
        assert [] == take_wanted(settings, gate=fate.gate, clock=clock)
        clock.move(minutes=2)

        (kept,) = take_wanted(settings, gate=fate.gate, clock=clock)

        assert ("failed", "sealed") == (failed.state, kept.state)
        assert ["failed", "sealed"] == [row.state for row in fate.kept()]
        assert "sealed" == listings.get(db, "huapiao:991").snapshot
        assert [] == list(db.query("select * from retakes"))


@pytest.fixture
def watched(db, keeper, waiting, a_listing):
    """A listing that is watched; no browser."""
    waiting(db, a_listing())
    keeper.keep()
    ledger.begin(db)
    return ledger.of(db, "huapiao:991")


def a_look(clock, found):
    return Look(
        listing_id="huapiao:991", at=clock.now().isoformat(), found=found, page="", status=0,
        because="",
    )  # fmt: skip


def waits(db, clock, watch, *found):
    """Note looks one after the other, each when it is due; return the hours between them."""
    hours = []
    for one in found:
        if watch.next_look_at is None:
            hours.append(None)
            break
        clock.at = unstamp(watch.next_look_at)
        watch = ledger.note(db, watch, a_look(clock, one), clock=clock)
        after = watch.next_look_at and unstamp(watch.next_look_at) - clock.now()
        hours.append(after and after.total_seconds() / 3600)
    return hours


def test_looks_back_off_from_hours_to_days(db, clock, watched):
    """Nothing new: 3 hours, 6, 12, a day, two, three, then once a week."""
    assert [6, 12, 24, 48, 72, 168, 168] == waits(db, clock, watched, *["up"] * 7)


def test_a_change_brings_the_next_look_near(db, clock, watched):
    """Who changes a listing is at work on it."""
    assert [6, 12, 3, 6] == waits(db, clock, watched, "up", "up", "changed", "up")


def test_what_is_gone_is_looked_at_for_months_and_then_let_be(db, clock, watched):
    """A seller may put it up again; after the last look nobody looks any more."""
    assert [24, 72, 168, 336, 720, 1440, None] == waits(db, clock, watched, *["gone"] * 7)


def test_a_wall_on_what_is_gone_changes_nothing(db, clock, watched):
    """It stays gone since the first time that was seen."""
    waits(db, clock, watched, "gone", "unclear")

    watch = ledger.of(db, "huapiao:991")

    assert ("gone", 1) == (watch.state, watch.unclear)
    assert watch.gone_at == ledger.looks_of(db, "huapiao:991")[0].at


@pytest.mark.parametrize("call", ["lawful", "not_wildlife"])
def test_what_a_person_let_go_is_no_longer_looked_at(db, clock, watched, call):
    """A verdict ends the watch; an undone one takes it up again."""
    clock.move(hours=4)
    assert [watched.listing_id] == [one.listing_id for one in ledger.due(db, clock.now())]

    with db.atomic():
        db.conn.execute("update listings set call = ?", [call])

    assert [] == ledger.due(db, clock.now())


def test_time_to_removal_is_told_for_each_platform(db, clock, watched):
    """From our first snapshot to the look that found it gone."""
    waits(db, clock, watched, "up", "up", "gone")

    (told,) = removals(db, clock=clock)

    assert ("huapiao", 1, 1, 21.0, None) == (
        told.source,
        told.watched,
        told.gone,
        told.median_hours,
        told.longest_up_hours,
    )


def test_looks_are_append_only(db, clock, watched):
    """Nobody makes a listing to have been gone earlier."""
    waits(db, clock, watched, "gone")

    for change in ("update looks set found = 'up'", "delete from looks"):
        with pytest.raises(Exception, match="append only"):
            db.conn.execute(change)


@pytest.mark.browser
def test_a_source_is_not_asked_outside_its_hours(fate):
    """What is due stays due until the source may be read again."""
    fate.clock.move(hours=4)
    ask = {"gate": fate.gate, "clock": fate.clock}

    assert [] == look_again(fate.settings, **ask, closed={"huapiao"})
    assert ["up"] == [one.found for one in look_again(fate.settings, **ask)]


@pytest.mark.browser
def test_two_processes_do_not_look_at_the_same_time(fate):
    """The night and the half-hourly look: whoever comes second leaves it to the first."""
    fate.clock.move(hours=4)
    with (fate.settings.home / "watch.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        assert [] == look_again(fate.settings, gate=fate.gate, clock=fate.clock)

    assert fate.watch is None
