"""What hangs on a name without a gap: its 羽, 蛋 or 雏 behind it, the verb that catches before."""

import re

PART = re.compile(
    "(?:的|真|整|老|死|干){0,2}(?:飞羽|羽毛(?!球)|羽(?!绒|毛球)|翎|爪(?!机)|头骨|骨(?!科|折|头汤)|皮张|翅膀|翅|尾羽|尾巴毛"
    "|标本(?!馆|式|风)|干尸|毛皮|整皮)"
)
EGG = re.compile("(?:的|种|受精|野){0,2}蛋(?!黄|糕|卷|白|挞|炒|汤|饼|清|壳)")
YOUNG = re.compile(
    "(?:的)?(?:小)?(?:崽|雏|苗(?!圃|木)|幼(?!儿|稚|教)|娃(?!娃)|窝雏|连雏|宝宝(?!椅|霜|巴))"
)
_CATCHES = re.compile(
    "(?:粘|网|套|扣|逮|捕|药|夹|兜|捉|诱|抓|打|猎|射|毒)(?:过|了|住|到|小|野|活|大|几只|两只|只)?$"
)
_NO_CATCH = re.compile(
    "(?:互联|上|官|全|联|外|内|手|圈|成|封|外|配|一|整|三|两|几|殴|单|拍|攻|敲|主|消|中|西|炸)[网套扣打药]$"
)
_NEAR = 6  # characters


def is_behind(kind: re.Pattern[str], text: str, end: int) -> bool:
    """Return whether such a word begins right where a name ends."""
    return kind.match(text, end) is not None


def is_caught(text: str, start: int) -> bool:
    """Return whether a verb of catching stands right before ``text[start:]``."""
    before = text[max(0, start - _NEAR) : start]
    return _CATCHES.search(before) is not None and _NO_CATCH.search(before) is None
