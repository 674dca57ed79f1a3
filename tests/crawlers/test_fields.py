"""Shown text to typed values. The clock reads 2026-03-10 09:00 in Beijing."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawlers.fields import (
    Count,
    clean,
    count_of,
    kind_of,
    place_in,
    place_of,
    posted_of,
    price_in,
    price_of,
)
from crawlers.fields.words import chinese_number
from pipeline.base.clock import BEIJING

SEEN = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)

DATES = {
    "刚刚": ("2026-03-10 09:00", "minute"),
    "刚才": ("2026-03-10 09:00", "minute"),
    "5分钟前": ("2026-03-10 08:55", "minute"),
    "半小时前": ("2026-03-10 08:30", "minute"),
    "2小时前": ("2026-03-10 07:00", "minute"),
    "2\u00a0小时前": ("2026-03-10 07:00", "minute"),
    "今天 08:15": ("2026-03-10 08:15", "minute"),
    "今天": ("2026-03-10 00:00", "day"),
    "昨天": ("2026-03-09 00:00", "day"),
    "昨天09:27": ("2026-03-09 09:27", "minute"),
    "昨晚8:30": ("2026-03-09 20:30", "minute"),
    "前天17:00": ("2026-03-08 17:00", "minute"),
    "大前天": ("2026-03-07 00:00", "day"),
    "3天前": ("2026-03-07 00:00", "day"),
    "两天前": ("2026-03-08 00:00", "day"),
    "3天前发布": ("2026-03-07 00:00", "day"),
    "发布于3天前": ("2026-03-07 00:00", "day"),
    "1周前": ("2026-03-03 00:00", "week"),
    "一周前": ("2026-03-03 00:00", "week"),
    "一个月前": ("2026-02-10 00:00", "month"),
    "半年前": ("2025-09-10 00:00", "month"),
    "1年前": ("2025-03-10 00:00", "year"),
    "上周五": ("2026-03-06 00:00", "day"),
    "2025年12月31日23时50分": ("2025-12-31 23:50", "minute"),
    "Fri Jan 02 08:36:13 +0800 2026": ("2026-01-02 08:36", "second"),
    "Wed, 25 Nov 2025 02:20:00 GMT": ("2025-11-25 10:20", "second"),
    "2026-03-10T00:59:00Z": ("2026-03-10 08:59", "second"),
    "2026-03-10T08:59:00+08:00": ("2026-03-10 08:59", "second"),
    "1767288973": ("2026-01-02 01:36", "second"),
    "1767288973000": ("2026-01-02 01:36", "second"),
    "11-20": ("2025-11-20 00:00", "day"),
    "11月20日": ("2025-11-20 00:00", "day"),
    "１１－２０": ("2025-11-20 00:00", "day"),
    "12-31 23:59": ("2025-12-31 23:59", "minute"),
    "03/09": ("2026-03-09 00:00", "day"),
    "02-29": ("2024-02-29 00:00", "day"),
    "06月17日 18:12\u00a0来自绿洲APP": ("2025-06-17 18:12", "minute"),
    "发表于 2024-5-18 20:15:00": ("2024-05-18 20:15", "second"),
    "24-5-18": ("2024-05-18 00:00", "day"),
    "2025.11.20": ("2025-11-20 00:00", "day"),
    "08:15": ("2026-03-10 08:15", "minute"),
    "22:28": ("2026-03-09 22:28", "minute"),
    "下午 3:20": ("2026-03-09 15:20", "minute"),
    # a site's clock that runs ahead of ours by minutes
    "2026-03-10 09:05": ("2026-03-10 09:00", "minute"),
}


@pytest.mark.parametrize("text", DATES)
def test_a_time_is_read_against_the_moment_it_was_seen(text):
    """However a site writes it, in Asia/Shanghai."""
    posted = posted_of(text, SEEN)

    at = f"{posted.at.astimezone(BEIJING):%Y-%m-%d %H:%M}" if posted.at else None
    assert DATES[text] == (at, posted.precision)


@pytest.mark.parametrize(
    "text", ["2月30日", "二月三十", "13-45", "0000000000", "暂无", "99999年前"]
)
def test_what_is_no_time_stays_empty_with_its_words_kept(text):
    """Never a guess."""
    posted = posted_of(text, SEEN)

    assert (None, text, "unreadable") == (posted.at, posted.raw, posted.note)


def test_nothing_at_all_is_no_time_and_no_complaint():
    """An empty field is empty."""
    assert (None, "") == (posted_of("", SEEN).at, posted_of("", SEEN).note)


def test_a_bump_is_not_the_first_posting():
    """擦亮 tells when it was pushed up again; that time is kept as such."""
    posted = posted_of("3天前擦亮", SEEN)

    assert posted.is_bump
    assert datetime(2026, 3, 6, 16, 0, tzinfo=UTC) == posted.at


@pytest.mark.parametrize("text", ["2027-01-01", "9999999999", "2026-03-11 09:00"])
def test_no_listing_is_dated_after_it_was_seen(text):
    """A day that has not come is no date."""
    assert (None, "after it was seen") == (posted_of(text, SEEN).at, posted_of(text, SEEN).note)


def test_the_same_page_read_a_day_later_gives_the_same_dates():
    """Seen is the time of the response, not of the parse; the host's zone does not matter."""
    here = posted_of("3小时前", SEEN)
    there = posted_of("3小时前", SEEN.astimezone(BEIJING))

    assert here.at == there.at == datetime(2026, 3, 9, 22, 0, tzinfo=UTC)


MOMENTS = st.datetimes(datetime(2005, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
NOISE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*DATES, "前", "昨天", "12", "31", "-", "/", ":", "月", "日", "年", " "]),
        max_size=6,
    ).map("".join),
)


@settings(max_examples=1000)
@given(text=NOISE, seen=MOMENTS)
@example(text="24:00", seen=SEEN)
@example(text="0001年前", seen=SEEN)
def test_no_words_make_a_listing_younger_than_its_sighting(text, seen):
    """Whatever stands there: no exception, and never the future."""
    posted = posted_of(text, seen)

    assert posted.at is None or posted.at <= seen
    assert bool(posted.precision) == (posted.at is not None)


PRICES = {
    "￥1.2万": "12000",
    "¥1.2萬": "12000",
    "1.2W": "12000",
    "1.2w元": "12000",
    "36元人民币": "36",
    "500块": "500",
    "¥１２３": "123",
    "𝟲𝟬𝟬": "600",
    "¥1,200.00": "1200",
    "￥ 1 200": "1200",
    "两千": "2000",
    "一千二": "1200",
    "一百二一只": "120 / 只",
    "三千五百元": "3500",
    "两万五": "25000",
    "六百五": "650",
    "300元/只": "300 / 只",
    "80一只": "80 / 只",
    "1500/对": "1500 / 对",
    "一对1200": "1200 / 对",
    "两只500": "500 / 两只",
    "80/窝": "80 / 窝",
    "3000 元/月": "3000 / 月",
    "300-500元": "300 to 500",
    "300～500": "300 to 500",
    "1-1.2万": "10000 to 12000",
    "原价1200现价800": "800",
    "￥800.00 12人想要": "800",
    "3k5": "3500",
    "1万2": "12000",
    "1千5": "1500",
    "1万2000": "12000",
    "8米": "8",
    "9.8万": "98000",
    "90起": "90",
    "3块5": "3.5",
    "免费送": "0",
    "八成新 300": "300",
    "全新 300": "300",
    "价格：300": "300",
    "1200包邮送笼子": "1200",
}


@pytest.mark.parametrize("text", PRICES)
def test_a_price_is_what_the_seller_asks(text):
    """However it is written; what it is for stands beside it."""
    price = price_of(text)

    read = f"{price.yuan:f}" if price.yuan is not None else "none"
    read += f" to {price.high_yuan:f}" if price.high_yuan else ""
    read += f" / {price.per}" if price.per else ""
    assert PRICES[text] == read
    assert not price.is_placeholder
    assert price.raw == text


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("面议", "negotiable"),
        ("私聊", "negotiable"),
        ("电议", "negotiable"),
        ("8成新", "no sum"),
        ("押金3000", "unreadable"),
        ("$119.99", "not yuan: $"),
        ("\ue123\ue456.\ue789元", "drawn with the site's own font"),
        ("8" * 8000, "unreadable"),
    ],
)
def test_where_no_sum_is_asked_the_field_is_empty_and_says_why(text, note):
    """Unknown is a value."""
    assert (None, note) == (price_of(text).yuan, price_of(text).note)


@pytest.mark.parametrize("text", ["¥99999（勿拍）", "¥9999999", "1", "0", "0.01", "9999", "123456"])
def test_a_sum_that_nobody_means_is_kept_and_marked(text):
    """It stays outside every average."""
    price = price_of(text)

    assert price.yuan is not None
    assert price.is_placeholder


def test_a_price_is_found_in_a_text_only_where_it_is_called_one():
    """A bare number in a text is no price; a sum with its word, sign or unit is."""
    assert Decimal(1200) == price_in("出一只画眉。\n价格 1200，不议价。电话 138 0013 8000").yuan
    assert Decimal(80) == price_in("长期收红靛颏，生口 80 一只，熟口面议").yuan
    assert price_in("养了3年，42圈，2024年5月，电话13800138000").yuan is None


@settings(max_examples=1000)
@given(
    st.one_of(
        st.text(max_size=80),
        st.text(alphabet="0123456789.,-万千百k元块¥一二两 /只对原现价", max_size=30),
    )
)
def test_no_price_field_breaks_the_reader(text):
    """No exception; a sum is never negative, a range never runs down."""
    price = price_of(text)

    assert price.yuan is None or price.yuan >= 0
    assert price.high_yuan is None or price.yuan < price.high_yuan
    assert (price.yuan is None) or not price.note


@pytest.mark.parametrize(
    "text",
    ["8" * 1_000_000, "1 " * 400_000, "ﷺ" * 300_000, "a" + "\u0301" * 10_000, "价格" * 400_000],
)
@pytest.mark.parametrize(
    "read",
    [price_of, price_in, place_of, place_in, count_of, clean, lambda text: posted_of(text, SEEN)],
)
def test_a_field_of_a_megabyte_takes_a_moment(read, text):
    """Nobody writes a price of a million digits; it is looked at where it begins."""
    started = time.process_time()

    read(text)

    assert time.process_time() - started < 5


PLACES = {
    "沈阳铁西": "210106",
    "辽宁·大连": "210200",
    "辽宁省沈阳市和平区南京街": "210102",
    "铁西区, 沈阳市": "210106",
    "乾安縣": "220723",
    "吉林松原乾安縣": "220723",
    "北京 海淀-北洼路": "110108",
    "瓦房店": "210281",
    "喀左": "211324",
    "岫岩": "210323",
    "IP属地:辽宁": "210000",
    "海南": "460000",
    "吉林": "220000",
    "上海大连路": "310000",
    "重庆": "500000",
    "辽宁朝阳": "211300",
    # two cities have a 铁西, three places are called 朝阳: not known
    "铁西": "",
    "朝阳": "",
    "火星": "",
    "": "",
}


@pytest.mark.parametrize("text", PLACES)
def test_a_place_has_its_code_where_it_is_certain(text):
    """Shortened, in traditional characters or turned round; the words stay as they were."""
    place = place_of(text)

    assert (text, PLACES[text]) == (place.raw, place.code)


def test_a_region_that_is_known_makes_a_name_certain():
    """朝阳 on the pages of Beijing is the district."""
    assert "110105" == place_of("朝阳", within="110000").code


def test_every_county_of_liaoning_is_found_under_its_city():
    """All that GB/T 2260 lists, written as city and county."""
    from crawlers.fields.place import _rows  # noqa: PLC0415 - the file itself is the expectation

    rows = dict(_rows())
    counties = [code for code in rows if code.startswith("21") and not code.endswith("00")]

    wrong = [
        code for code in counties if place_of(f"{rows[code[:4] + '00']}{rows[code]}").code != code
    ]

    assert len(counties) >= 100
    assert [] == wrong


@given(st.text(max_size=60))
def test_any_words_may_stand_where_a_place_should(text):
    """A code is six digits or nothing."""
    assert len(place_of(text).code) in {0, 6}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("一对", Count(1, "对")),
        ("两只", Count(2, "只")),
        ("10多只", Count(10, "只", is_about=True)),
        ("十几只", Count(10, "只", is_about=True)),
        ("画眉3只沈阳", Count(3, "只")),
        ("没有数", None),
    ],
)
def test_a_count_says_how_many_of_what(text, count):
    """Left open where the words leave it open."""
    assert count == count_of(text)


@given(st.integers(1, 9999))
def test_chinese_numbers_are_read_back(number):
    """Every number below ten thousand, written out."""
    assert number == chinese_number(in_chinese(number))


def in_chinese(number):
    digits = "零一二三四五六七八九"
    out, needs_zero = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            out += ("零" if needs_zero and out else "") + digits[digit] + sign
            needs_zero = False
        else:
            needs_zero = True
    return out


@pytest.mark.parametrize(("text", "kind"), [("[求购]", "wanted"), ("出售", "offer"), ("咨询", "")])
def test_a_site_says_whether_it_offers_or_wants(text, kind):
    """Where it does not, we do not."""
    assert kind == kind_of(text)


def test_what_no_store_bears_is_taken_out_of_a_field():
    """NUL and controls go, half an emoji becomes U+FFFD, zero-width marks stay for matching."""
    assert "\ufffd鹩哥" == clean("\ud83d鹩哥")
    assert "ab\nc" == clean("a\x00b\x07\r\nc\x9f")
    assert "画\u200b眉\u202e" == clean("画\u200b眉\u202e")


@given(st.text(alphabet=st.characters(codec=None), max_size=200))
def test_a_cleaned_text_is_clean_and_can_be_stored(text):
    """Twice is as good as once."""
    once = clean(text)

    once.encode("utf-8")
    assert once == clean(once)
    assert "\x00" not in once


def test_half_a_year_and_leap_days_do_not_break_a_calendar():
    """The 31st minus a month is that month's last day."""
    seen = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)

    assert timedelta(0) <= seen - posted_of("1个月前", seen).at
    assert 28 == posted_of("1个月前", seen).at.astimezone(BEIJING).day


@pytest.mark.parametrize(
    ("said", "yuan"),
    [
        ("1.2W左右", 12000), ("260元起", 260), ("￥300包邮", 300), ("九百八一只", 980),
        ("壹仟元", 1000), ("伍佰元", 500), ("一百零五", 105), ("二百五", 250), ("一万二", 12000),
        ("6百", 600), ("2千5", 2500), ("2.5k", 2500), ("5毛", "0.5"), ("3块5", "3.5"),
        ("980.-", 980), ("RMB500", 500), ("100块钱", 100),
        ("￥12.5万", 125000), ("￥99.9起", "99.9"),
        ("1.2万赞", None), ("2.3w播放", None), ("12张", None), ("价格美丽", None), ("$30", None),
    ],
)  # fmt: skip
def test_more_prices_as_people_write_them(said, yuan):
    """Sums in the numerals of cheques, spoken sums, and numbers that are no sums at all."""
    expected = None if yuan is None else Decimal(str(yuan))

    assert expected == price_of(said).yuan


def test_a_bare_number_that_is_sent_free_or_firm_is_a_sum():
    """380包邮 and 150不刀 are offers; 2025年 and 25天 are not."""
    assert Decimal(380) == price_in("紫竹的，转让，380包邮").yuan
    assert Decimal(150) == price_in("成年公鸟150不刀").yuan
    assert price_in("2025年出的，25天了").yuan is None
