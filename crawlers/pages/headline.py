"""The headline of a page that no rule speaks of."""

import re
from itertools import islice
from typing import Any

_SPLIT = re.compile(r"\s+[-–—|_·»>]\s+|[|_»]|\s*[–—]\s*|-(?=[^-]{1,20}$)|\s*::\s*")
_PARTS = re.compile(r"\s*(?:-{1,3}|[-–—|_·»>:：])\s*")
_SITE = re.compile(
    r"(?:网|网站|论坛|社区|吧|平台|商城|频道|之家|门户|官网|站|家园|在线|博客|店|旗舰店|集|市场|信息|列表"
    r"|\.com|\.cn|\.net|blog|forum|shop|store|discuz!?|phpwind|wordpress)\s*$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:title|subject|biaoti|headline|tit|bt|name)(?:[\s_-]|$)", re.IGNORECASE
)
_ASIDE = re.compile(r"logo|nav|menu|foot|side|crumb|relat|site|brand", re.IGNORECASE)
_TOPS = frozenset({"header", "head", "hd", "top", "topbar", "page-header", "page-head"})
_AFTER = frozenset("-_|–—·»>:：")
_GENERIC = re.compile(
    r"^(?:信息|商品|产品|宝贝|物品|供应|供求|帖子|文章|新闻|拍品|闲置)?(?:详情|详细|内容|查看|展示|正文|分享|浏览)(?:页|信息|内容|页面)?$"
    r"|^(?:供应|求购|供求|产品|商品|分类|便民)信息$|^(?:查看|浏览|发表)?(?:主题|帖子)$"
    r"|^(?:首页|列表|无标题文档|untitled document|item|detail|loading\.*|加载中.*)$",
    re.IGNORECASE,
)
"""Titles of windows that say nothing of the thing."""
_PICTURE = re.compile(
    r"^\s*(?:[【\[（(]\s*\d*\s*(?:多?图片?|组图|视频|置顶|荐|热|新|急)\s*\d*\s*[】\]）)]\s*)+"
)
_BADGE = re.compile(
    r"(?:^|[-_ ])(?:tags?|badges?|label|icon|ico|flag|mark|corner|sticker|type)(?:[-_ ]|$)",
    re.IGNORECASE,
)
_LONGEST_BADGE = 6
_LARGE_FONT = re.compile(r"^(?:[4-7]|\+[2-4])$")
_LARGE = re.compile(r"font-size\s*:\s*(?:1[89]|[2-9]\d)\s*p[xt]|font-size\s*:\s*(?:x-)?x?-?large")
_LONGEST = 200
_SHORT_NAME = 4
_SHORTEST = 2


def headline_of(root: Any) -> str:
    """Return the headline, without the name of the site; empty where there is none."""
    return _PICTURE.sub("", _headline_of(root))


def says_the_same(one: str, other: str) -> bool:
    """Return whether one headline holds the other."""
    return bool(one and other) and (one in other or other in one)


def _headline_of(root: Any) -> str:
    window = _text(next(root.iter("title"), None))
    shared = _meta(root, "og:title") or _meta(root, "twitter:title")
    site = _meta(root, "og:site_name")
    shown = [*_headings(root, "h1"), *_named(root), *_headings(root, "h2")]
    shown += _beginnings(root, window)
    for said in (shared, window):
        inside = [one for one in shown if one in said and one != site]
        if inside and said:
            # what the page shows and its window repeats; the longest, as names are short
            return _best(inside, said)
    first = [one for one in _headings(root, "h1") if one not in {site, *_tails(window)}]
    if first:
        return max(first, key=len)
    body = next(root.iter("body"), root)
    words = words_of(body, 20_000)
    return _bare(shared, site, words) or _bare(window, site, words) or next(iter(shown), "")


def _best(inside: list[str], said: str) -> str:
    """Return the longest; of the parts of a window title no site's name where there is another."""
    parts = {part.strip() for part in _PARTS.split(said) if part}
    own = [one for one in inside if one not in parts or not _SITE.search(one)]
    return max(own or inside, key=len)


def is_bare_name(headline: str, root: Any) -> bool:
    """Return whether a headline is a site's name: the window alone says it, and little else."""
    if _GENERIC.match(headline):
        return True
    window = _text(next(root.iter("title"), None))
    if headline not in {window, _meta(root, "og:site_name")}:
        return False
    return not is_shown(headline, root) and (
        len(headline) <= _SHORT_NAME or bool(_SITE.search(headline))
    )


def is_shown(headline: str, root: Any) -> bool:
    """Return whether the page shows a headline, and not only as the name above all its pages."""
    for number, node in enumerate(next(root.iter("body"), root).iter()):
        if number > 30_000:  # noqa: PLR2004 - as below
            break
        if not isinstance(node.tag, str) or node.tag in {"script", "style"}:
            continue
        if headline in " ".join((node.text or "").split()) and not _is_aside(node):
            return True
        if headline in (node.tail or "") and not _is_aside(node):
            return True
    return False


def is_named_title(node: Any) -> bool:
    """Return whether an element calls itself a title, or is drawn as one."""
    names = f"{node.get('class', '')} {node.get('id', '')} {node.get('itemprop', '')}"
    is_large = node.tag == "font" and bool(_LARGE_FONT.match(node.get("size") or ""))
    is_large = is_large or bool(_LARGE.search(node.get("style") or ""))
    is_heading = node.tag in {"h1", "h2", "h3", "h4", "strong"} or node.get("role") == "heading"
    return is_heading or is_large or bool(_NAMED.search(names))


def _bare(said: str, site: str, words: str) -> str:
    """Return a window title without what the site adds to each of its titles."""
    if not said:
        return ""
    first, *others = [part.strip() for part in _PARTS.split(said) if part.strip()] or [said]
    if _GENERIC.match(first) and others:
        # 查看主题 - 交易区 :: 转一只百灵: what the page itself says again is meant
        return next((part for part in reversed(others) if part in words), others[-1])
    parts = [part.strip() for part in _SPLIT.split(said) if part and part.strip()]
    marks = [mark[0] for mark in _SPLIT.finditer(said)]
    while len(parts) > 1:
        last = parts[-1]
        is_site = last == site or _SITE.search(last) or (marks and marks[-1].strip() != "-")
        if not (is_site or (marks and marks[-1] != marks[-1].strip())):
            break
        parts.pop()
        if marks:
            marks.pop()
    end = said.rfind(parts[-1]) + len(parts[-1]) if parts else len(said)
    return " ".join(said[:end].split())


def _tails(window: str) -> list[str]:
    return [part.strip() for part in _SPLIT.split(window)[1:] if part]


def _headings(root: Any, tag: str) -> list[str]:
    return [
        words
        for node in root.iter(tag)
        if not _is_aside(node) and _fits(words := heading_text(node))
    ]


def heading_text(node: Any) -> str:
    """Return what a headline says, without the badges that stand in it (包邮, 图, 置顶)."""
    parts = [node.text or ""]
    for child in node:
        is_badge = (
            isinstance(child.tag, str)
            and (_BADGE.search(child.get("class") or "") or child.tag == "i")
            and len(_text(child)) <= _LONGEST_BADGE
        )
        if not is_badge and isinstance(child.tag, str) and child.tag not in {"script", "style"}:
            parts.append(words_of(child, 4 * _LONGEST))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split()) or _text(node)


def _named(root: Any) -> list[str]:
    found = []
    for number, node in enumerate(root.iter()):
        if number > 30_000:  # noqa: PLR2004 - a page with more elements has its title above
            break
        if not isinstance(node.tag, str) or node.tag in {"meta", "input", "img", "html", "body"}:
            continue
        names = f"{node.get('class', '')} {node.get('id', '')} {node.get('itemprop', '')}"
        if _NAMED.search(names) and not _is_aside(node) and len(node) <= 4:  # noqa: PLR2004
            words = heading_text(node)
            if _fits(words):
                found.append(words)
    return found


def _beginnings(root: Any, window: str) -> list[str]:
    """Return what the page shows, in whatever dress, that is a part of its window title."""
    found = []
    parts = {part for part in _PARTS.split(window) if len(part) > _SHORT_NAME}
    for number, node in enumerate(root.iter()):
        if number > 30_000:  # noqa: PLR2004 - as above
            break
        if not isinstance(node.tag, str) or node.tag in {"title", "script", "style", "option"}:
            continue
        own = " ".join((node.text or "").split())
        if own in parts and not _is_aside(node) and not _SITE.search(own):
            found.append(own)
            continue
        rest = window[len(own) :]
        if len(own) > 3 and window.startswith(own) and rest.lstrip()[:1] in _AFTER:  # noqa: PLR2004
            found.append(own)
    return found


def _fits(words: str) -> bool:
    return _SHORTEST <= len(words) <= _LONGEST


def _is_aside(node: Any) -> bool:
    for one in (node, *islice(node.iterancestors(), 30)):
        if one.tag in {"nav", "footer", "aside"}:
            return True
        if one.tag == "header" and one.getparent() is not None and one.getparent().tag == "body":
            return True
        named = f"{one.get('class', '')} {one.get('id', '')}"
        # a headline may well be called .hd itself; what stands inside one is the top of the site
        is_top = one is not node and not _TOPS.isdisjoint(named.split())
        if one.tag != "body" and (_ASIDE.search(named) or is_top):
            return True
    return False


def _text(node: Any) -> str:
    return " ".join(words_of(node, 4 * _LONGEST).split()) if node is not None else ""


def words_of(node: Any, most: int = 20_000) -> str:
    """Return the beginning of what stands in an element: bounded, however deep it is."""
    parts, length = [], 0
    for part in islice(node.itertext(), 2_000):
        parts.append(part)
        length += len(part)
        if length > most:
            break
    return "".join(parts)


def _meta(root: Any, name: str) -> str:
    for node in root.iter("meta"):
        if (node.get("property") or node.get("name") or "").lower() == name:
            words = " ".join(str(node.get("content") or "").split())
            if words:
                return words
    return ""
