import ast
import socket
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import demo
from demo.drawing import font, jpeg
from demo.market import HOST, Market, truth
from demo.stock import NIGHTS, SHOPS, Picture, read_wares, shelf

OURS = {"keywords", "pipeline", "crawlers", "evidence", "casework", "desk", "commands", "scheduler"}


@pytest.mark.parametrize("name", SHOPS)
def test_every_shop_answers(visit, name):
    """The market is open when ``with`` says so, each shop at its own address."""
    answer = visit().get(name)

    assert 200 == answer.status_code
    assert visit().market.shops[name].name[:2] in answer.content.decode(
        "gbk" if name == "classifieds" else "utf-8"
    )


def test_the_stock_is_as_large_and_as_mixed_as_promised():
    """At least 180 listings, about 45 of them suspicious, most in the two shops crawled now."""
    night = truth(night=1)

    by_shop = Counter(listing_id.partition(":")[0] for listing_id in night)
    suspicious = Counter(key.partition(":")[0] for key, one in night.items() if one.is_suspicious)

    assert len(night) >= 180
    assert 43 <= suspicious.total() <= 50
    assert all(60 <= by_shop[name] <= 70 for name in ("demo-classifieds", "demo-app"))
    assert all(17 <= suspicious[name] <= 20 for name in ("demo-classifieds", "demo-app"))
    assert 22 <= by_shop["demo-forum"] <= 28
    assert 13 <= by_shop["demo-feed"] <= 17
    assert 18 <= by_shop["demo-shop"] <= 22


def test_the_suspicious_ones_are_said_in_many_ways():
    """Each way of the fact base is practised, and each kind of harmless neighbour too."""
    whys = {one.why for night in NIGHTS for one in truth(night).values()}
    manners = {why.partition("/")[2] for why in whys}
    kinds = {why.partition("/")[0] for why in whys}

    said = "plain slang slang_only homophone split_char emoji zero_width punct traditional"
    said += " fullwidth pinyin initials code_word negative_cloak gift_cloak ocr_only price_code"
    said += " fake_legal evasion reversed mixed_lang falconry eggs specimen service"
    assert set(said.split()) <= manners
    offences = "offer ask exchange transport hunting raptor_taming parts meat net caller gear"
    offences += " release_trade bird_fight cites_no_mark"
    assert set(offences.split()) <= kinds
    harmless = "confuser legal news rescue birding lost_pet question publicity poultry ordinary"
    assert set(harmless.split()) <= kinds


@pytest.mark.parametrize("name", SHOPS)
def test_no_listing_names_a_real_number(name):
    """Telephone numbers are of the exchange 1380000, which belongs to nobody."""
    for ware in read_wares(name):
        digits = "".join(c if c.isdigit() else " " for c in ware.title + ware.text).split()

        assert not [number for number in digits if len(number) >= 7]
        assert ware.phone.startswith("1380000")


@pytest.mark.parametrize("name", SHOPS)
def test_a_listing_has_one_id_a_title_and_a_seller(name):
    """What a source file calls ``always`` is always there."""
    wares = read_wares(name)

    assert len(wares) == len({ware.id for ware in wares})
    assert all(ware.shop == name and ware.title and ware.text and ware.seller for ware in wares)


def test_it_imports_nothing_of_ours():
    """The market is a stranger's site: it must not share a bug with what reads it."""
    names = set()
    for path in Path(demo.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module or "")

    assert not {name for name in names if name.partition(".")[0] in OURS}
    look = "import sys, demo.market, demo.__main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, check=True, text=True
    )
    assert not {name for name in loaded.stdout.split() if name.partition(".")[0] in OURS}


def test_it_stands_aside_where_a_port_is_taken(monkeypatch):
    """Two markets on one machine do not disturb each other."""
    taken = socket.create_server((HOST, 0))
    port = taken.getsockname()[1]
    monkeypatch.setattr("demo.market.PORTS", {**dict.fromkeys(SHOPS, 0), "app": port})

    with taken, Market() as market:
        assert port != market.shops["app"].port
        assert 200 == httpx.get(market.shops["app"].url).status_code


def test_nothing_listens_once_it_is_closed():
    """``with`` ends in a closed market, so that a port can be used again."""
    with Market(ports={}) as market:
        shop = market.shops["feed"]

    with pytest.raises(httpx.ConnectError):
        httpx.get(shop.url)
    with Market(ports={"feed": shop.port}) as again:
        assert shop.port == again.shops["feed"].port


def test_it_knows_three_nights():
    """A night that nobody wrote is refused before a port is opened."""
    with pytest.raises(ValueError, match="1, 2 and 3, not 4"):
        Market(night=4)


def test_a_listing_keeps_its_date_on_later_nights():
    """The second night is a day later: what stood there before is a day older."""
    began = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    pages = []
    for night, now in ((1, began), (2, began + timedelta(days=1))):
        with Market(night, ports={}, now=lambda now=now: now, began_at=began) as market:
            url = market.shops["classifieds"].url
            pages.append(httpx.get(f"{url}xinxi/310001.html").content.decode("gbk"))

    assert 'title="2026-03-10 08:25">35分钟前' in pages[0]
    assert 'title="2026-03-10 08:25">昨天 08:25' in pages[1]


@pytest.mark.parametrize("name", SHOPS)
def test_pictures_are_drawn_and_always_the_same(visit, name):
    """A picture is bytes that a hash can be kept of; nothing is stored in the package."""
    where = {
        "classifieds": "pic",
        "app": "pic",
        "forum": "data/attachment/forum",
        "feed": "uploads",
        "shop": "media",
    }[name]
    ware = next(ware for ware in shelf(name, 1).shown if ware.pictures)

    first, again = (visit().get(name, f"{where}/{ware.id}/1.jpg") for _ in range(2))

    assert "image/jpeg" == first.headers["content-type"]
    assert first.content == again.content
    assert first.content.startswith(b"\xff\xd8\xff")
    assert 404 == visit().get(name, f"{where}/{ware.id}/9.jpg").status_code
    sizes = [path.stat().st_size for path in Path(demo.__file__).parent.rglob("*.[jpg]*g")]
    assert not sizes


@pytest.mark.skipif(font(20) is None, reason="this machine has no Chinese font")
def test_words_are_drawn_into_a_picture():
    """What only the picture says can be read in the picture."""
    silent = jpeg(Picture("bird", "red"), "seed")

    assert silent != jpeg(Picture("bird", "red", "红靛 两年"), "seed")
