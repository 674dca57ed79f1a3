"""Words and shapes that several commands show to people on a terminal."""

import unicodedata

from pipeline.base.language import _

_WORDS = {
    "waiting": "待研判",
    "judged": "已研判",
    "below": "未达线",
    "untouched": "无命中",
    "faded": "已淡出",
    "confirmed": "属实",
    "lawful": "合法",
    "not_wildlife": "无关",
    "unsure": "存疑",
    "first_seen": "首次发现",
    "changed": "内容变化",
    "gone": "已下架",
    "returned": "重新上架",
    "title": "标题",
    "text": "正文",
    "price": "价格",
    "images": "图片",
    "seller": "卖家",
    "place": "地点",
    "tags": "标签",
    "ocr": "图中文字",
    "snapshot:": "—",
    "snapshot:wanted": "待固定",
    "snapshot:sealed": "已固定",
    "snapshot:failed": "固定失败",
}


def word(name: str) -> str:
    """Return the word that people read for a state, a verdict, an event or a part."""
    return _(_WORDS[name]) if name in _WORDS else name


def one_line(text: str, longest: int) -> str:
    """Return a seller's words fit for a terminal: one line, shortened, nothing that steers it.

    Control characters, direction marks and invisible signs are shown as their code.
    """
    cut = text[: longest * 4]
    shown = "".join(map(_visible, " ".join(cut.split())))
    if len(shown) > longest:
        return _("{start}…（共 {count} 字）").format(start=shown[:longest], count=len(text))
    return shown


def block(text: str, longest: int = 4000) -> str:
    """Return a longer text for a terminal with its line breaks, made harmless alike."""
    lines = text[:longest].splitlines()
    shown = "\n".join("".join(map(_visible, line)) for line in lines)
    if len(text) > longest:
        shown += _("\n…（共 {count} 字）").format(count=len(text))
    return shown


def _visible(letter: str) -> str:
    if letter == " " or letter.isprintable():
        return letter
    if unicodedata.category(letter) in {"Zs", "Zl", "Zp"}:
        return " "
    return f"<U+{ord(letter):04X}>"
