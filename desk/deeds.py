"""The words for what stands in the audit log by a code, and its details in one line."""

import json
from collections.abc import Mapping
from typing import Any

from desk.language import mark as _
from desk.parts import AtDesk

DEEDS = {
    "access.refused": _("被拒绝的访问"),
    "contact.revealed": _("查看联系方式"),
    "person.added": _("添加人员"),
    "person.changed": _("改角色或范围"),
    "person.codes_off": _("停用两步验证"),
    "person.codes_on": _("启用两步验证"),
    "person.disabled": _("停用人员"),
    "person.enabled": _("恢复人员"),
    "person.logged_in": _("登录"),
    "person.logged_out": _("退出"),
    "person.password_set": _("重设密码"),
    "person.refused": _("登录失败"),
    "evidence.downloaded": _("下载固定文件"),
    "listing.postponed": _("延期"),
    "listing.sent_back": _("退回"),
    "listings.faded": _("按期删除内容"),
    "second_look.given": _("第二人复看"),
    "second_look.settled": _("不一致已定"),
    "snapshot.adopted": _("收下快照"),
    "snapshot.sealed": _("固定页面"),
    "source.disabled": _("停用来源"),
    "source.drafted": _("起草来源"),
    "source.enabled": _("启用来源"),
    "source.mend_proposed": _("查看来源修复方案"),
    "source.mended": _("修复来源"),
    "source.tried": _("试读来源"),
    "session.ended": _("结束登录"),
    "session.others_ended": _("结束其他登录"),
    "token.ended": _("收回令牌"),
    "token.made": _("新建令牌"),
    "token.used": _("程序调用"),
    "verdict.given": _("给出结论"),
    "verdict.undone": _("撤销结论"),
    "view.removed": _("删去保存的列表"),
    "view.saved": _("保存列表"),
    "webhook.added": _("登记接收地址"),
    "webhook.died": _("接收地址失效"),
    "webhook.removed": _("停用接收地址"),
}
"""A deed without a word here is shown by its code."""


def shown(desk: AtDesk, did: str) -> str:
    """Return the word for a deed."""
    return desk.say(DEEDS[did]) if did in DEEDS else did


def in_one_line(details: Mapping[str, Any]) -> str:
    """Return the details of a row as people can read them."""
    return " · ".join(f"{key}: {_told(value)}" for key, value in details.items())


def _told(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
