"""Places: 沈阳铁西, 辽宁·大连, 乾安縣 -> the GB/T 2260 code, where it is certain."""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from opencc import OpenCC

from crawlers.fields.words import SHOWN, line
from pipeline.base.settings import shipped
from pipeline.listing import Place

_LONGEST_TEXT = 2_000
_CLASS = re.compile(
    r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|地区|林区|矿区|新区|省|市|盟|州|区|县|旗)$"
)
_PEOPLE = re.compile(
    r"(?:满族|蒙古族|蒙古|回族|朝鲜族|锡伯族|土家族|苗族|侗族|藏族|羌族|彝族|傣族|壮族|瑶族|布依族|哈尼族|黎族|"
    r"哈萨克族?|柯尔克孜|畲族|白族|景颇族|傈僳族|佤族|拉祜族|纳西族|水族|仡佬族|仫佬族|毛南族|各族|土族|撒拉族|"
    r"东乡族|保安族|裕固族|达斡尔族?|鄂温克族?|鄂伦春|怒族|独龙族|布朗族|普米族|阿昌族|德昂族|塔吉克|锡伯)+$"
)
_ALSO = {
    "喀左": "211324",
    "阜蒙": "210921",
    "内蒙": "150000",
    "兴安盟": "152200",
    "本溪县": "210521",
}
"""What people say that no rule gives."""


def place_of(text: str, *, within: str = "") -> Place:
    """Return a place field with its code; the code is empty where more than one place fits.

    Args:
        text: the field as shown.
        within: the code of a region in which it is known to lie (a city's own sub-domain).
    """
    raw = line(text[: 4 * SHOWN])[:SHOWN]
    return Place(raw=raw, code=_code(raw, within)) if raw else Place()


def place_in(text: str) -> Place:
    """Return the first city or province that a longer text names: 沈阳自提, 大连的来.

    Counties count behind their city alone: their names are too often other words.
    """
    said = line(text[:_LONGEST_TEXT])
    folded = _folded(said)
    names = _names()
    for start in range(len(folded)):
        for length in range(min(8, len(folded) - start), 1, -1):
            word = folded[start : start + length]
            codes = [code for code in names.get(word, ()) if code.endswith("00")]
            if codes:
                return _county_behind(folded, Place(raw=word, code=_only(codes)), start + length)
    return Place()


def _county_behind(text: str, city: Place, end: int) -> Place:
    """Return a city with the county of its own that is named right behind it: 沈阳铁西自提."""
    between = _BETWEEN.match(text, end)
    start = between.end() if between else end
    for length in range(min(8, len(text) - start), 1, -1):
        word = text[start : start + length]
        codes = [code for code in _names().get(word, ()) if city.code and _is_in(code, city.code)]
        if len(codes) == 1 and codes[0] != city.code:
            return Place(raw=f"{city.raw}{text[end:start]}{word}", code=codes[0])
    return city


_BETWEEN = re.compile(r"市?[ ·.,、-]?")


@lru_cache(maxsize=4096)
def _code(raw: str, within: str) -> str:
    here = {within} if within else set[str]()
    for codes in _named(_folded(raw)):
        if not here:
            here = set(codes)
            continue
        deeper = {code for code in codes if any(_is_in(code, outer) for outer in here)}
        wider = {code for code in here if any(_is_in(code, outer) for outer in codes)}
        here = deeper or wider or here
    return _only(sorted(here))


def _named(text: str) -> Iterator[tuple[str, ...]]:
    """Yield what each name in a text may be, longest names first, left to right."""
    names, at = _names(), 0
    while at < len(text):
        for length in range(min(_longest(), len(text) - at), 1, -1):
            codes = names.get(text[at : at + length])
            if codes:
                yield codes
                at += length - 1
                break
        at += 1


def _only(codes: list[str]) -> str:
    """Return the one code, or the one that holds all the others; empty where there is none."""
    for code in codes:
        if all(_is_in(other, code) for other in codes):
            return code
    # 海南 alone is the province, though a district in Inner Mongolia shares its name
    provinces = [code for code in codes if code.endswith("0000")]
    return provinces[0] if len(provinces) == 1 else ""


def _is_in(code: str, outer: str) -> bool:
    """Return whether a place lies in another, or is it."""
    known = 2 if outer.endswith("0000") else 4 if outer.endswith("00") else 6
    return code[:known] == outer[:known]


@cache
def _names() -> Mapping[str, tuple[str, ...]]:
    """Return every name, full and as people shorten it -> the codes it may mean."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, name in _rows():
        found[name].add(code)
        bare = _CLASS.sub("", name)
        short = _PEOPLE.sub("", bare)
        if short == bare and len(bare) < 2:  # noqa: PLR2004 - 郊区, 城区: nobody says 郊
            continue
        for one in (bare, short):
            if len(one) > 1:
                found[one].add(code)
        if short != bare and name.endswith("自治县") and len(short) > 1:
            found[short + "县"].add(code)
    for word, code in _ALSO.items():
        found[word].add(code)
    return {name: tuple(sorted(codes)) for name, codes in found.items()}


def _rows() -> Iterator[tuple[str, str]]:
    with shipped("places.csv").open(encoding="utf-8", newline="") as file:
        lines = (row for row in file if not row.startswith("#"))
        for row in csv.DictReader(lines):
            yield row["code"], row["name"]


@cache
def _longest() -> int:
    return max(len(name) for name in _names())


def _folded(text: str) -> str:
    """Return a text narrow and in simplified characters, as long as it was or shorter."""
    narrow = unicodedata.normalize("NFKC", text)
    return narrow if _is_known(narrow) else _simplified(narrow)


def _is_known(text: str) -> bool:
    return text in _names() or not any(char >= "\u4e00" for char in text)


@lru_cache(maxsize=4096)
def _simplified(text: str) -> str:
    return str(_converter().convert(text))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
