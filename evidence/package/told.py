"""What the documents and the front page say of a snapshot: only what its sealed files say."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evidence import manifest
from evidence.package.documents import UNSIGNED, People
from evidence.verify import Verdict
from pipeline.base.language import _

NO_TIMESTAMP = "无第三方时间戳"
BLANK = "＿＿＿＿＿＿＿＿"
_METHODS = {
    "page.png": "浏览器截取整页图像",
    "page.mhtml": "浏览器保存网页",
    "page.warc.gz": "逐条保存请求与应答（WARC）",
    "page.wacz": "逐条保存请求与应答（WACZ）",
    "text.txt": "提取网页可见文字",
    "fields.json": "从网页读出的各项内容",
}
_RECORDED = "机器自动记录"
_STEPS = {
    "scroll to the end": "滚动到底",
    "scroll to the top": "回到顶部",
    "photograph as first served": "截取初始整页",
    "photograph again": "再次截取整页",
}


def of_snapshot(folder: Path, verdict: Verdict, *, number: int) -> dict[str, Any]:
    """Return what is said of one snapshot; all values are plain words."""
    data = (folder / manifest.NAME).read_bytes()
    told, around = json.loads(data), _around(folder)
    digests = manifest.digests_of(data)
    server = around.get("server", {})
    is_kept = told["state"] == "sealed"
    return {
        "number": str(number),
        "snapshot_id": told["snapshot_id"],
        "listing_id": told["listing_id"] or "（无编号，按网址固定）",
        "title": str(_read(folder / "fields.json").get("title", "")),
        "url_requested": told["url_requested"],
        "url_final": told["url_final"],
        "steps": "进入步骤：" + " → ".join([*_way(around), *_steps(around)]),
        "basis": _basis(around),
        "started_beijing": told["taken"]["started_beijing"],
        "ended_beijing": told["taken"]["ended_beijing"],
        "started": _in_words(told["taken"]["started_beijing"]),
        "ended": _in_words(told["taken"]["ended_beijing"]),
        "state": told["state"],
        "reason": told["reason"],
        "result": "已固定" if is_kept else f"固定未成的记录：{told['reason']}",
        "complete_words": "完整" if told["is_complete"] else f"不完整：{told['reason']}",
        "server": f"{server.get('name', '')} {server.get('address', '')}".strip() or "未记录",
        "session": _access(around.get("session")),
        "tool": _tool(around),
        "manifest_sha256": digests.sha256,
        "manifest_sm3": digests.sm3,
        "signed_by": verdict.signed_by or "没有签名（旧格式）",
        "timestamp": verdict.timestamp or NO_TIMESTAMP,
    }


def files_of(folder: Path, about: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row of the list for each file, that of the manifest itself last."""
    told = json.loads((folder / manifest.NAME).read_bytes())
    size = (folder / manifest.NAME).stat().st_size
    own = {
        "path": manifest.NAME,
        "url": "",
        "size_bytes": size,
        "sha256": about["manifest_sha256"],
        "sm3": about["manifest_sm3"],
    }
    return [
        {
            "name": f"{folder.name}/{entry['path']}",
            "kind": Path(entry["path"]).suffix.removeprefix(".").upper(),
            "size_bytes": str(entry["size_bytes"]),
            "source": entry["url"] or told["url_requested"],
            "method": "服务器所发原图" if entry["url"] else _METHODS.get(entry["path"], _RECORDED),
            "sha256": entry["sha256"],
            "sm3": entry["sm3"],
            "remark": about["timestamp"] if entry is own else "",
        }
        for entry in [*told["files"], own]
    ]


def for_templates(
    title: str,
    people: People,
    snapshots: Sequence[Mapping[str, Any]],
    files: Sequence[Mapping[str, Any]],
    *,
    key_id: str,
    made_at: str,
) -> dict[str, Any]:
    """Return every field that a template may ask for; the names are a promise to bureaus."""
    officers = [*people.officers, BLANK, BLANK]
    because = people.no_witness_because
    sessions = sorted({str(one["session"]) for one in snapshots})
    return {
        "title": title,
        "unit": people.unit or BLANK,
        "stamp_words": UNSIGNED,
        "purpose": people.purpose or BLANK,
        "place": people.place or BLANK,
        "officer_1": officers[0],
        "officer_2": officers[1],
        "witness": people.witness or (f"无，原因：{because}" if because else BLANK),
        "no_witness_because": because or BLANK,
        "started": _in_words(min((str(one["started_beijing"]) for one in snapshots), default="")),
        "ended": _in_words(max((str(one["ended_beijing"]) for one in snapshots), default="")),
        "method": "；".join(sorted({str(one["tool"]) for one in snapshots})),
        "without_session": _("访问身份：{how}").format(how="；".join(sessions)),
        "key_id": key_id,
        "made_at": _in_words(made_at),
        "count": str(len(snapshots)),
        "file_count": str(len(files)),
        "snapshots": list(snapshots),
        "files": [{**one, "number": str(place)} for place, one in enumerate(files, start=1)],
    }


def _in_words(at: str) -> str:
    """Return a time of Asia/Shanghai (2026-03-10T09:00:00+08:00) as the forms here write it."""
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)", at)
    return "{}年{}月{}日 {}时{}分{}秒".format(*found.groups()) if found else at


def _way(around: Mapping[str, Any]) -> list[str]:
    """How a patrol came to the page; nothing where a person gave the address."""
    way = around.get("way")
    if not isinstance(way, Mapping) or not way.get("lists_read_before"):
        return []
    lists = way["lists_read_before"]
    last = lists[-1]
    words = f"（搜索词：{'、'.join(last['words'])}）" if last.get("words") else ""
    return [f"巡查先后读列表页 {len(lists)} 页，最后一页 {last['url']}{words}"]


def _basis(around: Mapping[str, Any]) -> str:
    """Under which legal basis and manners; who asked."""
    way = around.get("way")
    asked = (
        f"发起：{'定时任务' if around.get('asked_by') == 'schedule' else around.get('asked_by')}"
    )
    if not isinstance(way, Mapping):
        return f"{asked}；网址由人员提供"
    rule = {"obey": "遵守", "override": "经批准不按其规则"}
    robots = way.get("robots", {})
    parts = [
        f"依据：{str(way.get('legal_basis', '')).replace('not recorded', '') or '未记录'}",
        f"robots.txt：{rule.get(str(robots.get('rule')), '未记录')}",
        f"间隔 {way.get('milliseconds_between', 0) / 1000:g} 秒",
        asked,
    ]
    return "；".join(parts)


def _steps(around: Mapping[str, Any]) -> list[str]:
    return [_in_chinese(step) for step in around.get("steps", ())]


def _in_chinese(step: object) -> str:
    """A step as the capture records it; what has no Chinese here stays as it was recorded."""
    words = str(step)
    if words.startswith("goto "):
        return f"打开 {words.removeprefix('goto ')}"
    for did, told in (("press ", "点击"), ("unstick ", "放平"), ("left alone ", "未动")):
        if words.startswith(did):
            return f"{told}「{words.removeprefix(did)}」"
    return _STEPS.get(words, words)


def _access(session: object) -> str:
    if isinstance(session, Mapping):
        return f"使用由工作人员登录的会话 {session.get('used', '')}"
    return "公开网页，未登录" if str(session).startswith("none") else "未记录"


def _tool(around: Mapping[str, Any]) -> str:
    tool, browser = around.get("tool", {}), around.get("browser", {})
    name = f"{tool.get('name', '')} {tool.get('version', '')}".strip()
    return f"网络在线提取，{name}，浏览器 {browser.get('product', '未记录')}"


def _around(folder: Path) -> dict[str, Any]:
    return _read(folder / "environment.json")


def _read(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
