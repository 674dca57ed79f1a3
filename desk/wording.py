"""The words of the desk for what the house calls by a code. Chinese; the catalogue has English."""

from casework.reasons import Call
from desk.language import mark as _

CALLS = {
    Call.CONFIRMED: _("属实"),
    Call.LAWFUL: _("合法"),
    Call.NOT_WILDLIFE: _("无关"),
    Call.UNSURE: _("存疑"),
}
"""In the order of their keys, 1 to 4."""

STATUSES: dict[str, str] = {
    "waiting": _("待研判"),
    **{call.value: word for call, word in CALLS.items()},
    "below": _("未达线"),
}
"""The tabs of the queue; ``below``: words were found, but the score stays under the line."""

EVENTS = {
    "first_seen": _("首次发现"),
    "changed": _("内容有改动"),
    "gone": _("已下架"),
    "returned": _("重新上架"),
}

FIELDS = {
    "title": _("标题"),
    "text": _("正文"),
    "ocr": _("图片文字"),
    "tags": _("标签"),
    "seller": _("卖家"),
    "price": _("标价"),
    "region": _("地点"),
}

KINDS = {
    "bird": _("鸟名"),
    "sell": _("出售用语"),
    "buy": _("求购用语"),
    "trade": _("交易用语"),
    "wild": _("野捕用语"),
    "gear": _("捕鸟工具"),
    "product": _("鸟类制品"),
    "lawful": _("合法饲养用语"),
    "contact": _("引流用语"),
    "confuser": _("易混词"),
}

VIAS = {
    "plain": "",
    "traditional": _("繁体写法"),
    "inner": _("字间夹有符号"),
    "pinyin": _("拼音写法"),
    "homophone": _("同音字"),
    "split": _("拆字"),
    "variant": _("异形字"),
    "emoji": _("表情符号代字"),
}

STRENGTHS = {
    "strong": _("单独即可疑"),
    "medium": _("需另有旁证"),
    "weak": _("与他词同现才算"),
}

LISTING_KINDS = {"offer": _("出让"), "wanted": _("求购")}

EMPTY = {
    "waiting": (
        _("都看完了"),
        _("没有等待研判的信息。下一夜采集之后，新的线索会出现在这里。"),
        "shouyi night",
    ),
    "narrowed": (
        _("没有符合条件的信息"),
        _("换一个词，或者清除条件再看。查找按原文逐字比对。"),
        "",
    ),
    "other": (
        _("这里还没有信息"),
        _("给出的结论会归到各自的标签下，随时可以重看和改判。"),
        "",
    ),
}
