"""Sites that nobody wrote a rule for: thirteen shapes, and what drafting makes of each."""

import random
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.drafting.addresses import id_patterns, tells_apart
from crawlers.drafting.draft import draft_of, with_detail
from crawlers.drafting.likeness import place_like, price_like, time_like
from crawlers.drafting.written import key_of, source_of_text, text_of_draft
from crawlers.families import reader_of
from crawlers.pages.base import fetched
from pipeline.base.errors import PageChanged
from pipeline.base.urls import canonical
from pipeline.base.yaml_file import read_yaml

PAGES = Path(__file__).parent / "drafted"
SEEN = datetime.fromisoformat("2026-03-10T09:00:00+08:00")
TYPES = {".html": "text/html", ".json": "application/json", ".xml": "application/xml"}
STORIES = sorted(path.stem for path in PAGES.glob("*.yml"))


def page_of(body, url, kind="text/html"):
    return fetched(url, body, seen_at=SEEN, headers={"content-type": kind})


def saved(story):
    told = read_yaml(PAGES / f"{story}.yml").value
    file = next(path for path in PAGES.glob(f"{story}.*") if path.suffix in TYPES)
    return told, page_of(file.read_bytes(), told["url"], TYPES[file.suffix])


def drafted(page):
    """Return the draft, the source it becomes, and what that reads on the same page."""
    draft = draft_of(page)
    source = source_of_text(text_of_draft(draft, key="new", on=date(2026, 3, 10)))
    return draft, source, reader_of(source).index(page)


def shown(listing, name):
    values = {
        "price": listing.price.raw,
        "place": listing.place.raw,
        "posted": listing.posted_raw,
        "seller": listing.seller.name,
    }
    return values.get(name, getattr(listing, name, None))


@pytest.mark.parametrize("story", STORIES)
def test_a_shape_without_a_rule_is_read_field_by_field(story):
    """The draft is valid, disabled, and reads its own page as a person would."""
    told, page = saved(story)

    draft, source, index = drafted(page)

    assert source.enabled is False
    assert (told["count"], ()) == (len(index.cards), index.lost)
    for which, card in (("first", index.cards[0]), ("last", index.cards[-1])):
        expected = told[which]
        assert expected == {name: shown(card, name) for name in expected}, which
    if "search" in told:
        assert told["search"] == source.search.url
    if "page_step" in told:
        assert told["page_step"] == source.search.page_step
    if "next" in told:
        assert told["next"] == canonical(index.next_url)
    if "name" in told:
        assert told["name"] == draft.name


def test_what_a_person_must_decide_is_said_in_the_file():
    """Basis, name, pace: marked, and the floor stands a fifth below what was seen."""
    _, page = saved("cards_of_a_list")
    draft, source, index = drafted(page)

    text = text_of_draft(draft, key="new", on=date(2026, 3, 10), seen=index)

    assert text.count("须人工") >= 6
    assert "enabled: false" in text
    assert (6, 120) == source_of_text(text).expect.listings
    assert 0.75 == source_of_text(text).expect.usually["price_yuan"]
    assert source.list.skip == ".promo"


DETAIL = """<html><head><title>{title} - 闲物街</title></head><body>
<div class="nav"><a href="/">首页</a> <a href="/birds/">花鸟</a></div>
<div class="view"><h1 class="view-title">{title}</h1>
<ul class="facts"><li><i>价格：</i><b class="fact-price">{price}</b></li>
<li><i>地区：</i><span class="fact-place">{place}</span></li>
<li><i>发布时间：</i><span class="fact-time">2026-03-10 06:02</span></li>
<li><i>联系人：</i><a class="fact-user" href="/u/771">老王鸟舍</a></li></ul>
<div class="words">养了两年，上架就唱，笼子一起给。<br>
只自提不发货，看好再谈价，非诚勿扰，谢谢理解。</div>
<div class="album"><img src="/up/a1.jpg"><img src="/up/a2.jpg"></div></div>
<div class="related"><h4>猜你喜欢</h4><ul><li><a href="/item/1">别的画眉</a><b>99元</b></li>
<li><a href="/item/2">再一只画眉</a><b>88元</b></li></ul></div>
<div class="footer">请当面交易，谨防诈骗</div></body></html>"""


def test_the_page_of_one_listing_gives_its_text_and_pictures():
    """What the list shows of it tells which price, place and time are its own."""
    _, page = saved("cards_of_a_list")
    draft, _, index = drafted(page)
    card = index.cards[0]
    words = DETAIL.format(title=card.title, price="1200元", place="沈阳·铁西")

    one = page_of(words.encode(), card.url)
    whole = with_detail(draft, one, card)
    source = source_of_text(text_of_draft(whole, key="new", on=date(2026, 3, 10)))
    listing = reader_of(source).detail(one).listing(card)

    assert listing.text.startswith("养了两年")
    assert listing.text.endswith("谢谢理解。")
    assert ("1200元", "沈阳·铁西") == (listing.price.raw, listing.place.raw)
    assert ("老王鸟舍", "771") == (listing.seller.name, listing.seller.site_id)
    assert "2026-03-10 06:02" == listing.posted_raw
    assert ["a1.jpg", "a2.jpg"] == [url[-6:] for url in listing.images]
    assert ("/item/*",) == source.detail.urls


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "body is empty"),
        (b"<title>403 Forbidden</title>", "is no list"),
        ("<p>本店今日休息</p>".encode(), "shows no list"),
        (b'{"a": 1}', "without a list"),
        (b'{"list": [{"n": 1}, {"n": 2}]}', "without a list"),
        (b"<ul>" + b"<li><a href='/a'>x</a></li>" * 500 + b"</ul>", "shows no list"),
    ],
)
def test_a_page_without_a_list_is_said_to_be_none(body, said):
    """One sentence, no draft."""
    with pytest.raises(PageChanged, match=said):
        draft_of(page_of(body, "http://a.example.com/list"))


HOSTILE = {
    "deep": "<div>" * 5_000 + "<a href='/1'>x</a>" * 3,
    "wide": "".join(f"<li><a href='/i/{n}'>信息{n}</a><b>{n}元</b></li>" for n in range(20_000)),
    "classes": "".join(
        f"<li class='{' '.join(f'c{n}x{k}' for k in range(200))}'><a href='/i/{n}'>某鸟{n}</a></li>"
        for n in range(100)
    ),
    "long words": "".join(f"<li><a href='/i/{n}'>{'鸟' * 20_000}{n}</a></li>" for n in range(30)),
    "quotes": "".join(
        f"""<li class="a'b"><a class='x"y' href='/i/{n}?"onload=1'>画眉"'\\{n}</a></li>"""
        for n in range(9)
    ),
    "script": "<script>" + "window.a = {" * 2_000 + "</script>",
    "nested rows": "<ul><li><a href='/i/1'>一</a>" * 400,
    "attributes": "".join(
        f"<li {' '.join(f'data-a{k}={n}' for k in range(200))}><a href='/i/{n}'>信息{n}号</a></li>"
        for n in range(50)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_gives_a_draft_or_a_sentence(name):
    """Bounded in nodes, depth and words; whatever comes out is a valid source."""
    page = page_of(HOSTILE[name].encode(), "http://a.example.com/list")

    try:
        draft = draft_of(page)
    except PageChanged:
        return

    source_of_text(text_of_draft(draft, key="new", on=date(2026, 3, 10)))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), story=st.sampled_from(STORIES))
def test_a_damaged_page_breaks_nothing(seed, story):
    """Cut, doubled or with pieces taken out: a valid draft, or one sentence."""
    told = read_yaml(PAGES / f"{story}.yml").value
    body = next(path for path in PAGES.glob(f"{story}.*") if path.suffix in TYPES).read_bytes()
    dice = random.Random(seed)  # noqa: S311 - a page is damaged, nothing is kept secret
    for _ in range(dice.randint(1, 6)):
        at, end = sorted(dice.randrange(len(body) + 1) for _ in range(2))
        middle = dice.choice([b"", body[at:end] * 2, b"<div><li>", b"\xff\xfe\x00"])
        body = body[:at] + middle + body[min(end, at + 400) :]
        body = body[:400_000]

    try:
        draft = draft_of(page_of(body, told["url"]))
    except PageChanged:
        return

    source_of_text(text_of_draft(draft, key="new", on=date(2026, 3, 10)))


@given(ids=st.lists(st.integers(1, 10**9), min_size=3, max_size=20, unique=True))
@pytest.mark.parametrize(
    "template",
    ["http://a.example.com/item/{}", "http://a.example.com/v.php?c=7&id={}", "/t-{}-1-1.html"],
)
def test_the_id_is_found_wherever_it_stands(template, ids):
    """The first pattern gives each address its own number."""
    urls = [template.format(one) for one in ids]

    pattern = id_patterns(urls)[0]

    assert tells_apart(pattern, urls)


@pytest.mark.parametrize(
    ("text", "price", "time", "place"),
    [
        ("1200元", 1.0, 0.0, 0.0),
        ("面议", 1.0, 0.0, 0.0),
        ("3小时前", 0.0, 1.0, 0.0),
        ("2026-03-01", 0.0, 1.0, 0.0),
        ("沈阳·铁西", 0.0, 0.0, 1.0),
        ("大连市金州区", 0.0, 0.0, 1.0),
        ("画眉一只", 0.0, 0.0, 0.0),
    ],
)
def test_a_value_looks_like_one_thing_alone(text, price, time, place):
    """What the parsers leave over of a text tells a field from a sentence."""
    looks = (price_like(text), time_like(text, SEEN), place_like(text))

    assert (price, time, place) == looks


def test_a_key_is_made_of_the_host():
    """Whatever the host is written with."""
    assert "huapiao-example-com" == key_of("https://www.huapiao.example.com/s?q=1")
    assert "site-127-0-0-1-8711" == key_of("http://127.0.0.1:8711/")
    assert 40 >= len(key_of(f"https://{'a' * 60}.example.com/"))
