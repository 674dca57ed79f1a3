from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import BadInput
from pipeline.base.settings import read_settings, shipped
from pipeline.listing import Place, Price, Seller
from pipeline.reading import Signal
from pipeline.score import load_reader
from pipeline.signals import SIGNALS
from pipeline.weights import read_weights
from tests.conftest import a_listing

NAMES = [look.__name__ for look in SIGNALS]


@pytest.fixture(scope="module")
def trader(tmp_path_factory):
    return load_reader(read_settings(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def weights():
    return read_weights(shipped("score.yml"), NAMES)


@pytest.mark.parametrize(
    ("text", "is_suspicious", "bird"),
    [
        ("出自家笼养红点颏一只，叫口好，大连自提", True, "红喉歌鸲"),
        ("懂的来，红·点·壳 8米一只，生口，沈阳面交", True, "红喉歌鸲"),
        ("兰蔻画眉笔 八哥犬毛绒玩具 孔雀鱼一对", False, None),
        ("警方通报：查获苍鹰11只，移送审查起诉", False, "苍鹰"),
        ("虎皮鹦鹉一对 带笼 手养 自提", False, None),
        ("画眉 有证 合法 人工繁殖 一只 会唱 出", True, "画眉"),
        ("太平鸟男装 羊毛大衣 175", False, None),
        ("高价收活鹰，会落手的，懂的来", True, "鹰"),
    ],
)
def test_a_listing_is_read_as_a_trader_would(trader, text, is_suspicious, bird):
    """Live birds and what is done with them; not words that only look like birds."""
    ranked = trader.read(a_listing(title="", text=text))

    assert is_suspicious == ranked.is_suspicious, ranked.signals
    assert bird is None or bird in ranked.species


def test_every_point_is_told(trader):
    """The score is the sum of what is shown, and each part has its sentence."""
    ranked = trader.read(a_listing(title="出红点颏一只，没手续", text="还有水罐"))

    assert ranked.is_suspicious
    assert any(signal.points < 0 for signal in ranked.signals)
    assert all(signal.because and signal.quote in signal.because for signal in ranked.signals)


def test_price_place_and_seller_decide_nothing(trader):
    """Whether a listing is suspicious does not change when they are swapped."""
    plain = a_listing(title="画眉一只", text="")
    for price in (Price(), Price(raw="800"), Price(raw="15米")):
        for place in (Place(), Place(raw="沈阳")):
            for name in ("", "鸟友老王", "玩具店"):
                swapped = replace(plain, price=price, place=place, seller=Seller(name=name))
                assert trader.read(plain).is_suspicious == trader.read(swapped).is_suspicious


def test_many_are_read_as_each_alone(trader):
    """The fast way changes nothing."""
    texts = ["出红点颏一只", "洗衣机", "画眉笔", "", "\ud83d画\u200b眉", "🔴点颏", "紅點頦"]
    listings = [a_listing(title="", text=text) for text in texts]

    assert [trader.read(listing) for listing in listings] == trader.read_many(listings)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@settings(deadline=None)  # the first doubt loads jieba
def test_no_text_breaks_the_reading(trader, text):
    """Whatever is typed, there is a score between 0 and 100."""
    ranked = trader.read(a_listing(title=text, text="画眉" + text))

    assert 0 <= ranked.score <= 100
    assert ranked.is_suspicious == (ranked.score >= 50)


@given(st.lists(st.sampled_from(NAMES), max_size=12))
def test_more_evidence_never_lowers_the_score(weights, names):
    """The table only rises: a further reason that speaks for it cannot take points away."""
    signals = [weights.weighed(Signal(name, pieces=1)) for name in names]
    more = [*signals, weights.weighed(Signal("catching_gear", pieces=1))]

    assert weights.score(signals) <= weights.score(more)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("  bird_named:", "  bird_nmed:"), "bird_named has no points"),
        (("signals:\n", "signals:\n  magic: {points: [1], zh: x, en: y}\n"), "magic is no signal"),
        (("table: [[-7, 0], [-4, 5]", "table: [[-7, 9], [-4, 5]"), "table does not rise"),
        (("signals:\n", "signals: [\n"), "is not YAML"),
    ],
)
def test_a_wrong_weight_is_named(tmp_path, change, says):
    """The file of weights is checked when it is read."""
    file = tmp_path / "score.yml"
    file.write_text(shipped("score.yml").read_text(encoding="utf-8").replace(*change))

    with pytest.raises(BadInput, match=says):
        read_weights(file, NAMES)


def test_a_broken_own_lexicon_is_one_sentence(tmp_path):
    """What the bureau wrote wrong is told with file, line and column."""
    home = read_settings(tmp_path)
    home.own_lexicon.mkdir(parents=True)
    (home.own_lexicon / "terms.csv").write_text(
        "term,kind,species,strength,region,is_not,source\n画眉,bird,画梅,strong,,,\n"
    )

    with pytest.raises(BadInput, match=r"terms.csv:2:3: species names '画梅'"):
        load_reader(home)


def test_comments_and_reviews_count_and_suggestions_do_not(trader):
    """What is written below a picture tells what it shows; what the site proposes does not."""
    quiet = a_listing(title="今天又来了新朋友", text="")

    asked = replace(quiet, comments=("红点颏多少钱出", "八百，老口，面交"))
    bought = replace(quiet, reviews=("红点颏活的到家，叫口好，没手续也行",))
    proposed = replace(quiet, suggestions=("红点颏出售", "红点颏老口 八百"))

    assert not trader.read(quiet).is_suspicious
    assert trader.read(asked).is_suspicious
    assert trader.read(bought).is_suspicious
    assert not trader.read(proposed).is_suspicious
    assert {"suggestions"} == {hit.field for hit in trader.read(proposed).hits} or not trader.read(
        proposed
    ).hits
