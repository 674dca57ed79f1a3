"""Is it the listing? What the page turned out to be, and the words that say so."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evidence.capture import Captured
from pipeline.page import PageKind, PageSeen, PageVerdict, judge

_NAMED_AT_MOST = 3
_ENOUGH_TEXT = 20
_KINDS = {
    PageKind.NORMAL: "",
    PageKind.EMPTY: "空页",
    PageKind.LOGIN_WALL: "要求登录",
    PageKind.CHALLENGE: "人机验证",
    PageKind.REMOVED: "已下架或已删除",
    PageKind.ERROR: "出错页",
}
_SEEN_IN = {
    "address": "网址",
    "status": "状态码",
    "title": "标题",
    "words": "页面文字",
    "markup": "页面代码",
    "code": "接口应答",
    "nothing": "页面空白",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a capture shows.

    Attributes:
        page: what the page is.
        because: the mark that says so, as ``pipeline.page`` names it.
        is_listing: it may be shown as the listing.
        title_found: whether the listing's title is on the page; None where nobody can say.
        reason: in Chinese words, why it is not the listing or what of it is missing.
    """

    page: PageKind
    because: str
    is_listing: bool
    title_found: bool | None
    reason: str


def find(seen: Captured, fields: Mapping[str, Any], title: str) -> Finding:
    """Say what a capture shows.

    Args:
        seen: the capture.
        fields: the listing as it was read, empty for a bare address.
        title: what the listing is called, empty where nobody knows.
    """
    verdict = _verdict(seen)
    title_found = _folded(title) in _folded(f"{seen.title}\n{seen.text}") if title else None
    if not verdict.is_sure and _holds_the_listing(seen, fields, title):
        verdict = PageVerdict(kind=PageKind.NORMAL)
    is_listing = verdict.kind is PageKind.NORMAL and bool(seen.png)
    return Finding(
        page=verdict.kind,
        because=verdict.because,
        is_listing=is_listing,
        title_found=title_found if is_listing else None,
        reason=_missing(seen, title_found) if is_listing else _failure(seen, verdict),
    )


def _verdict(seen: Captured) -> PageVerdict:
    main = seen.main
    if seen.failure or main is None:
        return PageVerdict(kind=PageKind.ERROR, because=seen.failure or "no answer")
    return judge(
        PageSeen(
            url=seen.final_url,
            status=main.status,
            content_type=main.header("content-type"),
            text=seen.html,
            headers={name.lower(): value for name, value in main.headers},
        )
    )


def _holds_the_listing(seen: Captured, fields: Mapping[str, Any], title: str) -> bool:
    """Whether title and text stand on the page itself: then single words do not speak against it.

    The title alone does not do: a wall may be called after what it hides.
    """
    shown = _folded(seen.text)
    text = _folded(str(fields.get("text", "")))[:_ENOUGH_TEXT]
    return bool(title and text) and _folded(title) in shown and text in shown


def _failure(seen: Captured, verdict: PageVerdict) -> str:
    if seen.failure:
        return seen.failure
    where = _SEEN_IN.get(verdict.cause, "")
    kind = _KINDS[verdict.kind] or "没有图像"
    return f"{kind}（{where}：{verdict.because}）" if where else kind


def _missing(seen: Captured, title_found: bool | None) -> str:  # noqa: FBT001 - three answers
    parts = [] if title_found is not False else ["页面上没有找到这条信息的标题"]
    parts += seen.limits
    named = [f"{one.url}（{one.status or one.why}）" for one in seen.missing[:_NAMED_AT_MOST]]
    if named:
        parts.append(f"缺 {len(seen.missing)} 项：{'、'.join(named)}")
    return "；".join(parts)


def _folded(text: str) -> str:
    """Without blanks and widths: a page may break a title where it likes."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
