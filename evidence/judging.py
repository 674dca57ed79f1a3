"""Is it the listing? What the page turned out to be, and the words that say so."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evidence.captured import Captured
from evidence.legible import NOT_LOADED, Sight, looked_for, sights
from pipeline.page import PageKind, PageSeen, PageVerdict, judge

_NAMED_AT_MOST = 3
_ENOUGH_TEXT = 20
_HALF = re.compile(r"加载中|正在加载|努力加载|载入中|loading", re.IGNORECASE)
_GONE = re.compile(
    "(已下架|已删除|已被删除|已失效|已过期|已关闭|不存在|找不到|已售出|已转让|已结束)"
)
"""Weaker words than those of ``data/page-marks.yml``: they count only on a short page on which
nothing of the listing stands."""
_LITTLE_TEXT = 200
_NEEDED = frozenset({"Document", "Script", "Stylesheet", "XHR", "Fetch"})
"""What a page cannot be itself without; a picture that fails is named, no more."""
_KINDS = {
    PageKind.NORMAL: "",
    PageKind.EMPTY: "空页",
    PageKind.LOGIN_WALL: "要求登录",
    PageKind.CHALLENGE: "人机验证",
    PageKind.REMOVED: "已下架或已删除",
    PageKind.ERROR: "出错页",
}
_VERB = re.compile(r"^(title is|shows|message says|markup holds|address holds|body is) ")
_SEEN_IN = {
    "address": "网址",
    "status": "状态码",
    "title": "标题",
    "words": "页面文字",
    "markup": "页面代码",
    "code": "接口应答",
    "nothing": "页面空白",
    "half": "页面没有加载完",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a capture shows.

    Attributes:
        page: what the page is.
        because: the mark that says so, as ``pipeline.page`` names it.
        is_listing: it may be shown as the listing.
        title_found: whether the listing's title is on the page; None where nobody can say.
        gaps: what is not whole beside the single things that are missing, in Chinese words.
        reason: in Chinese words, why it is not the listing or what of it is missing.
        sights: how title, price, seller and main picture stand on the picture.
        is_worth_another_look: a blank, broken or half-loaded page may be whole a moment later;
            a wall, a captcha or a removed page will not.
    """

    page: PageKind
    because: str
    is_listing: bool
    title_found: bool | None
    gaps: tuple[str, ...]
    reason: str
    sights: tuple[Sight, ...] = ()
    is_worth_another_look: bool = False


def find(seen: Captured, fields: Mapping[str, Any], title: str) -> Finding:
    """Say what a capture shows.

    Args:
        seen: the capture.
        fields: the listing as it was read, empty for a bare address.
        title: what the listing is called, empty where nobody knows.
    """
    verdict = _verdict(seen)
    shown = f"{seen.title}\n{seen.text}\n{seen.clear_text}"
    title_found = _folded(title) in _folded(shown) if title else None
    if not verdict.is_sure and _holds_the_listing(seen, fields, title):
        verdict = PageVerdict(kind=PageKind.NORMAL)
    if verdict.kind is PageKind.NORMAL and not _is_on_the_page(title, seen):
        verdict = _by_what_is_there_instead(seen)
    is_listing = verdict.kind is PageKind.NORMAL and bool(seen.png)
    looks = sights(seen, looked_for(fields, title)) if is_listing else ()
    gaps = [*seen.limits]
    if seen.failure:
        gaps.append(seen.failure)
    elif is_listing and title_found is False:
        gaps.insert(0, "页面上没有找到这条信息的标题")
    elif not is_listing:
        # the record of a failure is never complete: what was wanted is not in it
        gaps.append(_failure(seen, verdict))
    gaps += [one.problem for one in looks if one.problem and not _is_said(one, title_found)]
    return Finding(
        page=verdict.kind,
        because=verdict.because,
        is_listing=is_listing,
        title_found=title_found if is_listing else None,
        gaps=tuple(gaps),
        reason=_missing(seen, gaps) if is_listing else _failure(seen, verdict),
        sights=looks,
        is_worth_another_look=(
            verdict.kind in {PageKind.ERROR, PageKind.EMPTY} and not seen.refused
        )
        or any(one.problem == NOT_LOADED for one in looks),
    )


def marked(found: Finding, facts: Mapping[str, Any]) -> Finding:
    """Return the finding, marked where the machine itself was not in order.

    Source: a snapshot made by a wrong clock is not silently one like the others.
    """
    problems = tuple(facts.get("self_check", {}).get("problems", ()))
    if not problems:
        return found
    reason = "；".join(filter(None, (found.reason, *problems)))
    return replace(found, gaps=(*found.gaps, *problems), reason=reason)


def _is_said(sight: Sight, title_found: bool | None) -> bool:  # noqa: FBT001 - three answers
    return sight.name == "title" and title_found is False


def _is_on_the_page(title: str, seen: Captured) -> bool:
    """Whether the title stands on the page itself: above the window it may stand for anything."""
    return bool(title) and _folded(title) in _folded(f"{seen.text}\n{seen.clear_text}")


def _by_what_is_there_instead(seen: Captured) -> PageVerdict:
    words = _folded(seen.text)
    gone = _GONE.search(words) if len(words) < _LITTLE_TEXT else None
    if gone:
        return PageVerdict(kind=PageKind.REMOVED, because=f"shows {gone[1]}", cause="words")
    if _is_half_loaded(seen):
        return PageVerdict(kind=PageKind.ERROR, because="half loaded", cause="half")
    return PageVerdict(kind=PageKind.NORMAL)


def _is_half_loaded(seen: Captured) -> bool:
    """Whether the page stands there unfinished: it still says so, or its own parts failed."""
    if seen.ready == "loading":
        return True
    is_short = len(_folded(seen.text)) < _LITTLE_TEXT
    lacks = any(one.kind in _NEEDED for one in seen.missing)
    return is_short and (lacks or bool(_HALF.search(seen.text)))


def _verdict(seen: Captured) -> PageVerdict:
    main = seen.main
    if seen.failure or main is None:
        return PageVerdict(kind=PageKind.ERROR, because=seen.failure or "no answer")
    if not seen.text.strip() and not seen.pictures:
        return PageVerdict(kind=PageKind.EMPTY, because="nothing is drawn", cause="nothing")
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
    shown = _folded(f"{seen.text}\n{seen.clear_text}")
    text = _folded(str(fields.get("text", "")))[:_ENOUGH_TEXT]
    return bool(title and text) and _folded(title) in shown and text in shown


def _failure(seen: Captured, verdict: PageVerdict) -> str:
    if seen.failure:
        return seen.failure
    where = _SEEN_IN.get(verdict.cause, "")
    kind = _KINDS[verdict.kind] or "没有图像"
    mark = _VERB.sub("", verdict.because)
    return f"{kind}（{where}：{mark}）" if where else kind


def _missing(seen: Captured, gaps: Sequence[str]) -> str:
    parts = [*gaps]
    named = [f"{one.url}（{one.status or one.why}）" for one in seen.missing[:_NAMED_AT_MOST]]
    if named:
        parts.append(f"缺 {len(seen.missing)} 项：{'、'.join(named)}")
    return "；".join(parts)


def _folded(text: str) -> str:
    """Without blanks and widths: a page may break a title where it likes."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
