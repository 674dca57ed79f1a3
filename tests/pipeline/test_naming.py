import pytest

from pipeline.base.settings import read_settings
from pipeline.score import load_reader
from tests.conftest import a_listing


@pytest.fixture(scope="module")
def trader(tmp_path_factory):
    return load_reader(read_settings(tmp_path_factory.mktemp("home")))


@pytest.mark.parametrize(
    ("text", "birds"),
    [
        ("出画眉鸟一只", {"画眉"}),
        ("鹌鹑、野鸡、画眉的叫声，诱鸟用", {"鹌鹑", "环颈雉", "画眉"}),
        ("椋鸟、喜鹊、麻雀，便宜甩", {"椋鸟", "喜鹊", "麻雀"}),
        ("红靛颏两只，老口", {"红喉歌鸲"}),
        ("靛颏一只，净口", {"红喉歌鸲", "蓝喉歌鸲"}),
        ("收雕翎，整支", {"雕"}),
        ("野鸭蛋二十枚，苇塘捡的", {"野鸭"}),
        ("百灵公的，内蒙货，上台", {"蒙古百灵"}),
        ("🦅一只 懂的来 会落手", {"鹰"}),
        ("水清眼，打过笼，三年龙，出", {"画眉"}),
    ],
)
def test_the_birds_meant_are_named_as_the_lists_name_them(trader, text, birds):
    """Standard names; the group where no more can be said; a detail narrows the group."""
    assert birds == set(trader.read(a_listing(title="", text=text)).species)


def test_a_name_by_chance_is_no_bird_beside_a_sure_one(trader):
    """葵花 may be a cockatoo, and is a seed to feed the bird that is named."""
    ranked = trader.read(a_listing(title="出红点颏一只，吃葵花籽", text=""))

    assert ("红喉歌鸲",) == ranked.species
