"""``shouyi source new``, ``mend`` and ``check``, as a clerk calls them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from commands.demo import open_market
from crawlers.families import reader_of
from crawlers.pages.base import fetched
from crawlers.peek import peek
from crawlers.sources import gate_of, load_source
from pipeline.base.clock import SystemClock
from pipeline.ingest import ingest
from pipeline.store import crawls
from tests.told import ToldReader

PAGES = Path(__file__).parents[1] / "crawlers" / "drafted"
URL = "http://xianwu.example.com/birds/"
CARDS = str(PAGES / "cards_of_a_list.html")
KEY = "xianwu-example-com"


def drafted(shouyi, *words):
    return shouyi("source", "new", "--file", CARDS, "--url", URL, "--json", *words)


def test_a_saved_page_becomes_a_draft_that_reads_it(shouyi, settings):
    """The file is written disabled, told of in JSON, and `try` reads the page with it."""
    done = drafted(shouyi)

    told, *listings = done.lines
    path = settings.own_sources / f"{KEY}.yml"
    assert (0, str(path)) == (done.code, told["draft"])
    assert ("rows", 8, "ul.cards > .card") == (told["shape"], told["listings"], told["rows"][0])
    assert ["8812", "8809", "8797"] == [one["external_id"] for one in listings]
    assert {"yuan": 1200, "raw": "1200元"} == listings[0]["price"]
    assert load_source(path).enabled is False
    tried = shouyi("source", "try", "--file", CARDS, "--url", URL, "--source", KEY, "--json")
    assert 8 == len(tried.lines)


def test_nothing_is_overwritten_without_force(shouyi, settings, tmp_path):
    """A person may have worked on it."""
    drafted(shouyi)
    path = settings.own_sources / f"{KEY}.yml"
    path.write_text(path.read_text(encoding="utf-8") + "# my words\n", encoding="utf-8")

    again, forced = drafted(shouyi), drafted(shouyi, "--out", str(tmp_path / "x.yml"), "--force")

    assert (2, "") == (again.code, again.out)
    assert "is there already; give --force" in again.err
    assert "# my words" in path.read_text(encoding="utf-8")
    assert (0, str(tmp_path / "x.yml")) == (forced.code, forced.lines[0]["draft"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["new", "http://127.0.0.1:9/"], 1, "not fetched"),
        (["new", "http://169.254.169.254/latest"], 1, "not fetched"),
        (["new", "file:///etc/passwd"], 2, "is not http or https"),
        (["new"], 2, "is not http or https"),
        (["new", "--file", "/no/such.html", "--url", URL], 2, "cannot be read"),
        (["mend", "nobody"], 2, "there is no source nobody"),
        (["mend", "goofish"], 2, "has no stored listings"),
        (["check", "nobody"], 2, "there is no source nobody"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(shouyi, settings, words, code, said):
    """Addresses that people give are judged before anything is fetched; nothing is written."""
    done = shouyi("source", *words)

    assert (code, "") == (done.code, done.out)
    assert said in done.err
    assert not settings.own_sources.exists()


def test_the_demo_market_after_its_redesign_is_mended(shouyi, settings, db):
    """Night one is stored, layout two is read again: a table first, a file when accepted."""
    clock = SystemClock()
    with open_market(settings, 1) as market:
        url = f"{market.shops['classifieds'].url}huaniao/"
        source = load_source(settings.own_sources / "demo-classifieds.yml")
        gate = gate_of([source])
        look = {"gate": gate, "manners": source.manners, "limits": source.limits, "clock": clock}
        reader = reader_of(source)
        cards = reader.index(peek(url, **look)).cards
        for card in cards:
            whole = reader.detail(peek(card.url, **look)).listing(card)
            ingest(db, ToldReader(), whole, clock=clock)
        drafted = shouyi("source", "new", url, "--json", "--key", "redrafted")
    assert (0, 19) == (drafted.code, drafted.lines[0]["listings"])

    with open_market(settings, 1, layout=2):
        proposed = shouyi("source", "mend", "demo-classifieds", "--json")
        untouched = (settings.own_sources / "demo-classifieds.yml").read_text(encoding="utf-8")
        accepted = shouyi("source", "mend", "demo-classifieds", "--accept", "--json")
        mended = reader_of(load_source(settings.own_sources / "demo-classifieds.yml"))
        after = mended.index(peek(url, **look)).cards
        page = mended.detail(peek(cards[2].url, **look)).listing(after[2])

    lines = {(one["section"], one["field"]): one for one in proposed.lines}
    assert (0, 0) == (proposed.code, accepted.code)
    assert ("ul.infolist > li.info", 0, 1) == tuple(
        lines["list", "rows"][name] for name in ("before", "read_before", "read_after")
    )
    assert 1 == lines["list", "price"]["agrees"]
    assert "ul.infolist" in untouched
    assert "ul.infolist" in (settings.own_sources / "demo-classifieds.yml.before").read_text(
        encoding="utf-8"
    )
    assert [one.site_id for one in cards] == [one.site_id for one in after]
    assert [one.price for one in cards] == [one.price for one in after]
    assert cards[2].title == page.title
    assert page.seller.name
    assert page.text


def ended(db, clock, night, listed, state="ok"):
    run = crawls.begin(db, KEY, night_on=night, asked_by="test", clock=clock)
    counts = {"listed": listed, "stored": listed, "known": 0, "filled": {"price_yuan": listed}}
    crawls.end(db, run, state=state, clock=clock, counts=counts)


def test_promises_are_held_against_the_last_runs(shouyi, settings, db, clock):
    """A broken promise is exit 1; only tighter bounds are written, and only when accepted."""
    drafted(shouyi)
    path = settings.own_sources / f"{KEY}.yml"
    for number, listed in enumerate((50, 60, 40)):
        ended(db, clock, date(2026, 3, 1) + timedelta(days=number), listed)

    told = {one["promise"]: one for one in shouyi("source", "check", KEY, "--json").lines}
    accepted = shouyi("source", "check", KEY, "--accept", "--json")

    assert (6, 32, True) == tuple(told["floor"][name] for name in ("now", "proposed", "kept"))
    assert [40, 60, 50] == told["floor"]["seen"]
    assert (32, 120) == load_source(path).expect.listings
    assert 0.9 == load_source(path).expect.usually["price_yuan"]
    assert path.with_name(f"{path.name}.before").is_file()
    assert 1 == accepted.code  # place and time were promised, and not one listing had them


def test_a_draft_is_told_as_a_table_for_people(shouyi):
    """What would be stored, and where to go on."""
    done = shouyi("source", "new", "--file", CARDS, "--url", URL)

    assert 0 == done.code
    assert "出自养画眉" in done.out
    assert f"--source {KEY}" in " ".join(done.out.split())


def test_the_page_of_one_listing_may_be_saved_too(shouyi, settings, tmp_path):
    """Then the draft has a detail section, and the first listing its text."""
    one = tmp_path / "one.html"
    one.write_text(
        "<h1>出自养画眉一只，开口叫</h1><b class='money'>1200元</b>"
        "<div class='words'>养了两年，上架就唱，笼子一起给，只自提不发货，非诚勿扰</div>",
        encoding="utf-8",
    )

    done = drafted(shouyi, "--detail-file", str(one))

    assert {"title", "text", "price"} <= set(done.lines[0]["detail"])
    assert done.lines[1]["text"].startswith("养了两年")
    page = fetched(f"{URL}x", one.read_bytes(), seen_at=SystemClock().now())
    read = reader_of(load_source(settings.own_sources / f"{KEY}.yml")).detail(page)
    assert "1200元" == read.listing().price.raw
    assert json.loads(done.out.splitlines()[0])["family"] == "classifieds"
