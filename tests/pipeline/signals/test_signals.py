import pytest

from pipeline.signals import SIGNALS
from tests.conftest import a_listing

FIRES = {
    "bird_named": "出红点颏一只",
    "bird_likely": "画眉 公 会叫",
    "bird_maybe": "金雕 幼的 谁要",
    "bird_meant": "金雕两只 生口",
    "protected_bird": "画眉一只",
    "several_birds": "画眉 百灵 各一 低价转",
    "some_bird": "卖雏鸟三只",
    "bird_word": "小鸟一只",
    "hidden_spelling": "红.点.颏 一只",
    "young": "戴胜雏一窝",
    "counted": "画眉两只",
    "keepers_talk": "红子 老口 净口",
    "live_details": "画眉 会唱",
    "life_words": "画眉 手养 羽毛齐",
    "falconry": "鹞子 会落手 带脚绊",
    "body_part": "真鹰爪 一副",
    "part_maybe": "猫头鹰 老标本 玻璃罩",
    "eggs": "野鸭蛋 山上捡的",
    "meat": "斑鸠 炖汤",
    "meat_maybe": "麻雀 冷冻",
    "catching_gear": "捕鸟网 三层",
    "gear_maybe": "粘网 抓麻雀",
    "lure": "电媒机 500种鸟叫",
    "lure_maybe": "黄雀 播放器",
    "offered": "画眉 低价转",
    "offered_maybe": "画眉 包邮",
    "wanted": "收购画眉",
    "wanted_maybe": "谁有画眉",
    "swapped": "画眉 换一只 百灵",
    "goes_along": "竹笼转让 住户一起带走",
    "on_offer": "收鹞子两只",
    "sum_said": "画眉 会唱 八百不还价",
    "slang_price": "红点颏 8米一只",
    "alive_and_traded": "红点颏 老口 低价转",
    "carried": "画眉 包活 空运",
    "carried_maybe": "画眉 自提",
    "hunted": "打麻雀 一枪一个",
    "hunted_maybe": "斑鸠 头灯照",
    "wild_caught": "画眉 刚下山的",
    "wild_maybe": "画眉 生口",
    "released": "放生鸟 批发",
    "fought": "斗画眉 彩头五百",
    "no_papers": "画眉 没手续",
    "hushed": "画眉 懂的都懂 勿举报",
    "hushed_maybe": "画眉 加微",
    "cover_story": "“救助”的红隼 出",
    "quoted_word": "转“夜班保安”一名 吃面包虫",
    "bare_claim": "画眉 有证 人工繁殖",
    "live_price": "画眉一只",
    "near_place": "画眉 沈阳",
    "nothing_alive": "懂的都懂 低价转",
    "nothing_done": "湖边的画眉",
    "only_watched": "湖边的画眉 百灵",
    "lookalike": "画眉 画眉笔",
    "only_lookalikes": "画眉笔 防水",
    "domestic": "虎皮鹦鹉 一对",
    "farmed": "野鸡 养殖场",
    "mark_named": "费氏牡丹鹦鹉 专用标识",
    "permit_number": "和尚鹦鹉 人工繁育许可证豫林护繁（2024）xxxx号",
    "cage_ware": "画眉 鸟笼 鸟粮",
    "deterrent": "驱鸟器 赶麻雀",
    "fishing": "粘网 捕鱼 麻雀",
    "toy": "猫头鹰 毛绒玩具",
    "art": "喜鹊 摆件 挂画",
    "media": "麻雀 电视剧",
    "wares": "猫头鹰 睡衣",
    "place_or_firm": "白鹭 宾馆 景区",
    "news": "民警 查获 画眉",
    "rescue": "猫头鹰 已送救助站",
    "birding": "观鸟 红隼 加新",
    "publicity": "拒绝野味 爱鸟周",
    "question": "请问画眉是几级保护",
    "lost_pet": "寻鸟启事 鹩哥 必重谢",
    "group_rule": "本群 禁发 画眉",
}


@pytest.mark.parametrize("name", [look.__name__ for look in SIGNALS])
def test_a_signal_fires_on_its_reason(trader, name):
    """Each reason has a text that shows it, quotes it, and says so in one Chinese sentence."""
    listing = a_listing(title=FIRES[name], text="")

    signals = {signal.name: signal for signal in trader.read(listing).signals}

    assert name in signals
    assert signals[name].quote
    assert signals[name].quote in signals[name].because


def test_nothing_fires_on_an_ordinary_text(trader):
    """A washing machine has no reason to be looked at."""
    ranked = trader.read(a_listing(title="出洗衣机一台", text="九成新，沈阳自提，价格可议"))

    assert (0, (), ()) == (ranked.score, ranked.signals, ranked.hits)


def test_every_signal_has_its_example():
    """A signal nobody can show is a signal nobody understands."""
    assert {look.__name__ for look in SIGNALS} == set(FIRES)
