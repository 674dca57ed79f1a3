"""Bytes to text, whatever the labels claim.

Order: a byte order mark; UTF-8 where it fits (more than a few characters of another Chinese
encoding never look like it by chance); then what is declared, header before page, unless the
bytes contradict it; then what the bytes look like. A damaged byte becomes U+FFFD, that one
alone, and is told.
"""

import codecs
import re
from typing import NamedTuple

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"<\?xml\b[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_HEAD_BYTES = 20_000
_SAMPLE_BYTES = 200_000
_TRIED = ("gb18030", "big5hkscs")
_SAME = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "x-gbk": "gb18030",
    "hz-gb-2312": "gb18030",
    "euc-cn": "gb18030",
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "cp950": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "utf8": "utf-8",
    "unicode": "utf-16-le",
    "utf-16": "utf-16-le",
}
_OF_THE_WEB = re.compile(
    r"utf-(8|16|32)|gb18030|big5|cp\d+$|iso8859-|euc_|shift_jis|koi8|mac-|johab|windows"
)
"""Python knows codecs that no page is written in: "hex", "undefined", "unicode_escape"."""
_FEW = 0.02
"""Up to this share of broken sequences a text is that encoding, damaged."""
_UTF8_ALIKE = 3
"""This many whole sequences for each broken one are damaged UTF-8, and not another encoding."""
_FEW_FOREIGN = 40
"""Up to this many characters beyond ASCII another encoding may be whole UTF-8 by chance."""
_CLEARLY = 0.3
_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
    "用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实"
    "出售转让鸟只对元价格自提沈阳大连联系电话微信图片发布时间标题内容详情信息求购全新包邮面议笼养活体公母"
    "這個們來為國說時會對後裡種麼學現當沒動還進實售轉讓鳥隻價聯繫電話圖發佈間標題內詳買賣網頁"
)


class Decoded(NamedTuple):
    """The text, the encoding it was read in, and whether some bytes could not be read."""

    text: str
    encoding: str
    is_damaged: bool


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Return the text of a body. Never fails; what cannot be read is U+FFFD and told."""
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return _read(body[len(bom) :], encoding)
    wide = _wide(body)
    if wide:
        return _read(body, wide)
    text = body.decode("utf-8", "replace")
    declared = _declared(body, content_type)
    if _is_utf8(text, body) and not _is_by_chance(text, body, declared):
        return Decoded(text, "utf-8", is_damaged="\ufffd" in text and not _is_written(body))
    return _read(body, _best(body, declared))


def _is_utf8(text: str, body: bytes) -> bool:
    """Return whether bytes are UTF-8, be it damaged: no other encoding looks like it by chance.

    Sequences of two bytes alone prove nothing: 模 in GBK is a letter of Latvian in UTF-8.
    """
    broken = text.count("\ufffd")
    if not broken or _is_written(body):
        return text.isascii() or any(char > "\u07ff" for char in text)
    long = sum(char > "\u07ff" for char in text)
    return long - broken >= _UTF8_ALIKE * broken


def _is_by_chance(text: str, body: bytes, declared: list[str]) -> bool:
    """Return whether a few bytes are UTF-8 only by chance: 颏画一一 in GB18030 fits it too."""
    foreign = [char for char in text if char > "\x7f"]
    if len(foreign) > _FEW_FOREIGN or all(map(_is_usual, foreign)):
        return False
    fit = _fit(body, "utf-8") + _CLEARLY
    return any(_fit(body, name) >= fit for name in declared if name in _TRIED)


def _declared(body: bytes, content_type: str) -> list[str]:
    head = body[:_HEAD_BYTES]
    found = [match[1] for match in [_HEADER.search(content_type)] if match]
    for pattern in (_XML, _META):
        match = pattern.search(head)
        if match:
            found.append(match[1].decode("ascii"))
    return [name for name in map(_known, found) if name]


def _known(label: str) -> str:
    """Return the codec that a label means, the wider one where a label names a subset."""
    name = label.strip().lower()
    name = _SAME.get(name, name)
    try:
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""
    return codec if _OF_THE_WEB.match(codec) else ""


def _wide(body: bytes) -> str:
    """Return which UTF-16 an unmarked body is in: markup has a NUL in every other byte."""
    head = body[:2_000]
    if len(head) < 4 or b"\x00" not in head:  # noqa: PLR2004 - two characters
        return ""
    if head[1:2] == b"\x00" and head[3:4] == b"\x00":
        return "utf-16-le"
    if head[:1] == b"\x00" and head[2:3] == b"\x00":
        return "utf-16-be"
    return ""


def _best(body: bytes, declared: list[str]) -> str:
    """Return the encoding that fits best: a declared one unless the bytes contradict it."""
    sample = body[:_SAMPLE_BYTES]
    tried = list(dict.fromkeys(["utf-8", *declared, *_TRIED]))
    tried = [name for name in tried if not name.startswith(("utf-16", "utf-32", "utf_16"))]
    scores = {name: _fit(sample, name) for name in tried}
    for name in declared:
        if name in scores and name != "cp1252" and scores[name] >= 0.9 * max(scores.values()):
            return name
    return max(scores, key=lambda name: scores[name])


def _fit(sample: bytes, encoding: str) -> float:
    """Return how much a sample looks like Chinese in an encoding, 0..1."""
    text = sample.decode(encoding, "replace")
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 0.5
    broken = sum(char == "\ufffd" for char in foreign) / len(foreign)
    common = sum(char in _COMMON for char in foreign) / len(foreign)
    usual = sum(_is_usual(char) for char in foreign) / len(foreign)
    if encoding == "cp1252":
        return 0.1 * (1 - broken)
    penalty = 0.0 if broken <= _FEW else broken
    return max(0.0, 0.4 * usual + 0.6 * min(1.0, 3 * common) - 2 * penalty - broken)


def _is_usual(char: str) -> bool:
    """Return whether a character is one that Chinese pages are written in."""
    return (
        "\u4e00" <= char <= "\u9fff"
        or "\u3000" <= char <= "\u303f"
        or "\uff00" <= char <= "\uffef"
        or "\u2010" <= char <= "\u2027"
        or char in "·\xa0×°￥©®"
    )


def _read(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, "shouyi-one-byte" if encoding in _BYTEWISE else "replace")
    return Decoded(text, encoding, is_damaged="\ufffd" in text and not _is_written(body))


_BYTEWISE = frozenset({"gb18030", "big5hkscs"})


def _is_written(body: bytes) -> bool:
    """Return whether the page itself writes U+FFFD: then it is no damage of ours."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _one_byte(error: UnicodeError) -> tuple[str, int]:
    """Replace one byte alone, so that a damaged character does not swallow its neighbour.

    An ASCII byte behind a broken lead byte is kept: it may be the quote that ends an attribute.
    """
    assert isinstance(error, UnicodeDecodeError)
    return "\ufffd", error.start + 1


codecs.register_error("shouyi-one-byte", _one_byte)
