"""Words and shapes that several commands show to people on a terminal."""

import unicodedata
from functools import cache

from pipeline.base.language import _


def word(name: str) -> str:
    """Return the word that people read for a state, a verdict, an event or a part."""
    return _words().get(name, name)


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


@cache
def _words() -> dict[str, str]:
    return {
        "waiting": _("待研判"),
        "judged": _("已研判"),
        "below": _("未达线"),
        "untouched": _("无命中"),
        "faded": _("已淡出"),
        "postponed": _("已延期"),
        "confirmed": _("属实"),
        "lawful": _("合法"),
        "not_wildlife": _("无关"),
        "unsure": _("存疑"),
        "first_seen": _("首次发现"),
        "changed": _("内容变化"),
        "gone": _("已下架"),
        "returned": _("重新上架"),
        "title": _("标题"),
        "text": _("正文"),
        "price": _("价格"),
        "images": _("图片"),
        "seller": _("卖家"),
        "place": _("地点"),
        "tags": _("标签"),
        "ocr": _("图中文字"),
        "snapshot:": _("—"),
        "snapshot:wanted": _("待固定"),
        "snapshot:sealed": _("已固定"),
        "snapshot:failed": _("固定失败"),
        "tried:enters": _("新列为可疑"),
        "tried:leaves": _("不再可疑"),
        "tried:new_hit": _("新命中"),
        "tried:lost_hit": _("不再命中"),
        "proposal:trade": _("多见于属实"),
        "proposal:honest": _("多见于排除"),
        "proposal:lookalike": _("形近词，误作鸟名"),
        "proposal:homophone": _("鸟名的谐音"),
        "proposal:shape": _("鸟名的形近"),
        "proposal:retire": _("一季无真命中"),
        "benign:working": _("有效"),
        "benign:expired": _("已过期"),
        "benign:retired": _("已停用"),
    }
