"""Texts to read: the gold set, and ordinary ones made from a fixed seed."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

GOLD = Path(__file__).resolve().parent.parent / "data" / "gold" / "listings.jsonl"
BACKGROUND = GOLD.parents[3] / "shared" / "reference" / "background.jsonl.gz"
"""Real texts that have nothing to do with birds; where they are missing, made ones serve."""

_THINGS = (
    *("羽绒服", "电饭锅", "自行车", "婴儿床", "充电器", "书桌", "茶叶", "跑步鞋", "行李箱", "耳机"),
    *("蓝牙音箱", "牛仔裤", "连衣裙", "显示器", "洗衣机", "吉他", "鱼缸", "玻璃杯", "地毯", "台灯"),
    *("文件夹", "速溶咖啡", "羊毛被", "鹅卵石", "花盆", "鱼竿", "帐篷", "相机包", "口红", "面膜"),
)
_SAYINGS = (
    *("九成新，用了半年，闲置转让", "质量不错，发货很快，下次还来", "这家的味道一般，服务态度很好"),
    *(
        "房间干净，离地铁站近，早餐丰富",
        "今天天气真好，出门散步心情舒畅",
        "剧情拖沓，演员演技在线，画面精美",
    ),
    *(
        "球队主场获胜，教练赛后表示满意",
        "楼盘均价上涨，三居室户型热销",
        "股市震荡，机构建议谨慎操作",
    ),
    *(
        "包装完好，颜色和图片一样，很喜欢",
        "孩子很喜欢，买来当生日礼物",
        "客服耐心，安装师傅准时上门",
    ),
    *("地方不大但是很舒服", "学校通知下周开家长会", "周末一起去爬山，风景很美"),
)
_TALK = (
    *("跟闺蜜徐嘉怡去探店，老板娘人超nice", "韩版ulzzang宽松显瘦ins风，亲测不踩雷"),
    *("楼主@小鱼干儿 说的对，这波操作太秀了", "赵梓涵演的女二圈粉了，求第二季快更"),
    *("骁龙8gen2打原神满帧不烫手，真香", "奶茶三分糖去冰加啵啵，yyds"),
    *("浑南万达旁边那家麻辣拌，阿姨手速绝了", "莫干山路的民宿，管家小戴很贴心"),
    *("斯嘉丽复古港风碎花裙，微胖妹子闭眼入", "李铭轩首发砍下28分，末节关键三分锁定胜局"),
    *("扫地机器人石头G20会自己回充，解放双手", "刷到欧阳博远的视频笑到头掉，哈哈哈哈"),
    *("皇姑区长江街老小区六楼，采光贼好", "国货彩妆橘朵腮红盘，显色持妆一整天"),
    *("孩子奥数班陆老师讲得透，续费了", "阿根廷队梅开二度，解说贺炜金句频出"),
)
_LOOKALIKES = ("麻雀虽小五脏俱全", "燕尾夹一盒", "太平鸟外套", "孔雀鱼缸", "猫头鹰图案")
_ENDINGS = ("", "，沈阳自提", "，包邮", "，价格可议", "！", "，推荐购买", "。", "，谢谢大家")


def gold() -> list[dict[str, Any]]:
    """Return the labelled listings."""
    return [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]


def mixed(count: int, *, share: float, seed: int = 11) -> list[dict[str, str]]:
    """Return ordinary listings with a share of the gold set among them."""
    dice = random.Random(seed)  # noqa: S311 - a fixed seed, no secret
    told = [{"title": row.get("title", ""), "text": row.get("text", "")} for row in gold()]
    real = background()
    return [
        dice.choice(told)
        if dice.random() < share
        else dice.choice(real)
        if real
        else ordinary(dice)
        for _ in range(count)
    ]


def lengthened(rows: list[dict[str, str]], size: int, *, seed: int = 13) -> list[dict[str, str]]:
    """Return the rows with ordinary texts behind theirs, of about so many characters each."""
    dice = random.Random(seed)  # noqa: S311 - a fixed seed, no secret
    real = background()
    longer = []
    for row in rows:
        text = row["text"]
        while len(row["title"]) + len(text) < size:
            more = dice.choice(real) if real else ordinary(dice)
            text += f"\n{more['title']} {more['text']}"
        longer.append({"title": row["title"], "text": text[: size - len(row["title"])]})
    return longer


def background() -> list[dict[str, str]]:
    """Return the real texts, none where they are missing."""
    if not BACKGROUND.is_file():
        return []
    with gzip.open(BACKGROUND, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [{"title": row["title"], "text": row["text"]} for row in rows]


def ordinary(dice: random.Random) -> dict[str, str]:
    """Return one ordinary text of about 36 characters; one in thirty holds a look-alike."""
    said = [dice.choice(_SAYINGS), dice.choice(_TALK)]
    if dice.random() < 1 / 30:
        said[0] = dice.choice(_LOOKALIKES)
    return {
        "title": dice.choice(_THINGS) + dice.choice(_ENDINGS),
        "text": f"{said[0]}，{said[1]}",
    }
