"""The words of the desk for what the house calls by a code. Chinese; the catalogue has English."""

from casework.people import Role
from casework.reasons import Call
from desk.language import mark as _

CALLS = {
    Call.CONFIRMED: _("属实"),
    Call.LAWFUL: _("合法"),
    Call.NOT_WILDLIFE: _("无关"),
    Call.UNSURE: _("存疑"),
}
"""In the order of their keys, 1 to 4."""

ROLES = {
    Role.ANALYST: _("研判员"),
    Role.CASE_OFFICER: _("办案人员"),
    Role.SUPERVISOR: _("负责人"),
    Role.OPERATOR: _("运维人员"),
    Role.AUDITOR: _("审计人员"),
}

MEANINGS = {
    Call.CONFIRMED: _("买卖、求购、猎捕受保护鸟类或出售禁用工具，未见合法证明"),
    Call.LAWFUL: _("证件、标识或来源已经核对，或者是无需许可的家养品种"),
    Call.NOT_WILDLIFE: _("同形词、玩具图片、笼具饲料、科普、救助寻主等"),
    Call.UNSURE: _("物种、来源或属地还看不清，要补充材料或请人复核"),
}
"""When each is right, in one line: shown beside the listing before a choice is made."""

STATUSES: dict[str, str] = {
    "waiting": _("待研判"),
    **{call.value: word for call, word in CALLS.items()},
    "postponed": _("已延期"),
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
    "comments": _("留言"),
    "reviews": _("买家评价"),
    "suggestions": _("站内联想词"),
    "seller": _("卖家"),
    "price": _("标价"),
    "region": _("地点"),
}

KINDS = {
    "bird": _("鸟名"),
    "code": _("暗语"),
    "emoji": _("表情代字"),
    "anybird": _("泛指鸟类"),
    "part": _("制品"),
    "egg": _("鸟蛋"),
    "meat": _("食用"),
    "gear": _("捕鸟工具"),
    "lure": _("诱鸟用具"),
    "hawk": _("驯鹰用语"),
    "keep": _("养鸟用语"),
    "life": _("活体用语"),
    "sell": _("出售用语"),
    "buy": _("求购用语"),
    "swap": _("交换用语"),
    "ship": _("运送用语"),
    "hunt": _("捕捉用语"),
    "wild": _("野生来源"),
    "release": _("放生用语"),
    "fight": _("斗鸟用语"),
    "nopapers": _("无证用语"),
    "claim": _("自称合法"),
    "hush": _("避人用语"),
    "contact": _("引流用语"),
    "place": _("交易场所"),
    "domestic": _("家养品种"),
    "farm": _("养殖品种"),
    "lawfulmark": _("证件标识"),
    "cage": _("笼具"),
    "confuser": _("易混词"),
}
"""What a word says (keywords/kinds.py); a kind without a name here is shown by its code."""

VIAS = {
    "plain": "",
    "traditional": _("繁体写法"),
    "zero_width": _("夹有看不见的字符"),
    "inner": _("字间夹有符号"),
    "fullwidth": _("全角写法"),
    "fancy": _("花体写法"),
    "pinyin": _("拼音写法"),
    "initials": _("首字母代字"),
    "split": _("拆字"),
    "emoji": _("表情符号代字"),
}
"""By which way it was hidden (keywords/normalise.py, keywords/variants.py)."""

FIGURES = {
    "came_in": _("昨夜首次发现"),
    "came_in_flagged": _("昨夜进入队列"),
    "waiting": _("待研判"),
    "waiting_long": _("等了七天以上"),
    "flagged": _("期内进入队列"),
    "closed": _("期内已有定论"),
    "judged": _("期内已研判"),
    "false": _("期内判为无关"),
    "city": _("线索所在市"),
    "city_confirmed": _("属实线索所在市"),
    "week": _("每周进入队列"),
    "week_confirmed": _("每周属实"),
    "species": _("涉及的鸟"),
    "species_confirmed": _("属实线索涉及的鸟"),
    "trick": _("隐藏手法"),
    "term": _("命中的词"),
    "term_false": _("命中该词而判为无关"),
    "source": _("来源"),
    "source_false": _("该来源判为无关"),
    "speed": _("从发现到研判"),
}
"""What each figure of the overview counts (casework/figures.py)."""

SPEEDS = {
    "day": _("一天以内"),
    "three": _("一到三天"),
    "week": _("三到七天"),
    "later": _("七天以上"),
}

REVEAL_WHY = {
    "identify_seller": _("核实卖家是谁"),
    "compare_cases": _("与其他线索比对"),
    "check_evidence": _("核对固定的证据"),
    "prepare_referral": _("准备移送材料"),
    "other": _("其他（请写明）"),
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
