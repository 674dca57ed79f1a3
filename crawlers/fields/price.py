"""Prices as sellers write them: ￥1.2万, 3k5, 原价1200现价800, 一百二一只, 面议, 8成新."""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from crawlers.fields.count import UNITS
from crawlers.fields.words import CHINESE_NUMBER, SHOWN, chinese_number, folded, line
from pipeline.listing import Price

_BIGGEST = Decimal(1_000_000_000)
_TOO_BIG = Decimal(10_000_000)
_MULTIPLES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "百": 100}
_DIGITS = (
    r"\d{1,3}(?:,\d{3}){1,3}(?!\d)(?:\.\d{1,4})?"
    r"|\d{1,3}(?: \d{3}){1,3}(?![\d.])|\d{1,12}(?:\.\d{1,4})?"
)
_NUMBER = re.compile(
    rf"(?P<digits>{_DIGITS})(?:\s?(?P<many>[万千百]|[wk](?![a-z]))(?:(?P<rest>\d{{1,4}})(?P<more>[千百])?)?)?"
    rf"|(?P<chinese>(?:[一二两三四五六七八九][十百千万]|十)(?:{CHINESE_NUMBER}{{0,8}})|(?<![一-鿿])[一二两三四五六七八九]{{1}}(?=[块元]))"
)  # fmt: skip
_RANGE = re.compile(r"\s*(?:元|块)?\s*(?:-{1,2}|~|至|到|—{1,2}|–)\s*¥?\s*")
_NEGOTIABLE = re.compile(
    r"面议|面谈|电议|私聊|私信|详谈|详聊|议价|询价|问价|看货|联系我|电联|待定|价格私|^\s*[议面私]\s*$"
)
_FREE = re.compile(r"免费(?:送|领|赠|领养|自取)?|白送|无偿|赠送|送人|免费")
_NOT_MEANT = re.compile(r"勿拍|别拍|不要拍|勿直接拍|展示|标价无效|随便标|非卖|乱标")
_FOREIGN = re.compile(
    r"us\$|hk\$|\$|€|£|usd|hkd|eur|gbp|美元|美金|港币|港元|日元|欧元|英镑|卢布|韩元"
)
_CONDITION = re.compile(r"(?:\d{1,2}(?:\.\d)?|[一二三四五六七八九]{1,2})成新|全新|几乎全新")
_ASIDE = re.compile(  # sums that are not what is asked
    r"(?:原价|市场价|专柜价?|吊牌价?|入手价?|买入价?|购入价?|买价|成本价?|之前|曾|同款|定金|订金|押金|运费|邮费|快递费?|加运)"
    rf"\s*[:：是]?\s*¥?\s*(?:{_DIGITS})\s*(?:万|w|k|千|百)?\s*(?:元|块)?"
)
_OTHERS = re.compile(  # numbers that are no sums
    r"\d+(?:\.\d+)?\s*[万千wk]?\+?\s*(?:赞|播放|观看|粉丝|阅读|转发|点赞|评论|人想要|浏览)"
    r"|\d+\s*(?:人|次|浏览|想要|收藏|关注|件|条评|张|天|小时|分钟|号|楼|cm|kg|mm|厘米|公分|岁|月龄|个月|年|级)"
    r"|1[3-9]\d{9}|\d{13,}"
)
_ASKED = re.compile(
    r"(?:现价|特价|优惠价|秒杀价?|到手价?|一口价|售价|现售|现卖|现)\s*[:：是]?\s*¥?\s*"
)
_PER = re.compile(
    rf"(?:/|每|(?P<count>(?<![\d.])(?:[1-9]|10)|[一二两俩三四五六七八九十]))\s*(?P<unit>{UNITS}|天|月|年|晚|次|小时|平|公斤|千克|kg|克)(?![一-鿿]?成)"
)
_CURRENCY = re.compile(r"人民币|rmb|cny|块钱|元|块")
_CENTS = re.compile(r"(\d{1,6})\s*[块元]\s*(\d)(?![\d.])(?:毛|角)?")
_TEN_CENTS = re.compile(r"(?<!\d)(\d{1,2})\s*[毛角](?!\d)")


class _Sum(NamedTuple):
    yuan: Decimal
    start: int
    end: int
    has_unit: bool


def price_of(text: str) -> Price:
    """Return what a price field says; the sum stays empty, with a note, where it says none.

    Looks at the first :data:`~crawlers.fields.words.SHOWN` characters.
    """
    raw = line(text[: 4 * SHOWN])[:SHOWN]
    said = folded(text).translate(_SAME)
    if not said.strip():
        return Price(raw=raw, note="empty" if raw else "")
    foreign = _FOREIGN.search(said)
    if foreign and "¥" not in said and "元" not in said.replace("美元", ""):
        return Price(raw=raw, note=f"not yuan: {foreign[0]}")
    plain = _cents(_CONDITION.sub(" ", said))
    per, plain = _per(plain)
    sums = _sums(_OTHERS.sub(" ", _ASIDE.sub(" ", plain)))
    if not sums:
        return _without_sum(raw, said)
    low, high = sums
    doubtful = _is_placeholder(low) or bool(_NOT_MEANT.search(said))
    if low == 0 and _FREE.search(said):
        doubtful = False
    return Price(raw=raw, yuan=low, high_yuan=high, per=per, is_placeholder=doubtful)


_IN_WORDS = rf"[一二两三四五六七八九][十百千万]{CHINESE_NUMBER}{{0,6}}"
_SPOKEN = re.compile(
    r"(?:价格|售价|要价|报价|一口价|现价|特价|卖价|定价|价位|价)\s*[:：是为]?\s*¥?\s*"
    rf"(?P<a>{_DIGITS})\s*(?P<am>[万千百]|[wk](?![a-z]))?"
    rf"|¥\s*(?P<b>{_DIGITS})\s*(?P<bm>[万千百]|[wk](?![a-z]))?"
    rf"|(?<![\d.])(?P<c>\d{{1,7}}(?:\.\d{{1,2}})?)\s*(?P<cm>[万千百]|[wk](?![a-z]))?\s*"
    rf"(?:元|块(?!钱包))?\s*(?:/|每|一)\s*(?:{UNITS})"
    rf"|(?<![\d.])(?P<d>\d{{1,7}}(?:\.\d{{1,2}})?)\s*(?P<dm>[万千百])?\s*(?:元|块)(?!钱包)"
    rf"|(?:价格|售价|要价|报价|一口价|现价|特价|卖价|定价|价位)\s*[:：是为]?\s*(?P<e>{_IN_WORDS})"
    rf"|(?P<f>{_IN_WORDS})\s*(?:(?:元|块)(?!钱包)|(?:/|每|一)\s*(?:{UNITS}))"
    r"|(?<![\d.])(?P<h>\d{2,6})\s*(?:包邮|含邮|包到家|不刀|可刀|可小刀|不讲价|不议价|带走|拿走|全包)"
    rf"|[一每] ?(?:{UNITS}) ?(?P<g>{_IN_WORDS})(?!{CHINESE_NUMBER}|\s*(?:{UNITS}))"
)
_LONGEST_SPOKEN = 2_000


def price_in(text: str) -> Price:
    """Return the first sum that a longer text names as a price: 价格 1200, 80 一只, ￥300.

    Only what stands beside a word of price, a currency or a unit counts; a bare number does not.
    """
    said = folded_long(text)
    found = _SPOKEN.search(said)
    if not found:
        return Price(note="no price in the text")
    raw = line(found[0]).strip(" :：")
    price = price_of(raw)
    return price if price.yuan is not None else Price(raw=raw, note="unreadable")


def folded_long(text: str) -> str:
    """Return the beginning of a text, narrow and lower, for a search in it."""
    parts = [folded(part) for part in clean_lines(text)]
    return "\n".join(parts).translate(_SAME)


def clean_lines(text: str) -> list[str]:
    """Return the lines of the beginning of a text, long ones cut into pieces."""
    text = text[:_LONGEST_SPOKEN]
    return [
        part[at : at + SHOWN] for part in text.splitlines() for at in range(0, len(part), SHOWN)
    ]


_SAME = str.maketrans(
    {"萬": "万", "圓": "元", "圆": "元", "塊": "块", "￥": "¥", "兩": "两", "對": "对"}
)
_SAME |= str.maketrans(
    {"隻": "只", "價": "价", "現": "现", "～": "~", "壹": "一", "贰": "二", "叁": "三"}
)
_SAME |= str.maketrans(dict(zip("肆伍陆柒捌玖拾佰仟", "四五六七八九十百千", strict=True)))


def _without_sum(raw: str, said: str) -> Price:
    if _NEGOTIABLE.search(said):
        return Price(raw=raw, note="negotiable")
    if _FREE.search(said):
        return Price(raw=raw, yuan=Decimal(0))
    if re.search("[\ue000-\uf8ff]", raw):
        return Price(raw=raw, note="drawn with the site's own font")
    return Price(
        raw=raw, note="unreadable" if re.search(r"\d", _CONDITION.sub("", said)) else "no sum"
    )


def _cents(said: str) -> str:
    """Write 3块5 and 5毛 as decimals."""
    said = _CENTS.sub(r"\1.\2元", said)
    return _TEN_CENTS.sub(lambda found: f"{Decimal(found[1]) / 10}元", said)


def _per(said: str) -> tuple[str, str]:
    found = _PER.search(said)
    if not found:
        return "", said
    count = found["count"]
    per = found["unit"] if count in {None, "1", "一"} else f"{count}{found['unit']}"
    return per, f"{said[: found.start()]} {said[found.end() :]}"


def _sums(said: str) -> tuple[Decimal, Decimal | None] | None:
    """Return the sum asked and the upper end of a range; None where no one sum is asked."""
    asked = _ASKED.search(said)
    if asked:
        said = said[asked.end() :]
    found = [one for match in _NUMBER.finditer(said) if (one := _sum(match)) is not None]
    if not found:
        return None
    chosen = 0 if asked or len(found) == 1 else _marked(said, found)
    first = found[chosen] if chosen is not None else found[0]
    after = found[chosen + 1] if chosen is not None and chosen + 1 < len(found) else None
    if chosen is None:
        after = found[1]
        if not _RANGE.fullmatch(said[first.end : after.start]):
            return None
    if after is None or not _RANGE.fullmatch(said[first.end : after.start]):
        return first.yuan, None
    low = first.yuan
    if after.has_unit and not first.has_unit:
        low = _in_unit_of(after, said, first)
    return (low, after.yuan) if low < after.yuan else (low, None)


def _marked(said: str, found: list[_Sum]) -> int | None:
    """Return which of several numbers carries the sign or the name of the currency."""
    for number, one in enumerate(found):
        if said[: one.start].rstrip().endswith("¥"):
            return number
    for number, one in enumerate(found):
        after = said[one.end :].lstrip()
        if _CURRENCY.match(after):
            # 300-500元: the name stands behind the upper end
            before = found[number - 1] if number else None
            is_range = before and _RANGE.fullmatch(said[before.end : one.start])
            return number - 1 if is_range else number
    return None


def _in_unit_of(after: _Sum, said: str, first: _Sum) -> Decimal:
    """Return the lower end of 1-1.2万, whose unit stands behind the upper end alone."""
    many = re.search(r"[万千百wk]", said[after.start : after.end])
    return first.yuan * _MULTIPLES[many[0]] if many and first.yuan < 1000 else first.yuan  # noqa: PLR2004 - 3000-1万


def _sum(match: re.Match[str]) -> _Sum | None:
    chinese = match["chinese"]
    if chinese:
        number = chinese_number(chinese)
        if number is None:
            return None
        return _Sum(Decimal(number), match.start(), match.end(), has_unit=True)
    try:
        yuan = Decimal(re.sub(r"[, ]", "", match["digits"]))
    except InvalidOperation:
        return None
    many = match["many"]
    if many:
        times = _MULTIPLES[many]
        yuan *= times
        rest = match["rest"]
        if rest:
            unit = _MULTIPLES[match["more"]] if match["more"] else None
            if unit is None:
                unit = times // 10 if len(rest) == 1 else 1
            yuan += int(rest) * unit
    if yuan > _BIGGEST:
        return None
    yuan = yuan.normalize() if yuan == yuan.to_integral_value() else yuan
    yuan = yuan.quantize(Decimal(1)) if yuan == yuan.to_integral_value() else yuan
    return _Sum(yuan, match.start(), match.end(), has_unit=bool(many))


def _is_placeholder(yuan: Decimal) -> bool:
    """Return whether this is a sum that nobody means: 0, 1, 9999, 88888888, 123456."""
    if yuan <= 1 or yuan >= _TOO_BIG:
        return True
    digits = str(yuan)
    if len(digits) >= 5 and len(set(digits)) == 1:  # noqa: PLR2004 - 88888; 8888 may be meant
        return True
    return digits in {"9999", "1111", "1234", "12345", "123456", "1234567"} or (
        len(digits) > 4 and "123456789".startswith(digits)  # noqa: PLR2004 - the same
    )
