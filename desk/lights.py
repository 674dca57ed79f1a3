"""The light of each source, its cause in words, and what to do next."""

from typing import Any

from casework import sources
from casework.sources import Standing
from desk.language import mark as _
from desk.parts import AtDesk

STATES = {
    "ok": _("正常"),
    "running": _("采集中"),
    "due": _("等待采集"),
    "empty": _("网站说没有"),
    "thin": _("偏少或偏多"),
    "interrupted": _("中断"),
    "blocked": _("被拦"),
    "drift": _("版式变了"),
    "failed": _("失败"),
    "missed": _("没有采集"),
}

LIGHTS = {"green": _("正常"), "amber": _("留意"), "red": _("要处理")}

_BY_CAUSE = {
    "robots": _("网站的 robots.txt 不让读：核对合法依据，或停用这个来源。"),
    "wall": _("要登录才能看：请运维人员用 shouyi source session 登录，或停用。"),
    "challenge": _("遇到验证页：放慢速度、换时段，明夜再看；不要绕过验证。"),
    "fields": _("字段缺得多：用 shouyi source check 看缺哪一项，再用 source mend 修。"),
    "removed": _("列表页没有了：打开网站看新地址，再改来源文件。"),
}
_BY_STATE = {
    "ok": "",
    "running": "",
    "due": _("到时间会自己开始。"),
    "empty": _("连续几夜都空，就换搜索词，或到网站上看一眼。"),
    "thin": _("与平常差得多：先看网站，再核对来源文件里的 expect。"),
    "interrupted": _("下一夜会从断点接着做；急用可运行 shouyi crawl。"),
    "blocked": _("先停一夜，核对速度和合法依据。"),
    "drift": _("用 shouyi source check 看哪里读不懂，再用 source mend 修。"),
    "failed": _("看网站能不能打开；能打开就运行 shouyi crawl 再试一次。"),
    "missed": _("看调度是否在运行：shouyi doctor。"),
}


def of(desk: AtDesk) -> dict[str, Any]:
    """Return every source with its light, the worst first, and how many have each light."""
    found = sources.standings(desk.db)
    counts = {light: sum(each.light == light for each in found) for light in LIGHTS}
    return {
        "rows": [_row(desk, each) for each in found],
        "counts": [
            {"light": light, "shown": desk.say(word), "count": counts[light]}
            for light, word in LIGHTS.items()
        ],
        # what a source brought is of all cities
        "shows_sums": desk.person is not None and not desk.person.cities,
    }


def _row(desk: AtDesk, each: Standing) -> dict[str, Any]:
    step = _BY_CAUSE.get(each.cause) or _BY_STATE.get(each.state, "")
    return {
        "source": each.source,
        "name": desk.source_name(each.source),
        "light": each.light,
        "light_name": desk.say(LIGHTS[each.light]),
        "state": desk.say(STATES[each.state]) if each.state in STATES else each.state,
        "because": each.because,
        "next_step": desk.say(step) if step else "",
        "at": each.at,
        "night_on": each.night_on,
        "listed": each.listed,
        "new": each.new,
    }
