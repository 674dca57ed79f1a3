"""A night over pages that have not changed costs little, and misses nothing."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from crawlers.families import reader_of
from crawlers.manners import Site
from crawlers.pages.base import fetched
from crawlers.reading import KNOWN_FROM_HERE, Reading
from crawlers.remembering import as_of_now, remembering
from crawlers.sources import load_source
from pipeline.base.urls import gate_for
from pipeline.ingest import Ingested, ingest
from pipeline.score import load_reader
from pipeline.store.ledger import Due
from pipeline.store.remembered import Memory

from .conftest import SOURCE, html


def validated(shop):
    """Let a shop give validators, and answer 304 where they still hold."""
    healthy = shop.answer
    shop.sent = []

    def answer(request):
        body = []

        class Quiet:
            path = request.path

            @staticmethod
            def say(words, status=200, kind="text/html; charset=utf-8"):
                body.append((words, status, kind))

        healthy(Quiet)
        words, status, kind = body[0]
        tag = f'"{hashlib.sha256(words.encode()).hexdigest()[:12]}"'
        if status == 200 and request.headers.get("If-None-Match") == tag:
            words, status = "", 304
        shop.sent.append((request.path, status, len(words.encode())))
        request.say(words, status=status, kind=kind, ETag=tag)

    shop.answer = answer


def test_a_second_night_asks_for_lists_alone_and_a_third_finds_what_is_new(shop, crawls, whole):
    """Unchanged: a fraction of the cost, all seen. Then one is dearer, one sold, one new."""
    validated(shop)
    file = crawls.source(shop)
    first = crawls.run(file)
    first_bytes = sum(size for _path, _status, size in shop.sent)
    shop.sent.clear()

    second = crawls.run(file)

    assert ("ok", 30, 0, 0) == (second.state, second.listings, second.new, second.gone), second
    paths = [path for path, _status, _size in shop.sent if path != "/robots.txt"]
    assert (["/list?page=1", "/list?page=2", "/list?page=3"], {304}) == (
        sorted(paths),
        {status for path, status, _size in shop.sent if path != "/robots.txt"},
    )
    assert sum(size for _path, _status, size in shop.sent) <= 0.25 * first_bytes
    assert [(2, 30)] == crawls.rows("select sightings, count(*) from listings group by 1")
    assert first.flagged == second.flagged
    assert whole(second.run)

    shop.ids.remove("105")
    shop.ids.insert(0, "777")
    shop.odd["/item/105"] = lambda ask: ask.say("没有这条信息", status=404)
    plain = shop.list_page
    shop.list_page = lambda page: plain(page).replace("出画眉 110<", "急出画眉 110<")
    third = crawls.run(file)

    counts = json.loads(crawls.rows("select counts from runs where run_id = ?", third.run)[0][0])
    assert (1, 1, 30) == (third.new, third.gone, third.listings)
    # its card is another: its page was fetched anew, and says what it said
    assert {"/item/777", "/item/105", "/item/110"} == {
        path for path, _status, _size in shop.sent[4:] if path.startswith("/item/")
    } | {"/item/105"}
    assert counts["filled"]["title"] == 30


@pytest.fixture
def reading(db, clock, tmp_path):
    """Reads the pages of a source on one database, night after night."""

    def made(**changes):
        plain = {"pages": 50, "between": 1, "at_once": 1, "floor": 1, "limits": "seconds: 10"}
        words = SOURCE.format(**plain, key="shop", host="127.0.0.1:9", again="7d")
        file = tmp_path / "shop.yml"
        file.write_text(changes.pop("text", lambda same: same)(words), encoding="utf-8")
        source = load_source(file)
        memory = Memory(
            db, source.key, source.rules, timedelta(seconds=source.look_again_seconds), clock
        )
        gate = gate_for(source.allow_private)
        return Reading(source, reader_of(source), gate, Site(source), memory=memory)

    return made


LIST = Due(
    key="list", url="http://127.0.0.1:9/list?page=1", kind="index",
    meta={"start": 0, "number": 0, "depth": 0},
)  # fmt: skip


def rows(*ids, after=""):
    shown = "".join(
        f'<li data-id="{one}"><a href="/item/{one}">出画眉 {one}</a></li>' for one in ids
    )
    return html(f'<ul class="list">{shown}</ul>{after}')


def page(clock, body, url=LIST.url, **headers):
    return fetched(
        url, body.encode(), seen_at=clock.now(), headers={"content-type": "text/html", **headers}
    )


def kept(db, settings, clock, reading, due):
    """Read the page of a listing, keep it, and remember it as a run does."""
    one = page(clock, html("<h1>出画眉</h1><div class='text'>自家养</div>"), due.url)
    given = remembering(reading.read(due, one), due, one)
    (listing,) = given.listings
    answer = ingest(db, load_reader(settings), listing, clock=clock)
    assert isinstance(answer, Ingested)
    with db.atomic():
        reading.memory.keep(given.remember)


def test_a_page_is_left_alone_until_its_card_its_rules_or_its_time_say_otherwise(
    reading, db, settings, clock
):
    """The card as it was: known. Another title, other rules, a week later, gone: fetched."""
    first = reading()
    for due in first.read(LIST, page(clock, rows("1", "2"))).found:
        kept(db, settings, clock, first, due)
    clock.move(days=1)

    again = reading().read(LIST, page(clock, rows("1", "2", "3")))
    renamed = reading().read(LIST, page(clock, rows("1").replace("出画眉 1", "出八哥 1")))
    ruled = reading(text=lambda words: words.replace('title: "h1"', 'title: "h2"')).read(
        LIST, page(clock, rows("1"))
    )

    assert ["item:1", "item:2"] == [one.key for one in again.known]
    assert ["item:3"] == [one.key for one in again.found]
    assert (["item:1"], False) == (
        [one.key for one in renamed.found],
        renamed.found[0].meta["same"],
    )
    assert ["item:1"] == [one.key for one in ruled.found]

    with db.atomic():
        db.execute("update listings set gone_at = '2026-03-11T00:00:00.000Z' where site_id = '2'")
    gone = reading().read(LIST, page(clock, rows("2")))
    assert ["item:2"] == [one.key for one in gone.found]

    clock.move(days=7)
    late = reading().read(LIST, page(clock, rows("1")))
    assert (["item:1"], True) == ([one.key for one in late.found], late.found[0].meta["same"])


def test_an_incremental_list_stops_at_a_whole_page_of_known_ones(reading, db, settings, clock):
    """One new listing among the known, or one pinned old post, and it is read on."""
    until = lambda words: words.replace("pages: 50}", "pages: 50, until: known}")  # noqa: E731
    first = reading(text=until)
    for due in first.read(LIST, page(clock, rows("1", "2"))).found:
        kept(db, settings, clock, first, due)
    after = '<a class="next" href="/list?page=2">下一页</a>'

    known = reading(text=until).read(LIST, page(clock, rows("1", "2", after=after)))
    mixed = reading(text=until).read(LIST, page(clock, rows("1", "9", after=after)))
    whole = reading().read(LIST, page(clock, rows("1", "2", after=after)))

    assert [KNOWN_FROM_HERE] == [why for _page, why in known.refused]
    assert ["index", "listing"] == [one.kind for one in mixed.found]
    assert ["index"] == [one.kind for one in whole.found]


def test_a_list_that_has_not_changed_counts_its_times_from_when_it_was_written(reading, clock):
    """3 分钟前 on a page of yesterday is yesterday; the listing is seen today all the same."""
    told = lambda words: words.replace('title: "a"}', 'title: "a", posted: "b"}')  # noqa: E731
    body = rows("1").replace("</li>", "<b>3分钟前</b></li>")
    then = page(clock, body, etag='"x"')
    first = remembering(reading(text=told).read(LIST, then), LIST, then)
    clock.move(days=1)

    as_kept = replace(then, seen_at=first.remember.fetched_at)
    given = as_of_now(reading(text=told).read(LIST, as_kept), clock)

    card = json.loads(given.found[0].meta["card"])
    assert "2026-03-10T00:57" in card["posted_at"]
    assert "2026-03-11" in card["seen_at"]
    assert (304, 0) == (given.page.status, given.page.size_bytes)


def test_a_list_without_validators_is_not_kept(reading, clock):
    """Nothing to ask with: it is fetched again, and its body is not stored."""
    plain = page(clock, rows("1"))

    assert remembering(reading().read(LIST, plain), LIST, plain).remember is None
